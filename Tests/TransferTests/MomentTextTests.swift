import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests what computes with the text of a moment: the target has another text, which no view, check, index or trigger may read.
@Suite("the texts of moments", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct MomentTextTests {
    @Test("a check and a unique index over the text of a moment with a zone are listed, not made")
    func textsWithZones() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE b (id INTEGER PRIMARY KEY, room INT, start DATETIME, CHECK (start NOT LIKE '%23:00:00+00:00'));
            INSERT INTO b VALUES (1, 7, '2024-05-05 00:00:00+00:00');
            CREATE UNIQUE INDEX w ON b (room) WHERE start LIKE '%00:00:00+00:00';
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.omitted.map(\.kind) == [.index, .constraint])
            #expect(report.omitted.allSatisfy { $0.reason.contains("uses a timestamp as a text") })
        }
    }

    @Test("an index whose expression the catalog has no room for stays behind with that reason, and no shorter one")
    func longExpressions() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE e (id INTEGER PRIMARY KEY, ts TEXT); INSERT INTO e VALUES (1, '2024-01-02T03:04:05'), (2, 'never');
            CREATE INDEX e_moment ON e (strftime('%Y-%m-%d %H:%M:%S', ts)); CREATE INDEX e_day ON e (date(ts));
            CREATE UNIQUE INDEX e_second ON e (id, datetime(ts)); CREATE UNIQUE INDEX e_once ON e (datetime(ts));
            CREATE UNIQUE INDEX e_lower ON e (datetime(lower(ts)));
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.omitted.map(\.name) == ["e_moment"])
            #expect(report.omitted.first?.reason.contains("expression is too long for the catalog") == true)
            let words = "a query uses it if it says date_trunc('second', "
            #expect(report.remarks.contains { $0.contains("e_lower: ") && $0.contains(words) }, "\(report.remarks)")
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("INSERT INTO e (id, ts) VALUES (3, 'nor this'), (4, '2024-01-02 03:04:06')")
            let error = #expect(throws: DatabaseError.self) {
                try target.execute("INSERT INTO e (id, ts) VALUES (5, '2024-01-02 04:04:05.5+01:00')")
            }
            #expect(error?.kind == .unique && error?.constraint == "e_once", "\(String(describing: error))")
        }
    }

    private static func ruled(_ table: String, _ columns: String..., as moment: TimestampRule.Count = .iso)
        -> TransferOptions
    {
        var rule = TransferRules.TableRule(name: table, line: 1)
        rule.columns = columns.map { name in
            var column = TransferRules.ColumnRule(name: name, line: 2)
            (column.moment, column.minutesAhead) = (moment, 0)
            return column
        }
        var options = TransferOptions()
        options.rules.tables = [rule]
        return options
    }

    @Test(
        "under a rule, what reads the text stays behind, also through another view, and what compares the moment comes along"
    )
    func ruledTexts() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE job (id INTEGER PRIMARY KEY, due DATETIME, label TEXT GENERATED ALWAYS AS (id || due) STORED);
            INSERT INTO job (id, due) VALUES (1, '2024-05-05 00:00:00'), (2, '2024-05-05 10:00:00.5');
            CREATE VIEW midnight AS SELECT id FROM job WHERE due LIKE '%00:00:00';
            CREATE VIEW late AS SELECT id, due FROM job WHERE due > '2024-05-05 09:00:00';
            CREATE VIEW labels AS SELECT 'due ' || due AS t FROM late;
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url, options: Self.ruled("job", "due"))
            #expect(report.verdict == .verified)
            #expect(Set(report.omitted.map(\.name)) == ["job.label GENERATED", "midnight", "labels"])
            let target = try connect(to: url)
            defer { target.close() }
            #expect(try target.query("SELECT id FROM late").map { $0[0].integer } == [2])
            #expect(try target.queryValue("SELECT label FROM job WHERE id = 2")?.text == "22024-05-05 10:00:00.5")
        }
    }

    @Test(
        "a trigger's moments are in UTC, whatever the zone of the session that fires it; a time of day keeps its fraction"
    )
    func triggers() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE job (id INTEGER PRIMARY KEY, due DATETIME, next DATETIME, at TIME, said TEXT);
            INSERT INTO job VALUES (1, '2024-05-05 00:00:00', '2024-05-06 00:00:00', '10:00:00.500000', '');
            CREATE TRIGGER moved AFTER UPDATE OF due ON job BEGIN
                UPDATE job SET next = '2030-01-01 00:00:00' WHERE id = NEW.id AND NEW.due = '2024-06-06 00:00:00'; END;
            CREATE TRIGGER told AFTER UPDATE OF due ON job BEGIN UPDATE job SET said = 'from ' || due WHERE id = NEW.id; END;
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url, options: Self.ruled("job", "due", "next"))
            let target = try connect(to: url)
            defer { target.close() }
            for case .statements(let statements, _) in report.plan.triggers.map(\.outcome) {
                for statement in statements { try target.execute(SQL(trusted: statement)) }
            }
            let refused = report.plan.triggers.compactMap {
                if case .refused(let reason) = $0.outcome { reason } else { nil }
            }
            #expect(refused == ["it uses a timestamp as a text, which has another form in the target"])
            try target.executeScript("SET timezone = 'Europe/Berlin'; UPDATE job SET due = '2024-06-06 00:00:00+02'")
            let before = try target.queryValue("SELECT (next AT TIME ZONE 'UTC')::text FROM job")?.text
            #expect(before == "2024-05-06 00:00:00")
            try target.executeScript("UPDATE job SET due = '2024-06-06 00:00:00+00'")
            let after = try target.queryValue("SELECT (next AT TIME ZONE 'UTC')::text FROM job")?.text
            #expect(after == "2030-01-01 00:00:00")
        }
    }

    @Test("a number that a double holds goes into a column of SQLite's numbers, however many zeros it ends in")
    func keptNumbers() {
        func refusal(_ text: String, _ kept: KeptNumber) -> String? {
            Array(text.utf8).withUnsafeBytes { kept.refusal(of: $0) }
        }
        for text in ["123456.5000000000", "0.30000000000000004", "100000000000000000000", "9223372036854775807"] {
            #expect(refusal(text, .value) == nil, "\(text)")
        }
        #expect(refusal("0.3000000000000000499", .value) != nil)
        #expect(refusal("123456.50", .shortestText) != nil && refusal("0.30000000000000004", .shortestText) == nil)
        for kept in [KeptNumber.textOfAnyScale, .shortestText] { #expect(refusal("-0", kept) != nil) }
        for text in ["1.5", "7", "7.0", "1e+20", "-0.0", "-0", "nan"] {
            #expect(refusal(text, .textOfDouble(keepsSign: true)) == nil, "\(text)")
        }
        for text in ["1.50", "007", "+5", "-00", "1e20"] {
            #expect(refusal(text, .textOfDouble(keepsSign: true)) != nil, "\(text)")
        }
        for text in ["-0.0", "-0"] {
            #expect(refusal(text, .textOfDouble(keepsSign: false)) == "is -0.0, whose sign the column drops")
        }
    }
}
