/// The shadow tables, in which a virtual table keeps its data (https://www.sqlite.org/vtab.html#xshadowname).
enum SQLiteShadowTables {
    /// Returns the shadow tables. SQLite marks them if the module is loaded; otherwise they are recognized by the names that
    /// the well-known modules use.
    static func find(in objects: [SQLiteCatalog.Object], marked: Set<String>) -> [String: String] {
        var shadows: [String: String] = [:]
        for virtual in objects where virtual.isVirtualTable {
            let suffixes = knownSuffixes(of: module(of: virtual.sql ?? ""))
            for table in objects where table.isOrdinaryTable {
                guard SQLName.folded(table.name).hasPrefix(SQLName.folded(virtual.name) + "_") else { continue }
                let suffix = SQLName.folded(String(table.name.dropFirst(virtual.name.count + 1)))
                if marked.contains(table.name) || suffixes.contains(suffix) { shadows[table.name] = virtual.name }
            }
        }
        return shadows
    }

    /// Returns the module's name in `CREATE VIRTUAL TABLE name USING module(…)`.
    static func module(of sql: String) -> String {
        var cursor = SQLiteTokenCursor(sql)
        cursor.skip { $0.isWord("USING") }
        _ = cursor.take(word: "USING")
        return cursor.takeName() ?? ""
    }

    private static func knownSuffixes(of module: String) -> Set<String> {
        switch SQLName.folded(module) {
        case "fts3", "fts4": ["content", "segments", "segdir", "docsize", "stat"]
        case "fts5": ["data", "idx", "content", "docsize", "config"]
        case "rtree", "rtree_i32", "geopoly": ["node", "rowid", "parent"]
        default: []
        }
    }
}
