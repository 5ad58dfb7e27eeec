// The functions that both databases know, including aggregates and window functions.

extension PortableReader {
    mutating func call(_ call: PortableCall, _ node: PortableNode) throws(LoweringError) -> PortableSense {
        if let window = call.window { return try windowed(call, window, node) }
        switch call.name {
        case "count", "sum", "avg", "row_number", "rank", "dense_rank", "lag", "lead", "first_value", "last_value":
            return try aggregated(call, node)
        case "min", "max":
            guard call.arguments.count == 1 else {
                throw refusal(
                    node, "compares several values only in SQLite", remedy: "write CASE WHEN a > b THEN a ELSE b END")
            }
            return try aggregated(call, node)
        default: break
        }
        guard !call.isDistinct, !call.isStar, call.filter == nil else {
            throw refusal(node, "takes plain values, without *, DISTINCT or FILTER")
        }
        return try scalarCall(call, node)
    }

    private mutating func scalarCall(_ call: PortableCall, _ node: PortableNode) throws(LoweringError) -> PortableSense
    {
        var senses: [PortableSense] = []
        for argument in call.arguments { senses.append(try sense(argument)) }
        var result = PortableSense(.text, isNullable: senses.contains(where: \.isNullable))
        switch (call.name, senses.count) {
        case ("length", 1):
            guard senses[0].kind != .bytes else { return integer(result) }
            try requireTexts(call, senses)
            return integer(result)
        case ("lower", 1), ("upper", 1):
            try requireTexts(call, senses)
            if regardsLetters, senses[0].order != .bytes(isSaid: true), senses[0].order != .bytes(isSaid: false) {
                note(.letters(call.arguments[0].tokens, isAtom: call.arguments[0].isAtom))
                result.order = .bytes(isSaid: true)
            } else {
                result.order = senses[0].order
            }
            return result
        case ("trim", 1...2), ("ltrim", 1...2), ("rtrim", 1...2), ("replace", 3):
            try requireTexts(call, senses)
            result.order = Self.ownOrder(senses)
            return result
        case ("substr", 2...3):
            try requireTexts(call, Array(senses.prefix(1)))
            try requireInside(call, senses)
            result.order = Self.ownOrder(Array(senses.prefix(1)))
            return result
        case ("coalesce", 2...):
            result = try common(Array(zip(call.arguments, senses)))
            result.isNullable = senses.allSatisfy(\.isNullable)
            return result
        case ("nullif", 2): return try nullif(call, senses, node)
        case ("abs", 1): return try absolute(call.arguments[0], senses[0], node)
        case ("round", 1...2):
            throw refusal(node, "rounds a half up in SQLite; PostgreSQL rounds a double's half to the even number")
        case (_, _): throw refusal(node, "is not a call that means the same in both databases")
        }
    }

    private func integer(_ base: PortableSense) -> PortableSense {
        var sense = PortableSense(.integer, isNullable: base.isNullable)
        sense.bound = 1 << 31
        return sense
    }

    private static func ownOrder(_ senses: [PortableSense]) -> PortableSense.Order {
        let order = senses.reduce(.literal) { joined($0, $1.order) }
        return order == .literal ? .plain : order
    }

    private func requireTexts(_ call: PortableCall, _ senses: [PortableSense]) throws(LoweringError) {
        for (argument, sense) in zip(call.arguments, senses) where sense.kind != .text && sense.kind != .null {
            throw refusal(argument, "is \(sense.description), and \(call.name)() takes texts")
        }
    }

    /// Refuses positions that count from the end or lie before the start, which mean something else in PostgreSQL.
    private func requireInside(_ call: PortableCall, _ senses: [PortableSense]) throws(LoweringError) {
        for (at, argument) in call.arguments.enumerated().dropFirst() {
            guard let number = senses[at].number?.integer, number >= (at == 1 ? 1 : 0) else {
                throw refusal(
                    argument, "is not a start or length that substr() treats alike in both databases",
                    remedy: "write the numbers as literals, the start being 1 or more")
            }
        }
    }

