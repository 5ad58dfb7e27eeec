import Dialects
import Migrator
import TestSupport
import Testing

/// Undeclared objects beside a declared schema: tables that refer to its tables, views that read them, triggers on them. All
/// names begin with `u_`, and all objects must exist after every migration.
struct UndeclaredWorld {
    let backend: Backend
    let connection: any Connection
    private var number = 0

    init(_ backend: Backend, _ connection: any Connection) throws {
        self.backend = backend
        self.connection = connection
        try connection.executeScript("CREATE TABLE u_log (what text)")
        switch backend {
        case .sqlite: break
        case .postgresql:
            try connection.executeScript(
                """
                CREATE SCHEMA u_elsewhere;
                CREATE FUNCTION u_note() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO u_log VALUES (TG_OP); RETURN NULL; END $$
                """)
        }
    }

    /// Makes an object that depends on one of the declared tables. The database may refuse it.
    mutating func grow(beside schema: Schema, _ random: inout SeededGenerator) throws {
        guard let table = schema.tables.randomElement(using: &random),
            let column = table.columns.randomElement(using: &random)
        else { return }
        number += 1
        let statements = backend == .sqlite ? sqlite(table, column, &random) : postgresql(table, column, &random)
        for statement in statements.randomElement(using: &random) ?? [] {
            do { try connection.executeScript(statement) } catch { return }
        }
    }

    private func reference(_ table: Table, _ name: String, _ random: inout SeededGenerator) -> [String] {
        guard let key = table.primaryKey?.columns.first, let column = table[column: key],
            let type = try? backend.dialect.render(column.type)
        else { return [] }
        let action =
            ["CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"].randomElement(using: &random) ?? ""
        let (parent, own) = (SQLText.identifier(table.name), SQLText.identifier(key))
        return [
            "CREATE TABLE \(name) (ref \(type) REFERENCES \(parent) (\(own)) ON DELETE \(action) ON UPDATE CASCADE)",
            "INSERT INTO \(name) SELECT \(own) FROM \(parent) LIMIT 2", "INSERT INTO \(name) VALUES (NULL)",
        ]
    }

    private func sqlite(_ table: Table, _ column: Column, _ random: inout SeededGenerator) -> [[String]] {
        let (owner, name) = (SQLText.identifier(table.name), SQLText.identifier(column.name))
        let event = ["INSERT", "UPDATE", "DELETE", "UPDATE OF \(name)"].randomElement(using: &random) ?? ""
        return [
            reference(table, "u_\(number)", &random), reference(table, "u_\(number)", &random),
            ["CREATE VIEW u_\(number) AS SELECT \(name) FROM \(owner)"],
            [
                "CREATE TRIGGER u_\(number) AFTER \(event) ON \(owner) BEGIN INSERT INTO u_log VALUES ('\(number)'); END"
            ],
            [
                "CREATE TRIGGER u_\(number) AFTER INSERT ON u_log BEGIN SELECT count(\(name)) FROM \(owner); END"
            ],
            ["CREATE INDEX u_\(number) ON \(owner) (\(name))"],
        ]
    }

    private func postgresql(_ table: Table, _ column: Column, _ random: inout SeededGenerator) -> [[String]] {
        let (owner, name) = (SQLText.identifier(table.name), SQLText.identifier(column.name))
        let event = ["INSERT", "UPDATE", "DELETE", "UPDATE OF \(name)"].randomElement(using: &random) ?? ""
        return [
            reference(table, "u_\(number)", &random), reference(table, "u_elsewhere.u_\(number)", &random),
            ["CREATE VIEW u_\(number) AS SELECT \(name) FROM \(owner)"],
            ["CREATE VIEW u_elsewhere.u_\(number) AS SELECT \(name) FROM \(owner)"],
            ["CREATE MATERIALIZED VIEW u_\(number) AS SELECT \(name) FROM \(owner)"],
            ["CREATE TRIGGER u_\(number) AFTER \(event) ON \(owner) FOR EACH ROW EXECUTE FUNCTION u_note()"],
            ["CREATE INDEX u_\(number) ON \(owner) (\(name))"],
            ["CREATE POLICY u_\(number) ON \(owner) USING (\(name) IS NULL)"],
            [
                "CREATE STATISTICS u_\(number) ON \(SQLText.identifiers(table.columns.prefix(2).map(\.name))) FROM \(owner)"
            ],
            ["CREATE RULE u_\(number) AS ON UPDATE TO \(owner) DO ALSO INSERT INTO u_log VALUES ('rule')"],
            ["CREATE PUBLICATION u_\(number) FOR TABLE \(owner) WITH (publish = 'insert')"],
            ["CREATE TABLE u_\(number) () INHERITS (\(owner))"],
            [
                "CREATE FUNCTION u_\(number)() RETURNS bigint LANGUAGE SQL BEGIN ATOMIC SELECT count(\(name)) FROM \(owner); END"
            ],
        ]
    }
}

