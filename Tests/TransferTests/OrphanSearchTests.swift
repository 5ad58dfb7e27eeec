import Dialects
import TestSupport
import Testing

@testable import Transfer

@Suite("The search for rows without a parent compares as the foreign key does")
struct OrphanSearchTests {
    /// Returns the number of rows that SQLite itself finds, and the number that the search finds.
    private func search(_ parent: String, _ child: String, _ rows: String) throws -> (own: Int, found: Int) {
        let fixture = try SQLiteFixture(
            "CREATE TABLE p (k \(parent) UNIQUE); CREATE TABLE c (r \(child) REFERENCES p (k)); \(rows)")
        defer { fixture.remove() }
        let connection = try connect(to: fixture.url)
        defer { connection.close() }
        let found = try OrphanSearch(SQLiteDialect(), connection).orphans(
            of: ForeignKey(["r"], to: "p", ["k"]), in: "c")
        return (try connection.query("SELECT * FROM pragma_foreign_key_check('c')").count, found?.count ?? 0)
    }

    @Test(
        "by the parent's declaration",
        arguments: [
            ("TEXT", "INTEGER", "'5', '7'", "5, 6"), ("INTEGER", "TEXT", "5, 7", "'5', '6', '5.0'"),
            ("BLOB", "TEXT", "5, '7'", "'5', '7'"), ("TEXT", "BLOB", "'5'", "5, x'35'"),
            ("REAL", "INTEGER", "5.0", "5, 6"),
            ("TEXT COLLATE NOCASE", "TEXT", "'a'", "'A', 'b'"), ("TEXT", "TEXT COLLATE NOCASE", "'a'", "'A', 'a'"),
        ])
    func declaration(_ parent: String, _ child: String, _ parents: String, _ children: String) throws {
        func values(_ list: String) -> String { list.split(separator: ", ").map { "(\($0))" }.joined(separator: ", ") }
        let rows = "INSERT INTO p VALUES \(values(parents)); INSERT INTO c VALUES \(values(children)), (NULL);"
        let (own, found) = try search(parent, child, rows)
        #expect(own == found)
    }

    @Test("and its time grows with the number of rows alone, where the two columns are declared differently")
    func growth() throws {
        try expectLinear(from: 1_000) { count in
            let numbers = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < \(count)) "
            let (_, found) = try search(
                "TEXT", "INTEGER",
                "INSERT INTO p \(numbers) SELECT x || '' FROM n WHERE x > 1; INSERT INTO c \(numbers) SELECT x FROM n")
            #expect(found == 1)
        }
    }
}
