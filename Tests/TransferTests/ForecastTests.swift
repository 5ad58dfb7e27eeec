import Synchronization
import TestSupport
import Testing

@testable import Dialects
@testable import Transfer

/// Tests that a transfer with one reading of the source gives the same report and the same target as one with two readings.
@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct ForecastTests {
    /// The outcome of a transfer.
    private struct Outcome: Equatable {
        var report: String
        var target: String
        var record: String
    }

    /// The events that a transfer reported, by number.
    private struct Told: Sendable, Equatable {
        var sampled = 0
        var surveyed = 0
        var loaded = 0

        mutating func take(_ event: TransferEvent) {
            switch event {
            case .sampled: sampled += 1
            case .surveyed(_, let rows): surveyed += rows
            case .loaded(_, let rows): loaded += rows
            case .phase, .fewerStreams, .startedAgain, .counted, .planned, .resumed, .building, .built, .verified: break
            }
        }
    }

    /// Transfers with one reading or with two.
    private func transfer(
        _ fixture: SQLiteFixture, readingOnce: Bool, chunkBytes: Int
    ) async throws -> (Outcome, TransferReport, Told) {
        try await TestPostgreSQL.withFreshDatabase { url in
            let told = Mutex(Told())
            let options = TransferOptions(chunkBytes: chunkBytes)
            let report = try await Self.withEngine(fixture, url, options) { event in
                told.withLock { $0.take(event) }
            } _: { engine in
                if readingOnce { return try await engine.run() }
                let work = try await engine.plan()
                return try await engine.run(work, try await engine.begin(work))
            }
            return (try Self.outcome(report, url), report, told.withLock { $0 })
        }
    }

    private static func withEngine(
        _ fixture: SQLiteFixture, _ url: DatabaseURL, _ options: TransferOptions,
        events: @escaping @Sendable (TransferEvent) -> Void,
        _ body: @Sendable (TransferEngine) async throws -> TransferReport
    ) async throws -> TransferReport {
        let source = try Database(fixture.url, options: ConnectionOptions(access: .readOnly))
        let streams = try await TransferStreams.open(2, from: source, to: try Database(url))
        let engine = TransferEngine(
            streams: streams, source: SQLiteDialect(), target: PostgreSQLDialect(), options: options,
            sourceURL: source.url, events: events)
        let result: Result<TransferReport, any Error>
        do { result = .success(try await body(engine)) } catch { result = .failure(error) }
        await streams.close()
        return try result.get()
    }

    private static func outcome(_ report: TransferReport, _ url: DatabaseURL) throws -> Outcome {
        var report = report
        report.seconds = 0
        report.phases = TransferReport.Phases()
        let connection = try connect(to: url)
        defer { connection.close() }
        return Outcome(
            report: "\(report)", target: "\(try PostgreSQLDialect().inspect(connection).schema)",
            record: try connection.queryValue("SELECT plan FROM tc_transfers")?.text ?? "")
    }

    @Test("random databases, where many a value is not what its column says, the last ones too", arguments: 1...12)
    func random(_ seed: UInt64) async throws {
        let fixture = try SQLiteFixture(RandomSource(seed: seed).script)
        defer { fixture.remove() }
        for chunkBytes in [3_000, 64 << 20] {
            let once = try await transfer(fixture, readingOnce: true, chunkBytes: chunkBytes)
            let twice = try await transfer(fixture, readingOnce: false, chunkBytes: chunkBytes)
            #expect(once.0 == twice.0, "seed \(seed)")
            #expect(once.1.verdict == .verified && twice.2.sampled == 0)
        }
        // The profile of a table does not depend on the chunks into which the table was cut.
        let whole = try await transfer(fixture, readingOnce: true, chunkBytes: 64 << 20).1
        let pieces = try await transfer(fixture, readingOnce: true, chunkBytes: 3_000).1
        #expect(whole.tables == pieces.tables && whole.types == pieces.types && whole.proposals == pieces.proposals)
    }

    private static let plain = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, v INT, at DATETIME, note TEXT);
        INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        SELECT i, i, '2024-01-02 03:04:05', 'a note of some length' FROM n;
        """

    @Test func whatTheSampleSaysIsReadOnce() async throws {
        let fixture = try SQLiteFixture(Self.plain)
        defer { fixture.remove() }
        let (_, report, told) = try await transfer(fixture, readingOnce: true, chunkBytes: 20_000)
        #expect(told == Told(sampled: 1, surveyed: 0, loaded: 5_000))
        #expect(report.plan.tables[0].pieces.count > 4 && report.types == [])
    }

    @Test(
        "a value that does not fit makes the table anew",
        arguments: [
            ("UPDATE t SET v = 'n/a' WHERE id = 5000", "text"),
            ("UPDATE t SET note = 'a' || char(0) WHERE id = 5000", "bytea"),
            ("UPDATE t SET note = CAST(x'ff' AS TEXT) WHERE id = 5000", "bytea"),
            ("UPDATE t SET at = '2024-01-02T03:04:05Z' WHERE id = 4999", "text"),
        ])
    func late(_ change: String, _ type: String) async throws {
        let fixture = try SQLiteFixture(Self.plain + change)
        defer { fixture.remove() }
        for chunkBytes in [20_000, 64 << 20] {
            let once = try await transfer(fixture, readingOnce: true, chunkBytes: chunkBytes)
            let twice = try await transfer(fixture, readingOnce: false, chunkBytes: chunkBytes)
            #expect(once.0 == twice.0)
            #expect(once.1.types.map(\.type) == [type] && once.2.sampled == 1 && once.2.loaded > 5_000)
        }
    }

    @Test(
        "is gone on with when it was cut off before all was known",
        arguments: ["", "UPDATE t SET v = 'n/a' WHERE id = 5000"])
    func interrupted(_ change: String) async throws {
        let fixture = try SQLiteFixture(Self.plain + change)
        defer { fixture.remove() }
        let undisturbed = try await transfer(fixture, readingOnce: false, chunkBytes: 20_000)
        try await TestPostgreSQL.withFreshDatabase { url in
            let told = Mutex(Told())
            await #expect(throws: TransferError.self) {
                try await Self.withEngine(fixture, url, TransferOptions(chunkBytes: 20_000)) { event in
                    let loaded = told.withLock { told in
                        told.take(event)
                        return told.loaded
                    }
                    if loaded > 2_500 { Self.endSessions(url) }
                } _: {
                    try await $0.run()
                }
            }
            let again = Mutex(Told())
            let report = try await Self.withEngine(
                fixture, url, TransferOptions(chunkBytes: 20_000, resumes: true)
            ) { event in
                again.withLock { $0.take(event) }
            } _: {
                try await $0.run()
            }
            #expect(try Self.outcome(report, url) == undisturbed.0)
            // The loaded tables are sampled again, and loaded again only if that is necessary.
            #expect(again.withLock { $0.sampled } == 1)
            #expect(change.isEmpty == (again.withLock { $0.loaded } < 5_000))
        }
    }

    private static func endSessions(_ url: DatabaseURL) {
        guard let connection = try? connect(to: url) else { return }
        defer { connection.close() }
        _ = try? connection.values(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
    }

    @Test func aRequiredColumnThatHoldsNullIsMadeAnew() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, v INT);
            INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i, i FROM n;
            UPDATE t SET v = NULL WHERE id = 4999;
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = 'CREATE TABLE t (id INTEGER PRIMARY KEY, v INT NOT NULL)' WHERE name = 't';
            """)
        defer { fixture.remove() }
        let once = try await transfer(fixture, readingOnce: true, chunkBytes: 64 << 20)
        let twice = try await transfer(fixture, readingOnce: false, chunkBytes: 64 << 20)
        #expect(once.0 == twice.0)
        #expect(once.1.omitted.map(\.name) == ["t.v NOT NULL"])
    }

    /// The other side of a foreign key gets the same type, although all of its own values are numbers.
    @Test func aTableThatIsTiedToAnotherFollowsIt() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE p (id INT PRIMARY KEY);
            CREATE TABLE c (id INTEGER PRIMARY KEY, p INT REFERENCES p (id));
            INSERT INTO p WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT i FROM n;
            INSERT INTO c SELECT id, id FROM p;
            UPDATE c SET p = 'nobody' WHERE id = 899;
            """)
        defer { fixture.remove() }
        let once = try await transfer(fixture, readingOnce: true, chunkBytes: 64 << 20)
        let twice = try await transfer(fixture, readingOnce: false, chunkBytes: 64 << 20)
        #expect(once.0 == twice.0)
        #expect(once.1.plan.tables.map(\.types) == [[.text], [.bigint, .text]])
    }

    @Test("rows that are not numbered evenly are looked at first, and cut by what they hold")
    func uneven() async throws {
        let fixture = try SQLiteFixture(Self.plain + "UPDATE t SET id = 1000000000000 WHERE id = 5000")
        defer { fixture.remove() }
        let (_, report, told) = try await transfer(fixture, readingOnce: true, chunkBytes: 20_000)
        #expect(told == Told(sampled: 0, surveyed: 5_000, loaded: 5_000))
        #expect(report.plan.tables[0].pieces.count > 4)
    }

    @Test(
        "numbers at the ends of all there are, and in clusters far from each other",
        arguments: [
            "id - 9223372036854775807 - 2", "9223372036854775807 - id", "id % 16 * 72057594037927936 + id",
            "-id * 1000",
            "id * 3074457345618 - 9223372036854775807",
        ])
    func strangeNumbers(_ number: String) async throws {
        let fixture = try SQLiteFixture(
            Self.plain + "CREATE TABLE s (id INTEGER PRIMARY KEY, v INT); INSERT INTO s SELECT \(number), v FROM t;")
        defer { fixture.remove() }
        let once = try await transfer(fixture, readingOnce: true, chunkBytes: 3_000)
        let twice = try await transfer(fixture, readingOnce: false, chunkBytes: 3_000)
        #expect(once.0 == twice.0)
        #expect(once.1.tables.map(\.targetRows) == [5_000, 5_000])
        #expect(once.1.plan.tables.allSatisfy { $0.pieces.count <= 5_000 })
    }

    @Test("what is more than one session's share is built by more than one processor")
    func bulk() async throws {
        let fixture = try SQLiteFixture(
            Self.plain
                + "CREATE TABLE s (id INTEGER PRIMARY KEY, v INT); INSERT INTO s VALUES (1, 1); CREATE INDEX v ON t (v);"
        )
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            _ = try await Self.withEngine(fixture, url, TransferOptions()) { _ in
            } _: { engine in
                let work = try await engine.plan()
                let steps = work.build.stages.joined().joined()
                #expect(steps.filter(\.isBulk).map(\.table) == ["t", "t"] && steps.contains { $0.table == "s" })
                return try await engine.run(work, try await engine.begin(work))
            }
        }
    }

    @Test("a large table is read back in slices, each row in one of them, without reading the others")
    func slices() async throws {
        let fixture = try SQLiteFixture(Self.plain)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            #expect(try await TransferTests.transfer(fixture, into: url).verdict == .verified)
            let connection = try connect(to: url)
            defer { connection.close() }
            let slices = try PostgreSQLDialect().slices(of: "t", into: 3, on: connection)
            let counts = try slices.map { slice in
                try connection.queryValue(SQL(trusted: "SELECT count(*) FROM t WHERE " + slice))?.integer ?? 0
            }
            #expect(counts.count == 3 && counts.reduce(0, +) == 5_000 && counts.allSatisfy { $0 > 1_000 }, "\(counts)")
            let plans = try slices.map { try connection.values(SQL(trusted: "EXPLAIN SELECT * FROM t WHERE " + $0)) }
            #expect(plans.allSatisfy { "\($0)".contains("Tid Range Scan") }, "\(plans)")
            #expect(try PostgreSQLDialect().slices(of: "t", into: 1, on: connection) == [])
        }
    }

    @Test("rules and policies know all values before anything is written")
    func rules() async throws {
        let fixture = try SQLiteFixture(Self.plain + "UPDATE t SET v = 'n/a' WHERE id = 5000")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            var rules = TransferRules()
            rules.onMismatch = .fail
            await #expect(throws: TransferError.self) {
                try await TransferTests.transfer(fixture, into: url, options: TransferOptions(rules: rules))
            }
            try TransferTests.expectOccupants([], of: url)
        }
    }
}

/// A script that makes a different database for each seed.
private struct RandomSource {
    private static let kinds: [(declared: String, usual: [String])] = [
        ("INTEGER", ["1", "-5", "9007199254740993", "NULL"]), ("REAL", ["0.5", "2", "-1e300"]),
        ("TEXT", ["'a'", "'é'", "''", "NULL"]), ("BOOLEAN", ["0", "1"]), ("DATE", ["'2024-02-29'"]),
        ("DATETIME", ["'2024-01-02 03:04:05'", "'2024-01-02 03:04'"]), ("DECIMAL(5,2)", ["123.45", "7"]),
        ("VARCHAR(4)", ["'abcd'", "'äöü'"]), ("BLOB", ["x'00ff'", "x''"]), ("", ["1", "2"]),
        ("JSON", ["'{\"a\": 1}'", "'[]'"]), ("UUID", ["'123e4567-e89b-12d3-a456-426614174000'"]),
    ]
    private static let unusual = [
        "'n/a'", "0.25", "x'ff'", "'a' || char(0)", "NULL", "1000000", "'2024-01-02T03:04:05Z'", "-0.0", "9e999",
    ]

    let script: String

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var lines: [String] = []
        for number in 1...3 {
            let kinds = (0..<4).compactMap { _ in Self.kinds.randomElement(using: &random) }
            let columns = kinds.enumerated().map { "c\($0) \($1.declared)" }
            let parent = number > 1 ? ", parent INT REFERENCES t\(number - 1) (id)" : ""
            lines.append(
                "CREATE TABLE t\(number) (id INTEGER PRIMARY KEY, \(columns.joined(separator: ", "))\(parent));")
            let rows = Int.random(in: 100...500, using: &random)
            // A third of the tables has only usual values, and a third has an unusual one only in its last row.
            let strangeness = Int.random(in: 0...2, using: &random)
            for row in 1...rows {
                let values = kinds.map { kind in
                    let isStrange =
                        switch strangeness {
                        case 0: false
                        case 1: row == rows
                        default: Int.random(in: 0..<200, using: &random) == 0
                        }
                    return (isStrange ? Self.unusual : kind.usual).randomElement(using: &random) ?? "NULL"
                }
                let tied = number > 1 ? ", \(Int.random(in: 1...100, using: &random))" : ""
                lines.append("INSERT INTO t\(number) VALUES (\(row), \(values.joined(separator: ", "))\(tied));")
            }
        }
        script = lines.joined(separator: "\n")
    }
}
