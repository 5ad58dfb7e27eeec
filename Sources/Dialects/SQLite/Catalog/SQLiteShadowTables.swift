/// The shadow tables, in which a virtual table keeps its data (https://www.sqlite.org/vtab.html#xshadowname).
enum SQLiteShadowTables {
    /// Returns the shadow tables. SQLite marks them if the module is loaded; otherwise they are recognized by the names that
    /// the well-known modules use.
    static func find(in objects: [SQLiteCatalog.Object], marked: Set<String>) -> [String: String] {
        let virtual = Dictionary(
            objects.filter(\.isVirtualTable).map { (SQLName.folded($0.name), $0) }, uniquingKeysWith: { $1 })
        guard !virtual.isEmpty else { return [:] }
        var shadows: [String: String] = [:]
        for table in objects where table.isOrdinaryTable {
            let name = SQLName.folded(table.name)
            // The longest matching name wins, as in SQLite: `a_b_data` belongs to `a_b`, and not to `a`.
            for at in name.indices.reversed() where name[at] == "_" {
                guard let owner = virtual[String(name[..<at])] else { continue }
                let suffixes = knownSuffixes(of: module(of: owner.sql ?? ""))
                guard marked.contains(table.name) || suffixes.contains(String(name[name.index(after: at)...])) else {
                    continue
                }
                shadows[table.name] = owner.name
                break
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
