/// The database as SQLite's own tables and pragmas describe it, before any conclusions are drawn.
struct SQLiteCatalog: Sendable {
    /// A row of `sqlite_master` (https://www.sqlite.org/schematab.html).
    struct Object: Sendable {
        enum Kind: String, Sendable { case table, index, view, trigger }

        var kind: Kind
        var name: String
        var table: String
        /// The object's DDL; `nil` for the indexes that SQLite creates on its own.
        var sql: String?
    }

    struct Column: Sendable {
        var name: String
        var type: String
        var isRequired: Bool
        var `default`: String?
        /// The column's position in the primary key, starting at 1; 0 for a column outside of the key.
        var keyPosition: Int
        var isGenerated: Bool
    }

    struct Index: Sendable {
        struct Part: Sendable {
            enum Key: Sendable, Equatable { case column(String), rowid, expression }
            var key: Key
            var isDescending: Bool
            var collation: String
        }
        /// The origin of the index: `CREATE INDEX`, `UNIQUE` or `PRIMARY KEY`.
        enum Origin: String, Sendable { case statement = "c", unique = "u", primaryKey = "pk" }

        var name: String
        var isUnique: Bool
        var origin: Origin
        var isPartial: Bool
        var parts: [Part]
    }

    struct ForeignKey: Sendable {
        var parent: String
        var columns: [String]
        /// The parent's columns. The list is empty if the key names none; it then means the parent's primary key.
        var parentColumns: [String]
        var onDelete: Dialects.ForeignKey.Action
        var onUpdate: Dialects.ForeignKey.Action
    }

    struct Table: Sendable {
        var name: String
        var sql: String
        var isWithoutRowid: Bool
        var columns: [Column] = []
        /// The indexes, in the order of their creation.
        var indexes: [Index] = []
        /// The foreign keys, in the order in which they are written.
        var foreignKeys: [ForeignKey] = []
    }

    var objects: [Object] = []
    var tables: [Table] = []
    /// The tables that can't be described, with the reason.
    var unreadable: [String: DatabaseError] = [:]
    /// The tables in which a virtual table keeps its rows, each with the name of that virtual table.
    var shadows: [String: String] = [:]
    var shadowTables: [Table] = []
    /// The R-trees (https://www.sqlite.org/rtree.html), if SQLite has their module.
    var rangeTables: [Table] = []
    var sequences: [String: Int64] = [:]
    /// The numbers that an application keeps in the file's header: `user_version`, `application_id`.
    var settings: [String: Int64] = [:]
}

extension SQLiteCatalog {
    /// Reads the whole catalog, or only the objects whose text or table contains one of `names`.
    static func read(
        _ connection: any Connection, about names: Set<String>? = nil
    ) throws(DatabaseError) -> SQLiteCatalog {
        let reader = SQLiteCatalogReader(connection: connection)
        var catalog = SQLiteCatalog()
        catalog.objects = try reader.objects(about: names.flatMap(Self.searchable))
        let kinds = try reader.tableKinds(
            of: names == nil ? nil : catalog.objects.filter(\.isOrdinaryTable).map(\.name))
        catalog.shadows = SQLiteShadowTables.find(
            in: catalog.objects, marked: Set(kinds.filter { $0.value.isShadow }.keys))
        for object in catalog.objects where object.isOrdinaryTable {
            do {
                let isWithoutRowid = kinds[object.name]?.isWithoutRowid ?? false
                let table = try reader.table(object, isWithoutRowid: isWithoutRowid)
                if catalog.shadows[object.name] == nil {
                    catalog.tables.append(table)
                } else {
                    catalog.shadowTables.append(table)
                }
            } catch {
                guard [.other, .syntax, .corrupt].contains(error.kind) else { throw error }
                catalog.unreadable[object.name] = error
            }
        }
        guard names == nil else { return catalog }
        for object in catalog.objects where SQLiteRangeTable.isOne(object) {
            do { catalog.rangeTables.append(try reader.table(object, isWithoutRowid: false)) } catch {
                // Without its module an R-tree can't be read, and is listed with the other virtual tables.
                guard [.other, .syntax, .corrupt].contains(error.kind) else { throw error }
            }
        }
        catalog.sequences = try reader.sequences(catalog.objects)
        catalog.settings = try reader.settings()
        return catalog
    }

