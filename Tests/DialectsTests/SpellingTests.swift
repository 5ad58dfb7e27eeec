import TestSupport
import Testing

@testable import Dialects

/// Tests the different spellings in which programs store the same value: uuids, intervals, addresses.
@Suite("Spellings of one value") struct SpellingTests {
    private func read<T>(_ text: String, _ body: (UnsafeRawBufferPointer) -> T) -> T {
        Array(text.utf8).withUnsafeBytes(body)
    }

    private func digest(_ value: Value, _ form: CanonicalForm) -> String {
        var digest = RowDigest()
        value.withRaw { digest.add($0, as: form) }
        return digest.result.hexadecimal
    }

    @Test(arguments: [
        ("123e4567-e89b-12d3-a456-426614174000", true), ("123E4567-E89B-12D3-A456-426614174000", true),
        ("123e4567e89b12d3a456426614174000", true),
        // The digest of a file looks like a uuid, but has no version and no variant.
        ("d41d8cd98f00b204e9800998ecf8427e", false), ("123e4567e89b12d3c456426614174000", false),
        ("123e4567-e89b-12d3-a456-42661417400", false), ("123e4567e89b12d3a456426614174g00", false),
        ("{23e4567-e89b-12d3-a456-42661417400}", false), ("", false),
    ])
    func uuids(_ text: String, _ isLikely: Bool) {
        #expect(read(text, UUIDText.isLikely) == isLikely)
        if isLikely { #expect(read(text) { UUIDText.words($0)?.0 } == 0x123e_4567_e89b_12d3) }
    }

    @Test func everySpellingOfAUUIDIsOneDigest() {
        let spellings = ["123e4567-e89b-12d3-a456-426614174000", "123E4567E89B12D3A456426614174000"]
        #expect(Set(spellings.map { digest(.text($0), .uuid) }).count == 1)
    }

    private static let spansOfTime = [
        "00:00:00", "26:00:00.000001", "-00:30", "1 day, 2:03:04.5", "-1 day, 23:59:59",
        "1 year 2 mons -3 days +04:05:06.789",
        "-1 years -2 mons +3 days -04:05:06", "3 days", "1 mon", "2 weeks 1 hour 5 mins 6 secs", "P1Y2M3W4DT5H6M7.5S",
        "PT0S",
        "P0DT26H", "P-1DT-2H-0.5S", "PT-0.25S", "178000000 years", "2562047788:00:54.775807",
    ]

    @Test(
        "spans are read as PostgreSQL reads them", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason),
        arguments: spansOfTime)
    func spansAreRead(_ text: String) throws {
        let number = try #require(read(text, IntervalText.number), "\(text)")
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            let row = try connection.values(
                """
                SELECT (extract(year FROM i) * 12 + extract(month FROM i))::bigint, extract(day FROM i)::bigint,
                    (extract(hour FROM i)::numeric * 3600000000 + extract(minute FROM i)::numeric * 60000000
                        + extract(microseconds FROM i)::numeric)::bigint, i::text
                FROM (SELECT \(trusted: SQLText.literal(text))::interval) AS t (i)
                """)[0]
            #expect([Int64(number.months), Int64(number.days), number.microseconds] == row[0..<3].map(\.integer))
            // The server's text and the original text are equal in a comparison.
            #expect(digest(row[3], .interval) == digest(.text(text), .interval))
            #expect(IntervalText.canonical(text) == row[3].text)
        }
    }

    @Test(arguments: [
        "", "P", "PT", "1", "day", "1 fortnight", "1 day 2", "1:2", "01:60:00", "1.5 days", "P1.5D", "PT1.1234567S",
        "1 day1 day",
        "9999999999 days", "179000000 years", "2562047789:00:00", "3000000000:00:00", "1 day ago", "infinity",
    ])
    func whatIsNoSpan(_ text: String) { #expect(read(text, IntervalText.number) == nil) }

    @Test func aNumberIsMicroseconds() {
        #expect(digest(.integer(93_600_000_001), .interval) == digest(.text("26:00:00.000001"), .interval))
        #expect(digest(.integer(1), .interval) != digest(.text("1"), .interval))
    }

    @Test(
        "addresses are read as PostgreSQL reads them", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason),
        arguments: [
            "192.0.2.1", "10.0.0.0/8", "255.255.255.255/32", "2001:db8::1", "2001:DB8:0:0::1", "::", "::ffff:192.0.2.1",
            "fe80::/10", "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
        ])
    func addressesAreRead(_ text: String) throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.executeScript("CREATE TEMPORARY TABLE t (a inet)")
            let type = ColumnType.native(sqlite: "TEXT", postgresql: "inet")
            let writer = try connection.copyIn(table: "t", columns: ["a"], types: [type])
            try Value.text(text).withRaw { try writer.write($0, column: 0) }
            try writer.endRow()
            _ = try writer.finish()
            let row = try connection.values(
                "SELECT a = \(trusted: SQLText.literal(text))::inet, format('%s', a) FROM t")[0]
            #expect(row[0].boolean == true)
            #expect(digest(row[1], .address) == digest(.text(text), .address))
        }
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.4/33", "1.2.3.4/", "::/129", ":::", "fe80::1%eth0", "host", "10",
    ])
    func whatIsNoAddress(_ text: String) { #expect(read(text, AddressText.number) == nil) }
}
