extension Table {
    /// Returns the differences between this live table and `declared`.
    func differences(from declared: Table) -> [SchemaDifference] {
        columnDifferences(from: declared)
            + compare([primaryKey].compactMap { $0 }, [declared.primaryKey].compactMap { $0 }, by: { _ in 0 })
            + compare(uniques, declared.uniques, by: \.columns)
            + compare(checks.map(\.canonical), declared.checks.map(\.canonical), by: \.expression)
            + compare(foreignKeys, declared.foreignKeys, by: \.target)
            + compare(indexes.map(\.canonical), declared.indexes.map(\.canonical), by: \.name)
    }

    private func columnDifferences(from declared: Table) -> [SchemaDifference] {
        pairs(columns, declared.columns, named: \.name).flatMap { live, theirs -> [SchemaDifference] in
            switch (live, theirs) {
            case (let live?, let theirs?): differences(of: live, from: theirs)
            case (let live?, nil):
                [.extra("column \(name).\(live.name.told(from: declared.columns.map(\.name)))", in: name)]
            case (nil, let missing?):
                [.missing("column \(name).\(missing.name.told(from: columns.map(\.name)))", in: name)]
            case (nil, nil): []
            }
        }
    }

    /// Returns one line for a column, however many of its facets differ.
    private func differences(of live: Column, from declared: Column) -> [SchemaDifference] {
        var live = live
        if live.default?.isEarlierSpelling(of: declared.default) == true { live.default = declared.default }
        let facets = zip(live.facets, declared.facets).filter { $0 != $1 }
        guard !facets.isEmpty else { return [] }
        return [
            .differs(
                "\(name).\(live.name)", in: name, here: facets.map(\.0).joined(separator: ", "),
                declared: facets.map(\.1).joined(separator: ", "))
        ]
    }

    /// Pairs the parts of two lists by a key, and reports each pair that is unequal. Names count only if both parts have one:
    /// SQLite keeps no name for a key that stands in its column's own line.
    private func compare<Part: DescribedPart, Key: Hashable>(
        _ live: [Part], _ declared: [Part], by key: (Part) -> Key
    ) -> [SchemaDifference] {
        pairs(live, declared, by: key).compactMap { live, declared in
            switch (live, declared) {
            case (let live?, let declared?): difference(of: live, from: declared)
            case (let live?, nil): .extra("\(live.title) on \(name)", in: name)
            case (nil, let declared?): .missing("\(declared.title) on \(name)", in: name)
            case (nil, nil): nil
            }
        }
    }

    private func difference<Part: DescribedPart>(of live: Part, from declared: Part) -> SchemaDifference? {
        var here = [live.details]
        var there = [declared.details]
        if let name = live.givenName, let other = declared.givenName, name != other {
            here.append("called \(name)")
            there.append("called \(other)")
        }
        guard here != there else { return nil }
        return .differs(
            "\(live.title) on \(name)", in: name, here: here.filter { !$0.isEmpty }.joined(separator: ", "),
            declared: there.filter { !$0.isEmpty }.joined(separator: ", "))
    }
}

extension Column {
    /// The column's properties, one text for each facet, in the same order for all columns.
    fileprivate var facets: [String] {
        [
            type.description,
            isNullable ? "nullable" : "required",
            self.default.map { "default \($0.summary)" } ?? "no default",
            generated.map { "\($0.storage.rawValue) as \($0.expression.compared.summary)" } ?? "not generated",
            isIdentity ? "identity" : "no identity",
            collation.map { "collation \($0.summary)" } ?? "no collation",
        ]
    }
}

/// A key, check or index that can be described for people.
private protocol DescribedPart {
    var givenName: String? { get }
    /// The kind and name of the part: `index sessions_owner_idx`.
    var title: String { get }
    /// All properties in which two parts of the same title can differ, except for the name.
    var details: String { get }
}

extension PrimaryKey: DescribedPart {
    fileprivate var givenName: String? { name }
    fileprivate var title: String { "primary key" }
    fileprivate var details: String { columns.listed }
}

extension Unique: DescribedPart {
    fileprivate var givenName: String? { name }
    fileprivate var title: String { "unique \(columns.listed)" }
    fileprivate var details: String { "" }
}

extension Check: DescribedPart {
    fileprivate var givenName: String? { name }
    fileprivate var title: String { "check (\(expression.summary))" }
    fileprivate var details: String { "" }
    fileprivate var canonical: Check { Check(expression.compared, name: name) }
}

extension ForeignKey: DescribedPart {
    fileprivate var givenName: String? { name }
    fileprivate var target: String { "\(columns.listed) to \(parent) \(parentColumns.listed)" }
    fileprivate var title: String { "foreign key \(target)" }
    fileprivate var details: String {
        let timing = isDeferred ? ", deferred" : ""
        return "on delete \(onDelete.rawValue.lowercased()), on update \(onUpdate.rawValue.lowercased())\(timing)"
    }
}

extension Index: DescribedPart {
    fileprivate var givenName: String? { name }
    fileprivate var title: String { "index \(name)" }
    fileprivate var details: String {
        let words = parts.map { part in
            part.key.summary + (part.collation.map { " collate \($0.summary)" } ?? "")
                + (part.isDescending ? " descending" : "")
        }
        return (isUnique ? "unique " : "") + words.listed + (condition.map { " where \($0.summary)" } ?? "")
    }

    fileprivate var canonical: Index {
        var index = self
        index.condition = condition?.compared
        index.parts = parts.map { Part($0.key.canonical, descending: $0.isDescending, collation: $0.collation) }
        return index
    }
}

extension [String] {
    fileprivate var listed: String { "(\(joined(separator: ", ")))" }
}

extension Index.Part.Key {
    fileprivate var summary: String {
        switch self {
        case .column(let name): name
        case .expression(let expression): expression.summary
        }
    }

    fileprivate var canonical: Index.Part.Key {
        switch self {
        case .column: self
        case .expression(let expression): .expression(expression.compared)
        }
    }
}

extension SQLExpression {
    fileprivate var summary: String { texts.filter { !$0.isEmpty }.joined(separator: " / ") }
}

extension Collation {
    fileprivate var summary: String {
        switch self {
        case .nocase: "nocase"
        case .binary: "binary"
        case .native(let sqlite, let postgresql): [sqlite, postgresql].filter { !$0.isEmpty }.joined(separator: " / ")
        }
    }
}

extension Default {
    fileprivate var summary: String {
        switch self {
        case .text(let text), .json(let text): SQLText.literal(text)
        case .integer(let value): String(value)
        case .real(let value): String(value)
        case .boolean(let value): String(value)
        case .now: "now"
        case .today: "today"
        case .uuid: "uuid"
        case .expression(let expression): expression.compared.summary
        }
    }
}
