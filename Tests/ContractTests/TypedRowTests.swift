import Foundation
import Migrator
import TestSupport
import Testing

/// Tests values that are written as Swift values, and read back as Swift values by their columns' names.
@Suite("typed rows") struct TypedRowTests {
    private enum Colour: String, Codable { case red, green }

    private struct Note: Codable, Equatable {
        var id: Int
        var body: String?
        var share: Double
        var isOpen: Bool
        var madeAt: Date
        var colour: Colour?
    }

    private static let creation = Migration("0001-notes") {
        CreateTable("notes") {
            Column("id", .bigint).primaryKey()
            Column("body", .text).nullable()
            Column("share", .real)
            Column("is_open", .boolean)
            Column("made_at", .timestamp)
            Column("colour", .text).nullable()
            Column("seal", .bytes).nullable()
            Column("price", .decimal(12, 3)).nullable()
            Column("due", .date).nullable()
        }
    }

    @Test(arguments: Backend.available) func everyTypeComesBackAsItWent(_ backend: Backend) async throws {
        try await with(backend) { connection in
            let moment = Date(timeIntervalSince1970: 1_764_000_000.123456)
            let nothing: String? = nil
            let seal: [UInt8]? = [0, 255]
            let price = try #require(Decimal(string: "123456789.125"))
            try connection.execute(
                """
                INSERT INTO notes (id, body, share, is_open, made_at, colour, seal, price, due) \
                VALUES (\(1), \(nothing), \(0.1), \(true), \(moment), \("green"), \(seal), \(price), \("2026-11-27"))
                """)
            let row = try #require(try connection.query("SELECT * FROM notes WHERE made_at = \(moment)").first)
            #expect(try row["id"] == 1 && row["share", as: Double.self] == 0.1 && row["is_open"] == true)
            #expect(try row["body", as: String?.self] == nil && row["seal", as: [UInt8].self] == [0, 255])
            #expect(try abs(row["made_at", as: Date.self].timeIntervalSince(moment)) < 0.000_001)
            #expect(try row["price", as: Decimal.self] == price)
            #expect(try row["due", as: Date.self] == Date(timeIntervalSince1970: 1_795_737_600))
            let notes = try connection.query("SELECT * FROM notes", as: Note.self)
            #expect(notes.map(\.id) == [1] && notes[0].colour == .green && notes[0].body == nil && notes[0].isOpen)
            let ids = try connection.query("SELECT id FROM notes", as: Int.self)
            #expect(ids == [1])
        }
    }

