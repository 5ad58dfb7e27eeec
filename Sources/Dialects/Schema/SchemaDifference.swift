/// One difference between a live schema and the declared one.
public struct SchemaDifference: Hashable, Sendable, CustomStringConvertible {
    /// The table or view that differs.
    public var relation: String
    /// The line for the object, which it names: `sessions.title: nullable here, required in the declaration`.
    public var description: String
    /// Whether the object exists in the database, and the declaration does not know it.
    public var isUndeclared = false

    init(_ relation: String, _ description: String) {
        self.relation = relation
        self.description = description
    }

    static func extra(_ object: String, in relation: String) -> SchemaDifference {
        var difference = SchemaDifference(relation, "\(object) exists only in the database")
        difference.isUndeclared = true
        return difference
    }

    static func missing(_ object: String, in relation: String) -> SchemaDifference {
        SchemaDifference(relation, "\(object) exists only in the declaration")
    }

    static func differs(_ object: String, in relation: String, here: String, declared: String) -> SchemaDifference {
        SchemaDifference(relation, "\(object): \(here) here, \(declared) in the declaration")
    }
}

extension Inspection {
    /// Returns the differences between this live database and `declared`, one line for each object. They include objects that a
    /// schema value can't hold, and what these do: triggers, functions, other kinds of indexes, virtual tables.
    public func differences(from declared: Inspection) -> [SchemaDifference] {
        comparedSchema(beside: declared).differences(from: declared.comparedSchema(beside: self))
            + optionDifferences(from: declared)
            + omissionDifferences(from: declared)
            + definitionDifferences(from: declared)
            + privilegeDifferences(from: declared)
    }
}

extension Inspection {
    /// Returns the differences between the options of tables that both sides have.
    private func optionDifferences(from declared: Inspection) -> [SchemaDifference] {
        schema.tables.flatMap { table -> [SchemaDifference] in
            guard declared.schema[table.name] != nil else { return [] }
            let here = options[table.name] ?? []
            let there = declared.options[table.name] ?? []
            return here.subtracting(there).sorted().map { .extra("table \(table.name): \($0)", in: table.name) }
                + there.subtracting(here).sorted().map { .missing("table \(table.name): \($0)", in: table.name) }
        }
    }
}

extension Schema {
    /// Returns the differences between this live schema and `declared`, one line for each object; none if both hold the same. The
    /// order of columns does not count.
    public func differences(from declared: Schema) -> [SchemaDifference] {
        let ours = pairs(tables, declared.tables, named: \.name)
        let tableLines = ours.flatMap { live, theirs -> [SchemaDifference] in
            switch (live, theirs) {
            case (let live?, let theirs?): live.differences(from: theirs)
            case (let live?, nil):
                [.extra("table \(live.name.told(from: declared.tables.map(\.name)))", in: live.name)]
            case (nil, let missing?):
                [.missing("table \(missing.name.told(from: tables.map(\.name)))", in: missing.name)]
            case (nil, nil): []
            }
        }
        return tableLines + viewDifferences(from: declared)
    }

    private func viewDifferences(from declared: Schema) -> [SchemaDifference] {
        pairs(views, declared.views, named: \.name).compactMap { live, declared in
            switch (live, declared) {
            case (let live?, let declared?):
                live.query.compared == declared.query.compared
                    ? nil : SchemaDifference(live.name, "view \(live.name): its query differs from the declaration")
            case (let live?, nil): .extra("view \(live.name)", in: live.name)
            case (nil, let declared?): .missing("view \(declared.name)", in: declared.name)
            case (nil, nil): nil
            }
        }
    }
}

extension String {
    /// Returns the name as an error or report shows it. The name is escaped if one of the others is the same name in another
    /// Unicode form and looks just like it.
    func told(from others: [String]) -> String {
        let twin = others.contains { $0 == self && !$0.utf8.elementsEqual(utf8) }
        return twin ? SQLName.spelledOut(self) : self
    }
}

/// Pairs the things of two lists by their names, compared byte by byte. A name in another Unicode form is a different name to the
/// database, but an equal string in Swift.
func pairs<T>(_ a: [T], _ b: [T], named name: (T) -> String) -> [(T?, T?)] { pairs(a, b, by: { Array(name($0).utf8) }) }

/// Pairs each thing of either list with its counterpart in the other: first those of `a` in their order, then those that only `b`
/// has.
func pairs<T, Key: Hashable>(_ a: [T], _ b: [T], by key: (T) -> Key) -> [(T?, T?)] {
    // The places in `b` of each key, the last one first. They are looked up, so that 10,000 tables are no 100,000,000 comparisons.
    var places: [Key: [Int]] = [:]
    for at in b.indices.reversed() { places[key(b[at]), default: []].append(at) }
    var rest = b.map(Optional.some)
    var result: [(T?, T?)] = []
    for item in a {
        let at = places[key(item)]?.popLast()
        result.append((item, at.flatMap { rest[$0].take() }))
    }
    return result + rest.compactMap { $0 }.map { (nil, $0) }
}