    private mutating func nullif(
        _ call: PortableCall, _ senses: [PortableSense], _ node: PortableNode
    ) throws(LoweringError) -> PortableSense {
        if case .decimal = senses[0].kind {
            throw refusal(
                node, "compares and returns a decimal, which SQLite keeps as text",
                remedy: "write CASE WHEN … THEN … END")
        }
        try relate(call.arguments[0], senses[0], call.arguments[1], senses[1], isOrder: false)
        var result = senses[0]
        result.isNullable = true
        result.literal = nil
        if senses[0].isString, senses[1].kind != .text {
            throw refusal(node, "compares a string with a value of another type")
        }
        return result
    }

    private mutating func absolute(
        _ argument: PortableNode, _ sense: PortableSense, _ node: PortableNode
    ) throws(LoweringError) -> PortableSense {
        var result = sense
        result.literal = nil
        switch sense.kind {
        case .integer:
            note(.wide(argument.tokens))
            result.kind = .bigint
        case .decimal:
            asNumber(argument, sense)
            result.form = .computed
        case .bigint, .real, .null: break
        case .fraction, .boolean, .text, .shaped, .json, .bytes, .unknown:
            throw refusal(node, "uses \(sense.description) as a number")
        }
        return result
    }

    // MARK: Over many rows

    private mutating func aggregated(_ call: PortableCall, _ node: PortableNode) throws(LoweringError) -> PortableSense
    {
        guard ["count", "sum", "avg", "min", "max"].contains(call.name) else {
            throw refusal(node, "needs OVER (…)", remedy: "write OVER (ORDER BY …) after it")
        }
        if case .refused(let reason) = aggregates { throw refusal(node, "looks at many rows, and \(reason)") }
        let outside = (aggregates, windows)
        (aggregates, windows) = (
            .refused("it stands inside another one"), .refused("aggregates are computed before it")
        )
        defer { (aggregates, windows) = outside }
        return try aggregate(call, node)
    }

    private mutating func windowed(
        _ call: PortableCall, _ window: PortableWindow, _ node: PortableNode
    ) throws(LoweringError) -> PortableSense {
        if case .refused(let reason) = windows { throw refusal(node, "looks at many rows, and \(reason)") }
        let outside = windows
        windows = .refused("it stands inside another one")
        defer { windows = outside }
        for part in window.partition {
            let sense = try sense(part)
            try requireComparable(part, sense, "PARTITION BY")
            asNumber(part, sense)
        }
        for term in window.order { try order(term) }
        switch call.name {
        case "row_number", "rank", "dense_rank":
            guard call.arguments.isEmpty, !call.isStar else {
                throw refusal(node, "takes no arguments")
            }
            return PortableSense(.bigint, isNullable: false)
        case "lag", "lead", "first_value", "last_value": return try shifted(call, node)
        default: return try aggregate(call, node)
        }
    }

    private mutating func shifted(_ call: PortableCall, _ node: PortableNode) throws(LoweringError) -> PortableSense {
        let most = call.name == "lag" || call.name == "lead" ? 2 : 1
        guard (1...most).contains(call.arguments.count) else {
            throw refusal(node, "takes different arguments in each database")
        }
        var result = try sense(call.arguments[0])
        guard !result.isString else { throw refusal(node, "returns a literal") }
        if call.arguments.count == 2 {
            guard try sense(call.arguments[1]).number?.integer.map({ $0 >= 0 }) == true else {
                throw refusal(node, "takes its distance from the row itself", remedy: "write a literal number")
            }
        }
        try asValue(call.arguments[0], result)
        result.isNullable = true
        result.literal = nil
        return result
    }

