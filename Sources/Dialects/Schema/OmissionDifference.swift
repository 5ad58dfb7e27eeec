// Drift of what a schema value can't hold: objects, and details of objects that it holds.

extension Inspection {
    /// Returns the differences between what is omitted on both sides. An object that both sides have is not said to exist on one of them
    /// only: whoever reads that would drop it, or make it.
    func omissionDifferences(from declared: Inspection) -> [SchemaDifference] {
        objectDifferences(from: declared) + detailDifferences(from: declared)
    }

    private func objectDifferences(from declared: Inspection) -> [SchemaDifference] {
        let (here, there) = (objects(beside: declared), declared.objects(beside: self))
        return here.subtracting(there).sorted().map { .extra($0.ofItsKind, in: $0) }
            + there.subtracting(here).sorted().map { .missing($0.ofItsKind, in: $0) }
    }

    private func detailDifferences(from declared: Inspection) -> [SchemaDifference] {
        let (here, there) = (details(beside: declared), declared.details(beside: self))
        let ours = here.filter { there[$0.key] == nil }.sorted { $0.key < $1.key }
        let theirs = there.filter { here[$0.key] == nil }.sorted { $0.key < $1.key }
        return ours.map { $0.value.differenceHere } + theirs.map { $0.value.differenceThere }
    }

    /// Returns the schema without the indexes that `other` has in a form which a schema value can't hold.
    func comparedSchema(beside other: Inspection) -> Schema {
        let indexes = Set(other.omitted.filter { $0.kind == .index && holds($0) }.map { [$0.table ?? "", $0.name] })
        guard !indexes.isEmpty else { return schema }
        let tables = schema.tables.map { table in
            var rest = table
            rest.indexes.removeAll { indexes.contains([table.name, $0.name]) }
            return rest
        }
        return Schema(tables: tables, views: schema.views)
    }

    private func objects(beside other: Inspection) -> Set<String> {
        Set(omitted.filter { !other.holds($0) }.map(\.title)).subtracting(Definition.ofAdministrator)
    }

    private func details(beside other: Inspection) -> [String: Omission] {
        Dictionary(
            omitted.filter { other.holds($0) }.map { ($0.predicate, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Returns whether the schema holds the object of an omission of another inspection.
    private func holds(_ omission: Omission) -> Bool {
        guard let table = schema[omission.table ?? omission.name] else { return false }
        return omission.isDetail || omission.kind == .index && table.indexes.contains { $0.name == omission.name }
    }
}

extension Omission {
    fileprivate var title: String { "\(kind.words) \(name)" }

    /// The object and what is omitted of it, without what follows from that: a partitioned table may get more partitions.
    fileprivate var predicate: String {
        let predicate = reason.firstRange(of: ": ").map { String(reason[..<$0.lowerBound]) } ?? reason
        return "\(title): \(SQLToken.compared(predicate))"
    }

    /// The object in the words of drift: columns and tables are called by their names.
    private var shown: String { kind == .other ? name : title }

    fileprivate var differenceHere: SchemaDifference {
        var difference = SchemaDifference(table ?? name, "\(shown) differs from the declaration: \(reason)")
        // A script may have made the detail.
        difference.isUndeclared = isDetail
        return difference
    }

    fileprivate var differenceThere: SchemaDifference {
        SchemaDifference(table ?? name, "\(shown) differs in the declaration: \(reason)")
    }
}

extension String {
    /// The words for an object whose name says of which kind it is: `policy own on notes` instead of `other policy own on notes`.
    fileprivate var ofItsKind: String {
        let named = ["other policy ", "other row level security "].contains(where: hasPrefix)
        return named ? String(dropFirst("other ".count)) : self
    }
}