    /// The names in lower case, as they are searched for in the texts of a schema; `nil` where that could miss one (a name that is
    /// spelled otherwise in quotes, or has a like in another Unicode form), or where they are so many that all is read as fast.
    private static func searchable(_ names: Set<String>) -> [String]? {
        let arePlain = names.allSatisfy { name in
            name.utf8.allSatisfy { (0x20..<0x7F).contains($0) && !"\"'`[]".utf8.contains($0) }
        }
        return arePlain && names.count <= 100 ? names.map(SQLName.folded).sorted() : nil
    }
}

extension SQLiteCatalog.Object {
    var isVirtualTable: Bool {
        guard kind == .table else { return false }
        var cursor = SQLiteTokenCursor(sql ?? "")
        return cursor.take(word: "CREATE") && cursor.take(word: "VIRTUAL")
    }

    /// Whether it belongs to one of these tables, or its text says one of the names; they are in lower case.
    func says(anyOf names: [String]) -> Bool {
        if names.contains(SQLName.folded(table)) { return true }
        let text = SQLName.folded(sql ?? "")
        return names.contains { SQLToken.isWhole($0, in: text) }
    }

    /// A table that somebody made: neither virtual nor one of SQLite's own.
    var isOrdinaryTable: Bool { kind == .table && !name.hasPrefix("sqlite_") && !isVirtualTable }
}

/// The questions themselves. Every pragma is asked as a table-valued function, so that names are bound and never spelled
/// (https://www.sqlite.org/pragma.html#pragfunc).
private struct SQLiteCatalogReader {
    let connection: any Connection

    func objects(about names: [String]?) throws(DatabaseError) -> [SQLiteCatalog.Object] {
        var condition: SQL = "\(trusted: names == nil ? "true" : "false")"
        for name in names ?? [] {
            condition.append(" OR tbl_name = \(name) COLLATE NOCASE OR sql LIKE \(saying(name)) ESCAPE '\\'")
        }
        var objects = try connection.query(
            "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE \(condition) ORDER BY rowid"
        ).compactMap { row in
            row[0].text.flatMap(SQLiteCatalog.Object.Kind.init(rawValue:)).map { kind in
                SQLiteCatalog.Object(
                    kind: kind, name: row[1].text ?? "", table: row[2].text ?? "", sql: row[3].text)
            }
        }
        if let names { objects.removeAll { !$0.says(anyOf: names) } }
        // Of a trigger SQLite keeps the table's name as its author wrote it, in whatever case.
        let owners = Dictionary(
            objects.filter { $0.kind == .table || $0.kind == .view }.map { (SQLName.folded($0.name), $0.name) },
            uniquingKeysWith: { first, _ in first })
        for at in objects.indices where objects[at].kind == .trigger {
            objects[at].table = owners[SQLName.folded(objects[at].table)] ?? objects[at].table
        }
        return objects
    }

    /// A pattern for texts with this name in them. It finds what `instr(lower(sql), name)` does, in a third of the time, and what is
    /// longer: `item_10` for `item_1`.
    private func saying(_ name: String) -> String {
        "%\(name.map { "%_\\".contains($0) ? "\\\($0)" : "\($0)" }.joined())%"
    }

    /// Of all tables, or of those that are named: SQLite looks at every column of every table where it is asked for all.
    func tableKinds(
        of names: [String]?
    ) throws(DatabaseError) -> [String: (isShadow: Bool, isWithoutRowid: Bool)] {
        var rows: [Row] = []
        if let names {
            for name in names {
                rows += try connection.query(
                    "SELECT name, type, wr FROM pragma_table_list(\(name)) WHERE schema = 'main'")
            }
        } else {
            rows = try connection.query("SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'")
        }
        return Dictionary(
            rows.map { ($0[0].text ?? "", (isShadow: $0[1].text == "shadow", isWithoutRowid: $0[2].boolean ?? false)) },
            uniquingKeysWith: { first, _ in first })
    }

