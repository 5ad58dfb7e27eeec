import Dialects
import TestSupport
import Testing
import Transfer

/// Tests `->` between JSON and `->>`.
@Suite("transfer: parts of JSON's parts", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferJSONMemberTests {
    @Test("a view that reads a part of a part shows the same values")
    func partsOfParts() async throws {
        let fixture = try SQLiteFixture(
            #"""
            CREATE TABLE t (id INTEGER PRIMARY KEY, d TEXT);
            INSERT INTO t VALUES (1, '{"a":{"b":"x","c":[1,{"e":true}]}}'), (2, '{"a":"b"}'), (3, '{}'), (4, NULL),
                (5, '{"a":{"b":1.50}}'), (6, '{"a":null}'), (7, '[5, 6]'), (8, '{"a": {"b": 1}, "a.b": 2, "a b": 3}');
            CREATE VIEW parts AS
                SELECT id, d -> 'a' ->> 'b' AS b, d -> '$.a' -> 'c' -> 1 ->> 'e' AS e, d -> 'a' ->> '$.c[0]' AS c FROM t;
            CREATE VIEW alone AS SELECT d -> 'a' AS a FROM t;
            CREATE VIEW labels AS SELECT id, d ->> '[1]' AS b, d ->> 'a b' AS e, d ->> '$."a.b"' AS c FROM t;
            CREATE VIEW twofold AS SELECT id, d ->> 'a.b' AS b FROM t;
            CREATE VIEW digits AS SELECT id, d ->> '1' AS b FROM t; CREATE VIEW behind AS SELECT id, d ->> '[1].a' AS b FROM t;
            """#)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            let omitted = report.omitted.map(\.name).sorted()
            #expect(omitted == ["alone", "behind", "digits", "twofold"], "\(report.omitted)")
            for name in ["a.b", "1", "[1].a"] {
                let words = "'\(name)', which versions of SQLite read in two ways"
                #expect(report.omitted.contains { $0.reason.contains(words) }, "\(name) \(report.omitted)")
            }
            try await Database.withConnections(Database(fixture.url), Database(url)) { source, target in
                for view in ["parts", "labels"] {
                    let query = "SELECT id, CAST(b AS text), CAST(e AS text), CAST(c AS text) FROM \(view) ORDER BY id"
                    let rows = try [source, target].map { try $0.values("\(trusted: query)") }
                    #expect(rows[0] == rows[1], "\(view)")
                }
            }
        }
    }
}
