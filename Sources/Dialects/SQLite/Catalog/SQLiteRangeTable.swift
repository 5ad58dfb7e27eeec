/// Reads R-trees, which index ranges and boxes by overlap (https://www.sqlite.org/rtree.html). They are virtual tables, but no other
/// table holds their rows, so another database gets them as ordinary tables.
enum SQLiteRangeTable {
    static func isOne(_ object: SQLiteCatalog.Object) -> Bool {
        object.isVirtualTable
            && ["rtree", "rtree_i32"].contains(SQLName.folded(SQLiteShadowTables.module(of: object.sql ?? "")))
    }

    /// Returns the R-trees as tables, with their shadow tables. The first column is the key, the next ones are the bounds: doubles, or
    /// integers of 32 bits. Others hold any value (section 4).
    static func find(in catalog: SQLiteCatalog) -> [RangeTable] {
        catalog.rangeTables.compactMap { source in
            guard let key = source.columns.first?.name else { return nil }
            var table = Table(name: source.name)
            table.columns = source.columns.map { column in
                let type: ColumnType =
                    switch SQLName.folded(column.type) {
                    case "int": .bigint
                    case "real": .real
                    default: .ownForm
                    }
                var column = Column(column.name, type)
                // A NULL that a program writes as a bound is stored as 0.
                column.isNullable = column.name != key && type == .ownForm
                return column
            }
            table.primaryKey = PrimaryKey([key])
            let shadows = catalog.shadows.filter { $0.value == source.name }.map(\.key).sorted()
            return RangeTable(table: table, shadowTables: shadows)
        }
    }
}
