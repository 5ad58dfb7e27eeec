/// The parts of a table that only the text of its `CREATE TABLE` shows: SQLite's pragmas report no checks, collations and
/// names.
struct SQLiteTableDefinition: Equatable, Sendable {
    struct Column: Equatable, Sendable {
        var name: String
        /// The whole definition as it was written.
        var text: String
        var collation: String?
        var generated: Generated?
        var isAutoincrement = false
    }

    struct Generated: Equatable, Sendable {
        var expression: String
        var isStored: Bool
    }

    struct Key: Equatable, Sendable {
        var name: String?
        var columns: [String]
    }

    struct Check: Equatable, Sendable {
        var name: String?
        var expression: String
    }

    struct ForeignKey: Equatable, Sendable {
        var name: String?
        var columns: [String]
        var parent: String
        var isDeferred = false
    }

    var columns: [Column] = []
    var primaryKey: Key?
    var uniques: [Key] = []
    var checks: [Check] = []
    /// The foreign keys, in the order in which they are written.
    var foreignKeys: [ForeignKey] = []
    /// Each `ON CONFLICT` that changes what a statement does by itself: `PRIMARY KEY (a) ON CONFLICT REPLACE`.
    var conflictClauses: [String] = []
    var isStrict = false
    var isWithoutRowid = false
}

extension SQLiteTableDefinition {
    /// The columns by their names in lower case.
    var columnsByName: [String: Column] {
        Dictionary(columns.map { (SQLName.folded($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    }
}
