import Dialects

/// Matches the tables and columns of a source with those of an existing schema, by name. It reads no database.
///
/// A name matches the same name. If there is none, it matches the only name that differs from it in case alone, and then one that a transfer
/// makes from it, or from which a transfer has made it (`NameMatch`).
struct SchemaMatch {
    /// A table that exists on both sides, and the columns that both have.
    struct MatchedTable: Equatable {
        var source: Table
        var target: Table
        /// The name of each column on either side, in the source's order.
        var columns: [Pair]
        /// The columns that both have and that the target computes, so that they can't be written.
        var computed: [Pair]

        struct Pair: Equatable {
            var source: String
            var target: String
        }

        /// The columns that the target database numbers.
        var counting: [Pair] { columns.filter { target[column: $0.target]?.isIdentity == true } }

        /// Whether a column must hold a value in the target but need not in the source.
        func isRequired(_ pair: Pair) -> Bool {
            target[column: pair.target]?.isNullable == false && source[column: pair.source]?.isNullable != false
        }
    }

    /// The matched tables: parents before their children, as far as cycles allow.
    private(set) var tables: [MatchedTable] = []
    /// The tables and columns that are left out, as `ignoring` says.
    private(set) var ignored: [Omission] = []

    /// Matches the tables. Throws if a table or column has no place in the target and is not listed in `ignoring`,
    /// where columns are written as `table.column`. A virtual table without a place for one of its columns has none as a whole: its rows
    /// are an index, which an application can make again if it is empty, but not complete.
    init(
        _ inspection: Inspection, _ target: Schema, ignoring: [String], from: any TransferTarget,
        to: any TransferTarget
    ) throws(SchemaTransferError) {
        let (source, virtual) = (inspection.schema.tables, inspection.virtualTablesWithRows)
        let known = Set(source.flatMap { table in [table.name] + table.columns.map { "\(table.name).\($0.name)" } })
        if let name = ignoring.first(where: { !known.contains($0) }) { throw .nothingToIgnore(name) }
        let ignoring = Set(ignoring)
        let wanted = source.filter { !ignoring.contains($0.name) }
        let dialects = (from: from, to: to)
        let places = Self.places(
            of: wanted.map(\.name), among: source.map(\.name), in: target.tables.map(\.name), dialects)
        var homeless: [String] = []
        for table in wanted {
            guard let place = places[table.name].flatMap({ target[$0] }) else {
                homeless.append(table.name)
                continue
            }
            let (match, missing) = Self.match(table, place, ignoring, dialects)
            tables.append(match)
            let isWhole = virtual.contains(table.name) && !missing.isEmpty
            homeless += isWhole ? [table.name] : missing.map { "\(table.name).\($0)" }
        }
        guard homeless.isEmpty else { throw .noPlace(homeless) }
        let order = Dictionary(
            uniqueKeysWithValues: target.tablesInForeignKeyOrder.enumerated().map { ($1.name, $0) })
        tables.sort { order[$0.target.name, default: 0] < order[$1.target.name, default: 0] }
        try requireSources(for: tables)
        ignored = Self.remarks(source, target, ignoring)
    }

    /// Returns the table's columns with their places, and those without one.
    private static func match(
        _ table: Table, _ target: Table, _ ignoring: Set<String>,
        _ dialects: (from: any TransferTarget, to: any TransferTarget)
    ) -> (MatchedTable, missing: [String]) {
        let wanted = table.columns.map(\.name).filter { !ignoring.contains("\(table.name).\($0)") }
        let places = places(
            of: wanted, among: table.columns.map(\.name), in: target.columns.map(\.name), dialects)
        let pairs = wanted.compactMap { name in places[name].map { MatchedTable.Pair(source: name, target: $0) } }
        let isComputed = { (pair: MatchedTable.Pair) in target[column: pair.target]?.generated != nil }
        return (
            MatchedTable(
                source: table, target: target, columns: pairs.filter { !isComputed($0) },
                computed: pairs.filter(isComputed)),
            wanted.filter { places[$0] == nil }
        )
    }

    /// Returns the place of each name that has one. `all` are the names with those that stay behind, because of which a transfer may have
    /// numbered others.
    static func places(
        of names: [String], among all: [String], in others: [String],
        _ dialects: (from: any TransferTarget, to: any TransferTarget)
    ) -> [String: String] {
        var places = fellows(of: names, in: others)
        var homeless = Set(names).subtracting(places.keys)
        guard !homeless.isEmpty else { return places }
        var taken = Set(places.values)
        for (name, other) in NameMatch(all, others, from: dialects.from, to: dialects.to).pairs
        where homeless.remove(name) != nil && taken.insert(other).inserted {
            places[name] = other
        }
        return places
    }

    /// Returns the counterpart of each name that has one: the same name, or the only one that differs in case alone.
    static func fellows(of names: [String], in others: [String]) -> [String: String] {
        var fellows: [String: String] = [:]
        let exact = Set(names).intersection(others)
        let free = Dictionary(grouping: others.filter { !exact.contains($0) }) { $0.lowercased() }
        let wanted = Dictionary(grouping: names.filter { !exact.contains($0) }) { $0.lowercased() }
        for name in names {
            if exact.contains(name) {
                fellows[name] = name
            } else if let found = free[name.lowercased()], found.count == 1, wanted[name.lowercased()]?.count == 1 {
                fellows[name] = found[0]
            }
        }
        return fellows
    }

    /// Throws if a required column of the target has no source. Any other column without a source gets its default, or
    /// NULL.
    private func requireSources(for tables: [MatchedTable]) throws(SchemaTransferError) {
        let missing = tables.flatMap { table in
            let sources = Set(table.columns.map(\.target))
            return table.target.columns.filter { column in
                !sources.contains(column.name) && !column.isNullable && column.default == nil && !column.isIdentity
                    && column.generated == nil
            }
            .map { "\(table.target.name).\($0.name)" }
        }
        guard missing.isEmpty else { throw .noSource(missing) }
    }

    private static func remarks(_ source: [Table], _ target: Schema, _ ignoring: Set<String>) -> [Omission] {
        let places = fellows(of: source.map(\.name), in: target.tables.map(\.name))
        return source.flatMap { table -> [Omission] in
            let place = places[table.name].flatMap { target[$0] }
            if ignoring.contains(table.name) {
                return [Omission(.table, table.name, reason: place == nil ? homeless : requested)]
            }
            let columns = fellows(of: table.columns.map(\.name), in: place?.columns.map(\.name) ?? [])
            return table.columns.map(\.name).filter { ignoring.contains("\(table.name).\($0)") }.map { name in
                let column = columns[name].flatMap { place?[column: $0] }
                return Omission(.column, "\(table.name).\(name)", reason: reason(leaving: column))
            }
        }
    }

    /// Returns why a column of the source stays behind that has this one as its place.
    private static func reason(leaving column: Column?) -> String {
        guard let column else { return homeless }
        return column.generated == nil ? requested : "\(requested): the target computes its values"
    }

    private static let homeless = "it has no place in the target"
    private static let requested = "it is left behind, as requested"
}