    private mutating func aggregate(_ call: PortableCall, _ node: PortableNode) throws(LoweringError) -> PortableSense {
        if let filter = call.filter { try condition(filter) }
        guard !call.isStar else {
            guard call.name == "count" else { throw refusal(node, "takes a value") }
            return PortableSense(.bigint, isNullable: false)
        }
        guard call.arguments.count == 1 else { throw refusal(node, "takes one value") }
        let argument = call.arguments[0]
        let sense = try sense(argument)
        if call.isDistinct { try requireComparable(argument, sense, "DISTINCT") }
        switch call.name {
        case "count":
            if call.isDistinct { asNumber(argument, sense) }
            return PortableSense(.bigint, isNullable: false)
        case "min", "max": return try extreme(argument, sense, node)
        default: return try total(call, argument, sense, node)
        }
    }

    private mutating func extreme(
        _ argument: PortableNode, _ sense: PortableSense, _ node: PortableNode
    ) throws(LoweringError) -> PortableSense {
        try requireComparable(argument, sense, "min() or max()")
        var result = sense
        result.isNullable = true
        result.literal = nil
        switch sense.kind {
        case .decimal:
            guard case .column = argument.kind, sense.form == .stored else {
                throw refusal(
                    node, "computes with a decimal, which SQLite keeps as text",
                    remedy: "use a plain column as its argument")
            }
            asNumber(argument, sense)
            result.form = .extreme
        case .text: orderByBytes(argument, sense)
        case .integer, .bigint, .fraction, .real, .null: break
        case .shaped(.uuid), .boolean, .bytes, .shaped, .json, .unknown:
            if case .shaped(let type) = sense.kind, type != .uuid { break }
            throw refusal(argument, "is \(sense.description), and PostgreSQL has no min() or max() for it")
        }
        return result
    }

    private mutating func total(
        _ call: PortableCall, _ argument: PortableNode, _ sense: PortableSense, _ node: PortableNode
    ) throws(LoweringError) -> PortableSense {
        switch sense.kind {
        case .integer, .bigint:
            if call.name == "avg" {
                note(.double(argument.tokens))
                return PortableSense(.real)
            }
            if sense.kind == .bigint { note(.wide(node.tokens)) }
            return PortableSense(.bigint)
        case .real: throw refusal(node, "adds doubles, and their sum depends on the order of the rows")
        case .decimal, .fraction:
            throw refusal(
                node, "adds decimals, which SQLite keeps as text and would add as doubles",
                remedy:
                    "keep the amount as an integer of its smallest unit, or give each database its own with native(sqlite:postgresql:)"
            )
        case .null, .boolean, .text, .shaped, .json, .bytes, .unknown:
            throw refusal(node, "adds \(sense.description)")
        }
    }

    /// Makes a text order by its bytes, as in SQLite; PostgreSQL otherwise orders texts by the server's collation.
    mutating func orderByBytes(_ node: PortableNode, _ sense: PortableSense) {
        guard sense.kind == .text else { return }
        switch sense.order {
        case .bytes, .declared: return
        case .literal, .plain, .mixed: note(.bytes(node.tokens, isAtom: node.isAtom))
        }
    }

    /// Checks a term of an ORDER BY that is an expression, and notes what the databases would order differently.
    mutating func order(_ term: PortableOrder) throws(LoweringError) {
        let sense = try sense(term.node)
        guard sense.literal == nil else {
            throw refusal(term.node, "is a constant, so it orders nothing", remedy: "name the column")
        }
        try order(term, by: sense)
    }

    /// Does the same for a term, by the sense of the expression that the term stands for.
    mutating func order(_ term: PortableOrder, by sense: PortableSense) throws(LoweringError) {
        try requireComparable(term.node, sense, "ORDER BY")
        asNumber(term.node, sense)
        orderByBytes(term.node, sense)
        if sense.isNullable, !term.placesNulls { note(.nulls(term.end, isFirst: !term.isDescending)) }
    }
}
