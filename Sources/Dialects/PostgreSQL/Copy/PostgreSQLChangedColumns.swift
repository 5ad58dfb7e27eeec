/// Columns that have another type or collation in a copy than in the source. SQL that reads them may mean something else there.
struct PostgreSQLChangedColumns {
    enum Kind {
        /// The labels of an enumeration. Equal labels have equal texts, but texts sort in another order.
        case labels
        /// Other values. Only IS NULL is known to mean the same on their texts.
        case values
        /// Rows. A row of NULLs IS NULL, but its text is not NULL.
        case rows

        /// Under a domain there may be a row.
        init(typeKind kind: PostgreSQLTypeKind) {
            switch kind {
            case .enumeration: self = .labels
            case .composite, .domain: self = .rows
            case .base, .range, .multirange, .pseudo: self = .values
            }
        }
    }

    struct Column {
        var name: String
        var kind: Kind
        /// What becomes of the column, as a predicate.
        var change: String

        static func text(_ name: String, _ kind: Kind) -> Column {
            Column(name: name, kind: kind, change: "becomes text in the target")
        }

        static func collated(_ name: String) -> Column {
            Column(name: name, kind: .values, change: "compares otherwise in the target")
        }
    }

    var columns: [Column] = []

    /// Why an expression may mean something else in the copy, as a sentence about it; `nil` if it means the same.
    func objection(to expression: String) -> String? {
        let tokens = SQLToken.scan(expression).filter { !$0.isBlank }
        return objection(tokens) { at, kind in meansTheSame(tokens, at, kind) }
    }

    /// Why a view's query may yield something else in the copy. It may show such a column, and group or join by labels.
    func objection(toQuery query: String) -> String? {
        let tokens = SQLToken.scan(query).filter { !$0.isBlank }
        // A column whose name the query has changed can't be followed.
        let unnamed = columns.first { column in !tokens.contains { $0.name == column.name } }
        if let unnamed { return Self.sentence(unnamed) }
        let alone = LoneColumns(tokens)
        let joins = tokens.contains { token in Self.comparingWords.contains { token.isWord($0) } }
        return objection(tokens) { at, kind in
            switch kind {
            case .labels: alone.shown.contains(at) || alone.matched.contains(at) || meansTheSame(tokens, at, kind)
            case .values, .rows: alone.shown.contains(at) && !joins || meansTheSame(tokens, at, kind)
            }
        }
    }

    /// The words by which a query compares the rows that it shows with each other.
    private static let comparingWords = ["DISTINCT", "UNION", "INTERSECT", "EXCEPT"]

    private static func sentence(_ column: Column) -> String { "it reads \(column.name), which \(column.change)" }

    private func objection(_ tokens: [SQLToken], unless isSame: (Int, Kind) -> Bool) -> String? {
        for at in tokens.indices {
            guard let column = column(tokens, at), !isSame(at, column.kind) else { continue }
            return Self.sentence(column)
        }
        return nil
    }

    /// Returns the column that a token names; `nil` if it names something else. The server writes names as they are, or in quotes.
    private func column(_ tokens: [SQLToken], _ at: Int) -> Column? {
        guard let name = tokens[at].name, let column = columns.first(where: { $0.name == name }) else { return nil }
        let isQualifier = at + 1 < tokens.count && tokens[at + 1].isSymbol(".")
        guard !isQualifier, !SQLToken.isCall(tokens, at) else { return nil }
        guard at > 0 else { return column }
        let before = tokens[at - 1]
        let namesAnother =
            before.isSymbol("::") || before.isWord("AS") || before.isWord("FROM") || before.isWord("JOIN")
        return namesAnother ? nil : column
    }

    private func meansTheSame(_ tokens: [SQLToken], _ at: Int, _ kind: Kind) -> Bool {
        switch kind {
        case .rows: false
        case .values: Self.asksForNull(tokens[(at + 1)...])
        case .labels: Self.asksForNull(tokens[(at + 1)...]) || comparesLabels(tokens, at)
        }
    }