// MARK: - What is there

extension UndeclaredWorld {
    struct Snapshot: Equatable {
        /// The rows by table, each with its values by column. The rows of a table have a fixed order.
        var declared: [String: [[String: Value]]] = [:]
        var undeclared: [String: [[String: Value]]] = [:]
        var objects: Set<String> = []
    }

    func snapshot(of schema: Schema) throws -> Snapshot {
        var snapshot = Snapshot(objects: Set(try connection.values(objects).compactMap { $0[0].text }))
        for table in schema.tables {
            snapshot.declared[table.name] = try rows(SQLText.identifier(table.name), numbers: Self.decimals(of: table))
        }
        for relation in snapshot.objects where relation.hasPrefix("relation ") {
            let name = String(relation.dropFirst("relation ".count))
            // A view must still run. Its rows are not compared, because they come from a declared table and may change.
            let found = try rows(name)
            if try connection.values(tables).contains(where: { $0[0].text == name }) {
                snapshot.undeclared[name] = found
            }
        }
        try runTriggers(schema)
        return snapshot
    }

    /// Runs the triggers: a broken trigger would show only at the next write.
    private func runTriggers(_ schema: Schema) throws {
        for table in schema.tables {
            guard let column = table.columns.first(where: { $0.generated == nil }) else { continue }
            let name = SQLText.identifier(column.name)
            try connection.execute(
                "UPDATE \(identifier: table.name) SET \(trusted: name) = \(trusted: name) WHERE 1 = 0")
        }
        try connection.execute("INSERT INTO u_log SELECT what FROM u_log WHERE 1 = 0")
    }

    /// Returns the columns whose texts are numbers, so that 7.0 equals 7.
    private static func decimals(of table: Table) -> Set<String> {
        Set(
            table.columns.compactMap { column in
                guard case .decimal = column.type else { return nil }
                return column.name
            })
    }

    private static func byValue(_ value: Value) -> Value {
        guard let text = value.text, text.contains(".") else { return value }
        var digits = text
        while digits.last == "0" { digits.removeLast() }
        if digits.last == "." { digits.removeLast() }
        return .text(digits)
    }

    private func rows(_ relation: String, numbers: Set<String> = []) throws -> [[String: Value]] {
        let cursor = try connection.rows("SELECT * FROM \(trusted: relation)")
        defer { cursor.close() }
        var rows: [[String: Value]] = []
        while try cursor.next() {
            let names = cursor.columnNames
            let values = names.indices.map { at in
                let value = cursor.raw(at).copied
                return (names[at], numbers.contains(names[at]) ? Self.byValue(value) : value)
            }
            rows.append(Dictionary(uniqueKeysWithValues: values))
        }
        return rows.sorted { "\($0.sorted { $0.key < $1.key })" < "\($1.sorted { $0.key < $1.key })" }
    }

    private var tables: SQL {
        switch backend {
        case .sqlite: "SELECT name FROM sqlite_master WHERE type = 'table'"
        case .postgresql: "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r'"
        }
    }

    private var objects: SQL {
        switch backend {
        case .sqlite:
            """
            SELECT CASE WHEN type IN ('table', 'view') THEN 'relation ' ELSE type || ' ' END || name
            FROM sqlite_master WHERE name LIKE 'u\\_%' ESCAPE '\\'
            """
        case .postgresql:
            """
            SELECT CASE WHEN relkind IN ('r', 'v', 'm') THEN 'relation ' || oid::regclass ELSE 'other ' || relname END
            FROM pg_class WHERE relname LIKE 'u\\_%'
            UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE tgname LIKE 'u\\_%'
            UNION ALL SELECT 'policy ' || polname FROM pg_policy WHERE polname LIKE 'u\\_%'
            UNION ALL SELECT 'rule ' || rulename FROM pg_rewrite WHERE rulename LIKE 'u\\_%'
            UNION ALL SELECT 'statistics ' || stxname FROM pg_statistic_ext WHERE stxname LIKE 'u\\_%'
            UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE proname LIKE 'u\\_%'
            UNION ALL SELECT 'publication ' || p.pubname FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid
            """
        }
    }
}
