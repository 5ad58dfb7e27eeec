/// Finds which of many names expressions mention. Each expression is read once, however many names there are: a table of a
/// thousand columns may have a thousand checks.
package struct MentionedNames: Sendable {
    private var names: [String]
    /// The places in `names` of the names that are equal except for case, by that name in lower case.
    private var places: [String: [Int]]

    package init(_ names: [String]) {
        self.names = names
        places = Dictionary(grouping: names.indices) { SQLName.folded(names[$0]) }
    }

    package mutating func append(_ name: String) {
        places[SQLName.folded(name), default: []].append(names.count)
        names.append(name)
    }

    /// Returns the names that `expression` mentions, quoted or not, in the order in which they were given.
    package func mentioned(in expression: SQLExpression) -> [String] {
        var found: Set<Int> = []
        for token in expression.texts.flatMap(SQLToken.scan) {
            guard let name = token.name else { continue }
            found.formUnion((places[SQLName.folded(name)] ?? []).filter { token.names(names[$0]) })
        }
        return found.sorted().map { names[$0] }
    }
}