    func table(_ object: SQLiteCatalog.Object, isWithoutRowid: Bool) throws(DatabaseError) -> SQLiteCatalog.Table {
        var table = SQLiteCatalog.Table(name: object.name, sql: object.sql ?? "", isWithoutRowid: isWithoutRowid)
        table.columns = try columns(of: object.name)
        table.indexes = try indexes(of: object.name)
        table.foreignKeys = try foreignKeys(of: object.name)
        return table
    }

    private func columns(of table: String) throws(DatabaseError) -> [SQLiteCatalog.Column] {
        try connection.query(
            """
            SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(\(table)) ORDER BY cid
            """
        ).map { row in
            .init(
                name: row[0].text ?? "", type: row[1].text ?? "", isRequired: row[2].boolean ?? false,
                default: row[3].text, keyPosition: Int(row[4].integer ?? 0), isGenerated: row[5].boolean ?? false)
        }
    }

    private func indexes(of table: String) throws(DatabaseError) -> [SQLiteCatalog.Index] {
        var indexes: [SQLiteCatalog.Index] = []
        // The list begins with the youngest.
        let rows = try connection.query(
            "SELECT name, \"unique\", origin, partial FROM pragma_index_list(\(table)) ORDER BY seq DESC")
        for row in rows {
            let name = row[0].text ?? ""
            indexes.append(
                .init(
                    name: name, isUnique: row[1].boolean ?? false,
                    origin: .init(rawValue: row[2].text ?? "") ?? .statement,
                    isPartial: row[3].boolean ?? false, parts: try parts(of: name)))
        }
        return indexes
    }

    private func parts(of index: String) throws(DatabaseError) -> [SQLiteCatalog.Index.Part] {
        try connection.query(
            "SELECT cid, name, \"desc\", coll FROM pragma_index_xinfo(\(index)) WHERE key = 1 ORDER BY seqno"
        ).map { row in
            let isRowid = row[0].integer == -1
            return .init(
                key: row[1].text.map { .column($0) } ?? (isRowid ? .rowid : .expression),
                isDescending: row[2].boolean ?? false, collation: row[3].text ?? "BINARY")
        }
    }

    private func foreignKeys(of table: String) throws(DatabaseError) -> [SQLiteCatalog.ForeignKey] {
        var keys: [SQLiteCatalog.ForeignKey] = []
        var last: Int64?
        // The list begins with the last one written.
        let rows = try connection.query(
            """
            SELECT id, "table", "from", "to", on_delete, on_update FROM pragma_foreign_key_list(\(table))
            ORDER BY id DESC, seq
            """)
        for row in rows {
            if row[0].integer != last {
                last = row[0].integer
                keys.append(
                    .init(
                        parent: row[1].text ?? "", columns: [], parentColumns: [],
                        onDelete: .init(rawValue: row[4].text ?? "") ?? .noAction,
                        onUpdate: .init(rawValue: row[5].text ?? "") ?? .noAction))
            }
            keys[keys.count - 1].columns.append(row[2].text ?? "")
            if let parent = row[3].text { keys[keys.count - 1].parentColumns.append(parent) }
        }
        return keys
    }

    func settings() throws(DatabaseError) -> [String: Int64] {
        let row = try connection.query(
            "SELECT user_version, application_id FROM pragma_user_version, pragma_application_id")
        return ["user_version": row.first?[0].integer ?? 0, "application_id": row.first?[1].integer ?? 0]
    }

    func sequences(_ objects: [SQLiteCatalog.Object]) throws(DatabaseError) -> [String: Int64] {
        guard objects.contains(where: { $0.name == "sqlite_sequence" }) else { return [:] }
        var sequences: [String: Int64] = [:]
        for row in try connection.query("SELECT name, seq FROM sqlite_sequence") {
            if let name = row[0].text, let last = row[1].integer {
                sequences[name] = max(last, sequences[name] ?? last)
            }
        }
        return sequences
    }
}
