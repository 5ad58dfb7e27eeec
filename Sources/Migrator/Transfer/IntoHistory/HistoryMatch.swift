import Dialects

/// Which table and column of a source goes where in a declared schema: matched by name. Pure.
struct HistoryMatch {
    /// A table of both, and the columns that both have.
    struct MatchedTable: Equatable {
        var source: Table
        var target: Table
        var columns: [String]

        var types: [ColumnType] { columns.compactMap { target[column: $0]?.type } }
        /// Columns that must hold a value here and need not in the source.
        var required: [String] {
            columns.filter { target[column: $0]?.isNullable == false && source[column: $0]?.isNullable != false }
        }
        var counting: String? { target.columns.first { $0.isIdentity && columns.contains($0.name) }?.name }
    }

    /// Parents before their children, as far as cycles allow.
    private(set) var tables: [MatchedTable] = []
    /// What stays behind, as it was said to.
    private(set) var ignored: [NotCarried] = []

    /// Throws what has no place, and is not among the `ignoring`: tables, and columns as `table.column`.
    init(_ source: [Table], _ declared: Schema, ignoring: [String]) throws(HistoryTransferError) {
        let known = Set(source.flatMap { table in [table.name] + table.columns.map { "\(table.name).\($0.name)" } })
        if let name = ignoring.first(where: { !known.contains($0) }) { throw .nothingToIgnore(name) }
        let ignoring = Set(ignoring)
        let wanted = source.filter { !ignoring.contains($0.name) }
        try Self.requirePlaces(for: wanted, in: declared, ignoring)
        for target in declared.tablesInForeignKeyOrder {
            guard let table = wanted.first(where: { $0.name == target.name }) else { continue }
            tables.append(Self.match(table, target, ignoring))
        }
        try requireSources(for: tables)
        ignored = Self.remarks(source, ignoring)
    }

    private static func match(_ table: Table, _ target: Table, _ ignoring: Set<String>) -> MatchedTable {
        let columns = table.columns.map(\.name).filter { name in
            target[column: name].map { $0.generated == nil } ?? false && !ignoring.contains("\(table.name).\(name)")
        }
        return MatchedTable(source: table, target: target, columns: columns)
    }

    private static func requirePlaces(
        for tables: [Table], in declared: Schema, _ ignoring: Set<String>
    ) throws(HistoryTransferError) {
        let homeless = tables.flatMap { table in
            guard let target = declared[table.name] else { return [table.name] }
            return table.columns.map(\.name).filter { target[column: $0] == nil }.map { "\(table.name).\($0)" }
        }
        let missing = homeless.filter { !ignoring.contains($0) }
        guard missing.isEmpty else { throw .noPlace(missing) }
    }

    /// A column without a source gets its default, or NULL.
    private func requireSources(for tables: [MatchedTable]) throws(HistoryTransferError) {
        let missing = tables.flatMap { table in
            table.target.columns.filter { column in
                !table.columns.contains(column.name) && !column.isNullable && column.default == nil
                    && !column.isIdentity && column.generated == nil
            }
            .map { "\(table.target.name).\($0.name)" }
        }
        guard missing.isEmpty else { throw .noSource(missing) }
    }

    private static func remarks(_ source: [Table], _ ignoring: Set<String>) -> [NotCarried] {
        source.flatMap { table -> [NotCarried] in
            if ignoring.contains(table.name) {
                return [
                    NotCarried(
                        .other, table.name,
                        reason: "the table has no place in the declared schema, or was to stay behind")
                ]
            }
            return table.columns.map { "\(table.name).\($0.name)" }.filter(ignoring.contains).map { name in
                NotCarried(.column, name, reason: "it has no place in the declared schema, or was to stay behind")
            }
        }
    }
}