    private static func asksForNull(_ rest: ArraySlice<SQLToken>) -> Bool {
        guard rest.first?.isWord("IS") == true else { return false }
        let predicate = rest.dropFirst()
        let isNegated = predicate.first?.isWord("NOT") == true
        return (isNegated ? predicate.dropFirst() : predicate).first?.isWord("NULL") == true
    }

    /// Whether the column stands in `m = 'x'`, `m = ANY (ARRAY['x', 'y'])`, or `m = n` with another column of labels, or with `<>`; or is
    /// cast to text.
    private func comparesLabels(_ tokens: [SQLToken], _ at: Int) -> Bool {
        let start = Self.start(of: tokens, at)
        if start > 1, tokens[start - 1].isEquality, column(tokens, start - 2)?.kind == .labels { return true }
        guard at + 2 < tokens.count else { return false }
        if tokens[at + 1].isSymbol("::") { return tokens[at + 2].isWord("TEXT") }
        guard tokens[at + 1].isEquality else { return false }
        var other = at + 2
        if tokens[other].kind == .string { return true }
        let words = tokens[other...].prefix(4)
        let isList = words.first.map { $0.isWord("ANY") || $0.isWord("ALL") } ?? false
        if isList { return words.dropFirst(2).first?.isWord("ARRAY") == true }
        while other + 2 < tokens.count, tokens[other + 1].isSymbol(".") { other += 2 }
        return column(tokens, other)?.kind == .labels
    }

    /// Returns the place of the first token of a name: `t` in `t.m`.
    fileprivate static func start(of tokens: [SQLToken], _ at: Int) -> Int {
        var start = at
        while start > 1, tokens[start - 1].isSymbol(".") { start -= 2 }
        return start
    }
}

/// The places in a query's tokens where a column stands alone.
private struct LoneColumns {
    /// In the list of what the query shows. What an inner query shows may be used in any way.
    private(set) var shown: Set<Int> = []
    /// In GROUP BY and in USING.
    private(set) var matched: Set<Int> = []

    private enum Clause { case list, grouping, other }

    init(_ tokens: [SQLToken]) {
        var clause = Clause.other
        var depth = 0
        var joining: Int?
        for at in tokens.indices {
            if tokens[at].isSymbol("(") {
                depth += 1
                if joining == nil, at > 0, tokens[at - 1].isWord("USING") { joining = depth }
            } else if tokens[at].isSymbol(")") {
                if joining == depth { joining = nil }
                depth -= 1
            }
            if depth == 0 { clause = Self.clause(beginning: tokens[at]) ?? clause }
            guard Self.isAlone(tokens, at) else { continue }
            if joining != nil {
                matched.insert(at)
            } else if depth == 0 {
                switch clause {
                case .list: shown.insert(at)
                case .grouping: matched.insert(at)
                case .other: break
                }
            }
        }
    }

    private static func clause(beginning token: SQLToken) -> Clause? {
        if token.isWord("SELECT") { return .list }
        if token.isWord("GROUP") { return .grouping }
        return ends.contains { token.isWord($0) } ? .other : nil
    }

    /// The words that end a list.
    private static let ends = [
        "FROM", "WHERE", "HAVING", "ORDER", "WINDOW", "LIMIT", "OFFSET", "FETCH", "FOR", "UNION", "INTERSECT", "EXCEPT",
    ]

    private static func isAlone(_ tokens: [SQLToken], _ at: Int) -> Bool {
        let start = PostgreSQLChangedColumns.start(of: tokens, at)
        guard tokens[at].name != nil, start > 0 else { return false }
        let before = tokens[start - 1]
        let isFirst =
            before.isSymbol(",") || before.isSymbol("(") || before.isWord("SELECT") || before.isWord("DISTINCT")
            || before.isWord("BY")
        guard isFirst, at + 1 < tokens.count else { return isFirst }
        let next = tokens[at + 1]
        return next.isSymbol(",") || next.isSymbol(")") || next.isWord("AS") || ends.contains { next.isWord($0) }
    }
}

extension SQLToken {
    fileprivate var isEquality: Bool { isSymbol("=") || isSymbol("<>") }
}
