/// Renders portable text in a dialect's words. The text is read once, refused for both databases if it can't mean the same in
/// both, and changed only where the dialect would read it differently.
enum PortableText {
    /// A dialect's answer to a note: it changes the draft.
    typealias Answer = (PortableNote, inout PortableDraft) throws(LoweringError) -> Void

    /// - Parameter known: The tables and views that a query reads, if several views are read over them; otherwise those of `use`.
    static func render(
        _ text: String, as use: ExpressionUse, over known: PortableViews? = nil, _ answer: Answer
    ) throws(LoweringError) -> String {
        if let objection = PortableSQL.objection(to: text) { throw objection }
        let reader = try read(text, as: use, over: known)
        var draft = PortableDraft(reader.tokens)
        for note in reader.notes { try answer(note, &draft) }
        return draft.text
    }

    private static func read(
        _ text: String, as use: ExpressionUse, over known: PortableViews?
    ) throws(LoweringError) -> PortableReader {
        switch use {
        case .query(let name, let schema):
            let query = try PortableParser.query(text)
            let views = known ?? PortableViews(schema[view: name] == nil ? schema : schema.without(view: name))
            var reader = PortableReader(text, query.tokens, views: views)
            _ = try reader.columns(ofView: query.tree)
            return reader
        case .condition(let table):
            let (reader, tree) = try reader(text, over: table)
            var result = reader
            try result.condition(tree)
            return result
        case .key(let table, let isUnique):
            var (reader, tree) = try reader(text, over: table)
            reader.regardsLetters = isUnique
            let sense = try reader.sense(tree)
            try reader.requireKey(tree, sense)
            return reader
        case .generated(let column, let table):
            var (reader, tree) = try reader(text, over: table)
            let sense = try reader.sense(tree)
            try reader.requireFits(tree, sense, column.type)
            try reader.requireNoneComputed(tree, table)
            return reader
        case .value(let type, let table):
            var (reader, tree) = try reader(text, over: table)
            let sense = try reader.sense(tree)
            try reader.requireFits(tree, sense, type)
            return reader
        case .constant(let type):
            var (reader, tree) = try reader(text, over: nil)
            let sense = try reader.sense(tree)
            try reader.requireFits(tree, sense, type)
            return reader
        }
    }

    private static func reader(
        _ text: String, over table: Table?
    ) throws(LoweringError) -> (reader: PortableReader, tree: PortableNode) {
        let expression = try PortableParser.expression(text)
        var reader = PortableReader(text, expression.tokens, views: nil)
        reader.allowsQueries = false
        reader.allowsQualifiers = false
        if let table {
            // Of a thousand columns an expression names a few.
            let names = Set(expression.tokens.compactMap(\.name).map(SQLName.folded))
            let columns = table.columns.filter { names.contains(SQLName.folded($0.name)) }
                .map { PortableScope.NamedColumn(name: $0.name, sense: PortableSense($0)) }
            reader.scopes = [PortableScope(relations: [.init(name: table.name, columns: columns, table: table)])]
        }
        return (reader, expression.tree)
    }
}

extension Schema {
    /// Returns the schema that a view can read when it is created again: the schema without the view itself.
    fileprivate func without(view name: String) -> Schema {
        var schema = self
        schema.removeView(name)
        return schema
    }
}

extension PortableReader {
    /// Refuses an index over numbers that SQLite stores as text: it would find other rows equal.
    mutating func requireKey(_ node: PortableNode, _ sense: PortableSense) throws(LoweringError) {
        try requireComparable(node, sense, "an index")
        asNumber(node, sense)
    }

    /// Refuses a computed column that reads another computed column, which PostgreSQL does not allow.
    func requireNoneComputed(_ node: PortableNode, _ table: Table) throws(LoweringError) {
        for column in resolved.sorted(by: { $0.key < $1.key }).map(\.value) {
            guard table[column: column.column]?.generated != nil else { continue }
            throw refusal(
                node, "reads \(column.column), which is a computed column itself, and PostgreSQL refuses that",
                remedy: "write what \(column.column) is computed from")
        }
    }

    /// Requires that a column of this type gets the same value from the expression on both databases.
    mutating func requireFits(_ node: PortableNode, _ sense: PortableSense, _ type: ColumnType) throws(LoweringError) {
        let kind = PortableSense.kind(of: type)
        if sense.isString, kind != .text, kind != .json {
            _ = try turn(node, sense, to: kind)
            return
        }
        switch (kind, sense.kind) {
        case (_, .null), (.boolean, .boolean), (.integer, .integer), (.integer, .bigint), (.bigint, .integer),
            (.bigint, .bigint),
            (.real, .integer), (.real, .bigint), (.real, .real), (.real, .fraction), (.decimal, .integer),
            (.decimal, .bigint),
            (.text, .text), (.text, .integer), (.text, .bigint), (.bytes, .bytes), (.json, .json):
            return
        case (.boolean, .integer) where sense.number?.integer.map({ $0 == 0 || $0 == 1 }) ?? false:
            note(.truth(node.tokens, sense.number?.integer == 1))
        case (.shaped(let one), .shaped(let other)) where one == other: return
        case (.json, .text) where sense.isString: return
        case (.decimal(let wanted), .fraction):
            guard let number = sense.number, wanted.scale.map({ number.scale <= $0 }) ?? true else {
                throw refusal(
                    node, "has more decimal places than \(type), and only PostgreSQL would round it")
            }
        case (.decimal(let wanted), .decimal(let digits)):
            try asValue(node, sense)
            let fits = wanted.scale.map { scale in digits.scale.map { $0 <= scale } ?? false } ?? true
            guard fits else {
                throw refusal(
                    node, "may have more decimal places than \(type), and only PostgreSQL would round it")
            }
        case (_, _):
            throw refusal(
                node,
                "is \(sense.description) and goes into a column of \(type), which each database converts differently")
        }
    }
}
