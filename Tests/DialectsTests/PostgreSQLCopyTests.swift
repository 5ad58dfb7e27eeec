import Testing

@testable import Dialects
import TestSupport

@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLCopyTests {
    private static let types: [(name: String, type: ColumnType, word: String)] = [
        ("a", .integer, "integer"), ("b", .bigint, "bigint"), ("c", .real, "double precision"),
        ("d", .decimal(10, 2), "numeric(10,2)"), ("e", .numeric, "numeric"), ("f", .text, "text"),
        ("g", .varchar(3), "varchar(3)"), ("h", .boolean, "boolean"), ("i", .timestamp, "timestamptz"),
        ("j", .datetime, "timestamp"), ("k", .date, "date"), ("l", .time, "time"), ("m", .uuid, "uuid"),
        ("n", .json, "jsonb"), ("o", .bytes, "bytea"),
    ]
    private static let uuid: Value = "123e4567-e89b-12d3-a456-426614174000"

    private func withTable(_ body: (any Connection) throws -> Void) throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            let columns = Self.types.map { "\($0.name) \($0.word)" }.joined(separator: ", ")
            try connection.execute("CREATE TABLE t (\(trusted: columns))")
            try body(connection)
        }
    }

    private func writer(_ connection: any Connection) throws -> any BulkWriter {
        try connection.copyIn(table: "t", columns: Self.types.map(\.name), types: Self.types.map(\.type))
    }

    private func copy(_ rows: [[Value]], _ connection: any Connection) throws -> Int {
        let writer = try writer(connection)
        for row in rows {
            for (column, value) in row.enumerated() {
                try value.withRaw { try writer.write($0, column: column) }
            }
            try writer.endRow()
        }
        return try writer.finish()
    }

    @Test("a row's digest by the server's own numbers is that of its values, at the calendar's ends too")
    func digestsOfRows() throws {
        let forms: [CanonicalForm] = [
            .moment, .reading, .date, .time, .text, .stored, .integer, .decimal, .interval,
        ]
        let query = """
            SELECT m::timestamp, m::timestamptz, m::date, t::time, n::numeric, n::text FROM (VALUES
                ('2024-02-29 23:59:59.999999', '23:59:59.999999', 1.50), ('0001-01-01', '00:00', -7),
                ('9999-12-31 23:59:59.999999', '24:00', 0), ('10000-01-01', '12:00:00.5', 1), ('0001-12-31 BC', NULL, NULL),
                ('1999-12-31 23:59:59.999999', '00:00:00.000001', 1e9), ('4713-01-01 BC', '01:00', 2),
                ('infinity', '02:00', 'NaN'), ('-infinity', '03:00', 4), (NULL, '04:00', 5)) AS v (m, t, n)
            """
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            let cursor = try connection.copyOut(query, types: [])
            let digesting = try #require(cursor as? any RowDigesting)
            var row = RawRow(columns: 6)
            var rows = 0
            while try cursor.next() {
                for form in forms {
                    for skipped in 0..<6 {
                        let asked = (0..<6).map { $0 == skipped ? nil : form }
                        cursor.read(into: &row)
                        #expect(digesting.digest(as: asked) == RowDigest(of: row, as: asked), "row \(rows), \(form)")
                    }
                }
                rows += 1
            }
            #expect(rows == 10)
        }
    }

    @Test func everyTypeGoesInAndOut() throws {
        try withTable { connection in
            let rows: [[Value]] = [
                [
                    .integer(Int64(Int32.min)), .integer(.max), .real(-0.1), "12345678.90", "-0.000123", "né\u{1F600}",
                    "äöü",
                    1, "2024-02-29T23:59:59.5-0130", "0001-01-01 00:00", "9999-12-31", "23:59:59.999999", Self.uuid,
                    "{\"b\": 1, \"a\": [null]}", .blob([0, 1, 255]),
                ],
                [
                    "-7", .real(3), 5, 12, .real(0.1), 12, .real(1), "TRUE", "2024-01-02 03:04:05.1Z",
                    "2024-01-02 03:04",
                    "2000-01-01", "00:00", "123E4567-E89B-12D3-A456-426614174000", "1", "abc",
                ],
                [
                    .boolean(true), .boolean(false), 0, .real(1.25), "NaN", "", "", .boolean(false),
                    "2024-01-02 03:04:05+15:59", "1999-12-31T23:59:59.000001", "1970-01-01", "12:34:56.78", .null,
                    "\"x\"",
                    .blob([]),
                ],
                Array(repeating: .null, count: Self.types.count),
            ]
            #expect(try copy(rows, connection) == 4)
            let names = Self.types.map { "\($0.name)::text" }.joined(separator: ", ")
            let text = try connection.values("SELECT \(trusted: names) FROM t")
            #expect(
                text[0] == [
                    "-2147483648", "9223372036854775807", "-0.1", "12345678.90", "-0.000123", "né\u{1F600}", "äöü",
                    "true",
                    "2024-03-01 01:29:59.5+00", "0001-01-01 00:00:00", "9999-12-31", "23:59:59.999999", Self.uuid,
                    "{\"a\": [null], \"b\": 1}", "\\x0001ff",
                ])
            #expect(
                text[1] == [
                    "-7", "3", "5", "12.00", "0.1", "12", "1.0", "true", "2024-01-02 03:04:05.1+00",
                    "2024-01-02 03:04:00",
                    "2000-01-01", "00:00:00", Self.uuid, "1", "\\x616263",
                ])
            #expect(
                text[2] == [
                    "1", "0", "0", "1.25", "NaN", "", "", "false", "2024-01-01 11:05:05+00",
                    "1999-12-31 23:59:59.000001",
                    "1970-01-01", "12:34:56.78", .null, "\"x\"", "\\x",
                ])
            #expect(text[3].allSatisfy { $0.isNull })

            let cursor = try connection.copyOut("SELECT * FROM t", types: Self.types.map(\.type))
            #expect(cursor.columnNames == Self.types.map(\.name))
            var binary: [[Value]] = []
            while try cursor.next() { binary.append(cursor.columnNames.indices.map { cursor.raw($0).copied }) }
            #expect(
                binary[0] == [
                    .integer(Int64(Int32.min)), .integer(.max), .real(-0.1), "12345678.90", "-0.000123", "né\u{1F600}",
                    "äöü",
                    .boolean(true), "2024-03-01 01:29:59.500000Z", "0001-01-01 00:00:00.000000", "9999-12-31",
                    "23:59:59.999999", Self.uuid, "{\"a\": [null], \"b\": 1}", .blob([0, 1, 255]),
                ])
            #expect(binary[2][4] == "NaN")
            #expect(binary[3].allSatisfy { $0.isNull })
            #expect(try connection.queryValue("SELECT 1") == 1)
        }
    }

    @Test(
        arguments: [
            ("a", .integer(2_147_483_648)), ("a", "2147483648"), ("a", .real(0.5)), ("a", .blob([1])), ("a", "1 "),
            ("b", "9223372036854775808"), ("b", "-9223372036854775809"), ("b", "007"), ("b", "+1"), ("b", ""),
            ("b", "-"),
            ("b", "1.0"), ("b", .real(1e300)), ("b", .real(.nan)),
            ("c", .integer(9_007_199_254_740_993)), ("c", "0.12345678901234567890"),
            ("c", "x"),
            ("d", "123456789.00"), ("d", "0.001"), ("d", .real(0.125)), ("d", "Infinity"), ("d", "x"),
            ("d", .blob([49])),
            ("e", "1e200000"), ("e", "1e-20000"), ("e", ""), ("e", "."), ("e", "1e"), ("e", " 1"),
            ("e", .real(.infinity)),
            ("f", .blob([97])), ("f", "a\0b"), ("f", .boolean(true)), ("g", "äöüß"), ("g", .integer(1234)),
            ("h", 2), ("h", "yep"), ("h", "\u{11}"), ("h", .real(1)),
            ("i", "2024-02-30 00:00"), ("i", "0000-01-01 00:00"),
            ("i", "2024-01-01 24:00"), ("i", "2024-01-01 00:00:60"), ("i", "2024-01-01 00:00:00."),
            ("i", "2024-01-01 00:00:00.1234567"), ("i", "2024-01-01 00:00+16"), ("i", "2024-01-01 00:00+1"),
            ("i", "2024-01-01"), ("i", 1_700_000_000), ("i", "2024-01-01 00:00 UTC"), ("i", "yesterday"),
            ("j", "2024-01-01 00:00Z"), ("k", "2023-02-29"), ("k", "2024-1-1"), ("k", "2024-01-01 "), ("l", "24:00"),
            ("l", "12"), ("m", "123e4567e89b12d3a45642661417400"), ("m", "123e4567-e89b-12d3-a456-42661417400g"),
            ("n", .blob([49])), ("n", .real(.nan)), ("n", "{"), ("n", #""\u0000""#), ("n", #""\ud800""#),
            ("n", "[1e200000]"),
            ("n", .boolean(true)), ("e", .real(-0.0)), ("o", .boolean(true)),
        ] as [(String, Value)])
    func aValueThatDoesNotFitIsHandedBack(column: String, value: Value) throws {
        let at = try #require(Self.types.firstIndex { $0.name == column })
        let encoding = PostgreSQLEncoding(Self.types[at].type)
        var buffer = OutputBuffer(capacity: 1)
        let fits = value.withRaw { raw in buffer.append(field: raw, as: encoding) }
        let count = buffer.count
        #expect(!fits)
        #expect(count == 0)
    }

    @Test func anIncompatibleValueLeavesTheRowToBeWrittenAnew() throws {
        try withTable { connection in
            let writer = try connection.copyIn(table: "t", columns: ["a", "g"], types: [.integer, .varchar(3)])
            try writer.write(.integer(1), column: 0)
            let incompatible = #expect(throws: IncompatibleValue.self) {
                try Value.text("four").withRaw { try writer.write($0, column: 1) }
            }
            #expect(incompatible == IncompatibleValue(column: 1, value: "four", reason: "is longer than 3 characters"))
            // Either the value alone can be replaced …
            try writer.write(.null, column: 1)
            try writer.endRow()
            // … or the row can be dropped.
            try writer.write(.integer(2), column: 0)
            try writer.write(.integer(3), column: 0)
            try writer.write(.null, column: 1)
            try writer.endRow()
            try writer.write(.integer(4), column: 0)
            #expect(try writer.finish() == 2)
            #expect(try connection.values("SELECT a FROM t ORDER BY a") == [[1], [3]])
        }
    }

    @Test func longValuesAreSentFromWhereTheyLie() throws {
        try withTable { connection in
            let writer = try connection.copyIn(
                table: "t", columns: ["a", "f", "n", "o", "g"],
                types: [.integer, .text, .json, .bytes, .varchar(3)])
            let text = Array(String(repeating: "né", count: 70_000).utf8)
            let json = Array("[\"\(String(repeating: "x", count: 100_000))\"]".utf8)
            let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try text.withUnsafeBytes { text in
                try json.withUnsafeBytes { json in
                    try bytes.withUnsafeBytes { bytes in
                        func write(_ number: Int64, short: StaticString) throws {
                            try writer.write(.integer(number), column: 0)
                            try writer.write(.text(text), column: 1)
                            try writer.write(.text(json), column: 2)
                            try writer.write(.blob(bytes), column: 3)
                            let short = UnsafeRawBufferPointer(start: short.utf8Start, count: short.utf8CodeUnitCount)
                            try writer.write(.text(short), column: 4)
                        }
                        for number in 1...3 {
                            try write(Int64(number), short: "abc")
                            try writer.endRow()
                        }
                        // Borrowed values are released with the row that is dropped.
                        #expect(throws: IncompatibleValue.self) { try write(4, short: "four") }
                        try write(5, short: "")
                        try writer.endRow()
                    }
                }
            }
            #expect(try writer.finish() == 4)
            let kept = try connection.values(
                "SELECT a, length(f), length(n->>0), length(o), md5(f), md5(o), g FROM t ORDER BY a")
            #expect(kept.map { $0[0] } == [1, 2, 3, 5])
            let md5 = try connection.values(
                "SELECT md5(\(String(decoding: text, as: UTF8.self))), md5(\(Value.blob(bytes))::bytea)")
            for row in kept {
                #expect(Array(row[1...3]) == [140_000, 100_000, 300_000] && Array(row[4...5]) == md5[0])
            }
            #expect(kept.map { $0[6] } == ["abc", "abc", "abc", ""])
        }
    }

    @Test func textThatIsNotUTF8IsNoText() throws {
        let broken: [[UInt8]] = [
            [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], Array("abcdefgh".utf8) + [0xFF],
            Array("abcdefg".utf8) + [0],
            [0xE2, 0x82],
        ]
        for bytes in broken {
            #expect(bytes.withUnsafeBytes { UTF8Text.characters(in: $0) } == nil, "\(bytes)")
        }
        for text in ["", "abcdefghij", "é€\u{1F600}", "\u{10FFFF}\u{7F}\u{D7FF}\u{E000}", "aaaaaaa\u{800}aaaaaaaaaa"] {
            let count = Array(text.utf8).withUnsafeBytes { UTF8Text.characters(in: $0) }
            #expect(count == text.unicodeScalars.count)
        }
    }

    @Test func theServersRefusalSaysWhere() throws {
        try withTable { connection in
            // The server itself must check these bytes: the version of jsonb, and whether the text is JSON.
            let writer = try connection.copyIn(table: "t", columns: ["a", "n"], types: [.integer, .bytes])
            for row in 1...3 {
                try writer.write(.integer(Int64(row)), column: 0)
                try Value.blob([1] + (row == 3 ? "c4nary" : "{}").utf8).withRaw { raw in
                    try writer.write(raw, column: 1)
                }
                try writer.endRow()
            }
            let error = #expect(throws: DatabaseError.self) { try writer.finish() }
            #expect(error?.code == "22P02")
            #expect(error?.message.contains("(COPY t, line 3, column n)") == true, "\(error?.message ?? "")")
            #expect(try connection.queryValue("SELECT count(*) FROM t") == 0)
        }
    }

    @Test func aCancelledCopyKeepsNothing() throws {
        try withTable { connection in
            let writer = try connection.copyIn(table: "t", columns: ["a"], types: [.integer])
            for _ in 0..<100_000 {
                try writer.write(.integer(1), column: 0)
                try writer.endRow()
            }
            writer.cancel()
            #expect(try connection.queryValue("SELECT count(*) FROM t") == 0)
        }
    }

    @Test func manyRowsAndLargeValuesArrive() throws {
        try withTable { connection in
            let writer = try connection.copyIn(table: "t", columns: ["b", "o"], types: [.bigint, .bytes])
            let large = [UInt8](repeating: 7, count: 300_000)
            func size(_ row: Int) -> Int { row % 10_000 == 9 ? large.count : row % 7 }
            for row in 0..<50_000 {
                try writer.write(.integer(Int64(row)), column: 0)
                try large.withUnsafeBytes { try writer.write(.blob(.init(rebasing: $0.prefix(size(row)))), column: 1) }
                try writer.endRow()
            }
            #expect(try writer.finish() == 50_000)
            let bytes = Int64((0..<50_000).map(size).reduce(0, +))
            let sums = try connection.values("SELECT count(*), sum(b)::bigint, sum(length(o))::bigint FROM t")
            #expect(sums == [[50_000, .integer(50_000 * 49_999 / 2), .integer(bytes)]])
            let cursor = try connection.copyOut("SELECT b FROM t ORDER BY b", types: [.bigint])
            #expect(try cursor.next())
            cursor.close()
            #expect(try connection.queryValue("SELECT 1") == 1)
        }
    }

    @Test func aNativeTypeIsCopiedIfItIsAKnownOne() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.execute("CREATE TABLE t (a bigint, b inet)")
            let writer = try connection.copyIn(
                table: "t", columns: ["a"], types: [.native(sqlite: "", postgresql: "BIGINT")])
            try writer.write(.integer(1), column: 0)
            try writer.endRow()
            #expect(try writer.finish() == 1)
            #expect(throws: DatabaseError.self) { try connection.copyIn(table: "none", columns: ["a"], types: [.text]) }
            #expect(throws: DatabaseError.self) { try connection.copyOut("SELECT * FROM none", types: []) }
            #expect(try connection.queryValue("SELECT 1") == 1)
        }
    }

    /// A type that is not portable is read as text, and transferred from server to server in its own binary form.
    @Test func anUnknownTypeIsText() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.executeScript(
                "CREATE TABLE t (a bigint, b inet, c int[]); INSERT INTO t VALUES (1, '10.0.0.0/8', '{1,NULL,3}'); CREATE TABLE u (LIKE t)"
            )
            let text = try connection.copyOut("SELECT b, c FROM t ORDER BY a", types: [.text])
            #expect(try text.next() && text.columnNames == ["b", "c"])
            #expect([text.raw(0).copied, text.raw(1).copied] == ["10.0.0.0/8", "{1,NULL,3}"])
            text.close()

            let types = Array(repeating: ColumnType.ownForm, count: 3)
            let other = try connect(to: url)
            defer { other.close() }
            let writer = try other.copyIn(table: "u", columns: ["a", "b", "c"], types: types)
            #expect(throws: IncompatibleValue.self) { try writer.write(.integer(1), column: 0) }
            let cursor = try connection.copyOut("SELECT a, b, c FROM t", types: types)
            #expect(try cursor.next())
            for column in 0..<3 { try writer.write(cursor.raw(column), column: column) }
            try writer.endRow()
            cursor.close()
            #expect(try writer.finish() == 1)
            #expect(try connection.values("SELECT a, b::text, c::text FROM u") == [[1, "10.0.0.0/8", "{1,NULL,3}"]])
        }
    }

    @Test func anErrorAmidACopyOutIsThrown() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            let cursor = try connection.copyOut(
                "SELECT 10 / (3 - i) FROM generate_series(1, 3) AS i", types: [.integer])
            let error = #expect(throws: DatabaseError.self) { while try cursor.next() {} }
            #expect(error?.code == "22012")
            #expect(try connection.queryValue("SELECT 1") == 1)
        }
    }
}

extension Value {
    /// Lends the raw value as a driver would.
    func withRaw<T>(_ body: (RawValue) throws -> T) rethrows -> T {
        switch self {
        case .null: try body(.null)
        case .integer(let value): try body(.integer(value))
        case .real(let value): try body(.real(value))
        case .boolean(let value): try body(.boolean(value))
        case .text(let text): try Array(text.utf8).withUnsafeBytes { try body(.text($0)) }
        case .blob(let blob): try blob.withUnsafeBytes { try body(.blob($0)) }
        }
    }
}