    @Test(arguments: Backend.available) func whatIsNoSuchValueIsRefusedByName(_ backend: Backend) async throws {
        try await with(backend) { connection in
            let row = try #require(try connection.query("SELECT 300 AS n, NULL AS gap, 'secret' AS t").first)
            let missing = #expect(throws: DatabaseError.self) { try row["m", as: Int.self] }
            #expect(
                missing?.message == "the query has no column m" && missing?.remedy == "its columns are n, gap, t")
            let tooBig = #expect(throws: DatabaseError.self) { try row["n", as: UInt8.self] }
            #expect(tooBig?.message == "column n can't be read as UInt8: it holds an integer")
            let null = #expect(throws: DatabaseError.self) { try row["gap", as: Int.self] }
            #expect(
                null?.message == "column gap can't be read as Int: it holds NULL" && null?.remedy == "read it as Int?")
            let text = #expect(throws: DatabaseError.self) { try row["t", as: Date.self] }
            #expect(text?.message == "column t can't be read as Date: it holds a text")
            #expect(throws: DecodingError.self) { try connection.query("SELECT 1 AS id", as: Note.self) }
            #expect(throws: DecodingError.self) { try connection.query("SELECT NULL AS id", as: Int.self) }
            #expect(throws: DecodingError.self) {
                try connection.query("SELECT 'blue' AS c", as: [String: Colour].self)
            }
            #expect(try connection.query("SELECT 'red' AS c", as: [String: Colour].self) == [["c": .red]])
        }
    }

    /// A type that decodes itself as a base type does: it asks the decoder for itself.
    private struct Endless: Decodable {
        init(from decoder: any Decoder) throws { self = try decoder.singleValueContainer().decode(Endless.self) }
    }

    @Test("numbers of every width are read; a type that only asks for itself is refused", arguments: Backend.available)
    func widths(_ backend: Backend) async throws {
        struct Widths: Decodable, Equatable {
            var a: Int8, b: UInt, c: UInt64, d: Float
        }
        try await with(backend) { connection in
            let read = try connection.query(
                "SELECT -128 AS a, 7 AS b, \(UInt64.max) AS c, CAST(0.5 AS double precision) AS d", as: Widths.self)
            #expect(read == [Widths(a: -128, b: 7, c: .max, d: 0.5)])
            for number in ["128", "-1", "1.5"] {
                let sql: SQL = "SELECT \(trusted: number) AS a, \(trusted: number) AS b, 1 AS c, 1 AS d"
                #expect(throws: DecodingError.self, "\(number)") { try connection.query(sql, as: Widths.self) }
            }
            let refusal = #expect(throws: DecodingError.self) {
                try connection.query("SELECT 1 AS n", as: [String: Endless].self)
            }
            #expect("\(String(describing: refusal))".contains("make it ValueConvertible"))
        }
    }

    @Test(
        "a number as text is a Decimal only as a whole, and if it has room for each digit", arguments: Backend.available
    )
    func decimals(_ backend: Backend) async throws {
        func read(_ text: String) async throws -> Decimal? {
            try await backend.withDatabase { database in
                try await database.withConnection { try $0.query("SELECT \(text) AS d").first?["d", as: Decimal.self] }
            }
        }
        let digits = String(repeating: "1234567890", count: 3) + "12345678"
        for text in ["0", "-0.00", "+1.50", ".5", "5.", "1e3", "-1.25E-2", digits, "0." + digits, digits + "00000"] {
            let expected = try #require(Decimal(string: text))
            #expect(try await read(text) == expected, "\(text)")
        }
        for text in [
            "2026-11-27", "1.2.3", "555-1234", "-", ".", "", "e5", "1e", "1 ", digits + "9", "1e999", "1e-999",
        ] {
            await #expect(throws: DatabaseError.self, "\(text)") { try await read(text) }
        }
    }

    private struct Owned: Decodable, Equatable {
        var ownerUID: Int?
        var urlOfAPIKey: String
    }

    @Test("a run of capitals in a property's name is one word of the column's", arguments: Backend.available)
    func capitals(_ backend: Backend) async throws {
        try await with(backend) { connection in
            let read = try connection.query("SELECT 7 AS owner_uid, 'x' AS url_of_api_key", as: Owned.self)
            #expect(read == [Owned(ownerUID: 7, urlOfAPIKey: "x")])
        }
    }

    @Test("a query's only column is read as any convertible type", arguments: Backend.available)
    func onlyColumns(_ backend: Backend) async throws {
        try await with(backend) { connection in
            let days = try connection.query("SELECT '1970-01-02' AS day", as: Date.self)
            #expect(days == [Date(timeIntervalSince1970: 86_400)])
            #expect(try connection.query("SELECT '1.5' AS n", as: Decimal.self) == [Decimal(string: "1.5")])
            #expect(try connection.query("SELECT NULL AS n", as: Date?.self) == [nil])
            #expect(throws: DecodingError.self) { try connection.query("SELECT 1 AS n", as: Date.self) }
            #expect(throws: DecodingError.self) { try connection.query("SELECT '1' AS n, 2 AS m", as: Decimal.self) }
        }
    }

    @Test(
        "a value is the first of the first row, and what the statement does is done for all",
        arguments: Backend.available)
    func firstValue(_ backend: Backend) async throws {
        try await with(backend) { connection in
            let first = try connection.queryValue(
                """
                INSERT INTO notes (id, share, is_open, made_at) VALUES \
                (1, 1.5, \(true), \(Date())), (2, 1.5, \(true), \(Date())), (3, 1.5, \(true), \(Date())) RETURNING id
                """)
            #expect(first == .integer(1))
            #expect(try connection.queryValue("SELECT count(*) FROM notes") == .integer(3))
            #expect(try connection.queryValue("SELECT id FROM notes WHERE id > 3") == nil)
        }
    }

    private func with(_ backend: Backend, _ body: @escaping @Sendable (any Connection) throws -> Void) async throws {
        try await backend.withDatabase { database in
            _ = try await Migrator(history: try History([Self.creation]), database: database).up()
            try await database.withConnection(body)
        }
    }
}
