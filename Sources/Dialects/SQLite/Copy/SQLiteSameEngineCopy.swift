/// The copy of a SQLite database by its own DDL: the texts of `sqlite_master`, in the order in which `VACUUM` runs them
/// (https://www.sqlite.org/lang_vacuum.html, "How VACUUM works").
enum SQLiteSameEngineCopy {
    static func make(of catalog: SQLiteCatalog) -> SameEngineCopy {
        var copy = SameEngineCopy()
        for table in catalog.tables + catalog.shadowTables where !OwnTables.names.contains(table.name) {
            copy.tables.append(Self.table(table, in: catalog))
        }
        for (setting, value) in catalog.settings.sorted(by: { $0.key < $1.key }) where value != 0 {
            copy.preparations.append(.init("PRAGMA \(setting) = \(value)"))
        }
        for object in catalog.objects where object.isVirtualTable {
            copy.preparations += virtualTable(object)
        }
        let made = Set(copy.tables.map(\.name))
        for object in catalog.objects {
            guard let sql = object.sql else { continue }
            let part = { (kind: Construction.Part.Kind, owner: String) in
                Construction.Part(kind, table: owner, name: object.name, statement: sql)
            }
            switch object.kind {
            case .index where made.contains(object.table): copy.parts.append(part(.index, object.table))
            case .view: copy.parts.append(part(.view, object.name))
            case .trigger: copy.parts.append(part(.trigger, object.table))
            case .index, .table: break
            }
        }
        copy.parts = PartOrder.sorted(copy.parts)
        copy.omitted = catalog.unreadable.map { name, error in
            Omission(.other, name, reason: "the table can't be read: \(error.message)")
        }
        return copy
    }

    private static func table(_ table: SQLiteCatalog.Table, in catalog: SQLiteCatalog) -> SameEngineCopy.Table {
        var columns = table.columns.filter { !$0.isGenerated }.map { column in
            SameEngineCopy.Column(column.name, .ownForm)
        }
        if let rowid = table.hiddenRowid {
            columns.insert(SameEngineCopy.Column(rowid, .ownForm), at: 0)
        }
        let counter = catalog.sequences[table.name].flatMap { last in
            table.keyColumns.first.map { SameEngineCopy.Counter(column: $0, last: last) }
        }
        return SameEngineCopy.Table(
            name: table.name, statement: table.sql, columns: columns, counters: [counter].compactMap { $0 },
            owner: catalog.shadows[table.name])
    }

    /// Returns the preparation for a virtual table. Its rows lie in its shadow tables, which are copied unchanged. Its module
    /// must not create them again, so the table is only entered in the catalog, as `VACUUM` does. That also works if the module
    /// is unknown (https://www.sqlite.org/pragma.html#pragma_writable_schema).
    private static func virtualTable(_ object: SQLiteCatalog.Object) -> [SameEngineCopy.Preparation] {
        let values =
            ["table", object.name, object.name].map(SQLText.literal) + ["0", SQLText.literal(object.sql ?? "")]
        return [
            "PRAGMA writable_schema = ON",
            "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES (\(values.joined(separator: ", ")))",
            "PRAGMA writable_schema = RESET",
        ].map { SameEngineCopy.Preparation($0, for: object.name) }
    }
}

/// The order of parts: indexes before views before triggers. A trigger may belong to a view, and must not fire while anything
/// is built.
private enum PartOrder {
    static func sorted(_ parts: [Construction.Part]) -> [Construction.Part] {
        [.index, .view, .trigger].flatMap { kind in parts.filter { $0.kind == kind } }
    }
}

extension SQLiteCatalog.Table {
    /// The name by which the rowid can be read, if no column is the rowid. The rowid is data as well, since other tables may
    /// refer to it (https://www.sqlite.org/lang_createtable.html#rowid).
    var hiddenRowid: String? {
        let hasKeyIndex = indexes.contains { $0.origin == .primaryKey }
        guard !isWithoutRowid, keyColumns.count != 1 || hasKeyIndex else { return nil }
        let names = Set(columns.map { SQLName.folded($0.name) })
        return ["rowid", "oid", "_rowid_"].first { !names.contains($0) }
    }
}
