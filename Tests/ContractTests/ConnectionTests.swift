import TestSupport
import Testing

@testable import Dialects

@Suite("What every connection can do")
struct ConnectionTests {
    private static let table: Table = {
        var table = Table(name: "things")
        var note = Column("note", .text)
        note.isNullable = true
        var payload = Column("payload", .bytes)
        payload.isNullable = true
        table.columns = [Column("id", .bigint), note, Column("size", .real), Column("is_old", .boolean), payload]
        table.primaryKey = PrimaryKey(["id"], name: "things_pkey")
        return table
    }()

    private static let columns = ["id", "note", "size", "is_old", "payload"]

    private static func withThings(
        _ backend: Backend, _ body: @escaping @Sendable (any Connection) throws -> Void
    ) async throws {
        try await backend.withDatabase { database in
            try await database.withConnection { connection in
                for statement in try connection.dialect.construct(Schema(tables: [table])).tables {
                    try connection.execute(SQL(trusted: statement))
                }
                let key = try connection.dialect.construct(Schema(tables: [table])).afterLoad
                for part in key { try connection.execute(SQL(trusted: part.statement)) }
                try body(connection)
            }
        }
    }

    @Test("values go in as bindings and come out as they were", arguments: Backend.available)
    func bindings(_ backend: Backend) async throws {
        try await Self.withThings(backend) { connection in
            let rows: [[Value]] = [
                [.integer(1), .text("it's; DROP TABLE things; --"), .real(0.1), .boolean(true), .blob([0, 1, 255])],
                [.integer(.max), .text("žluťoučký 👩‍👩‍👧"), .real(-1.5e300), .boolean(false), .blob([])],
                [.integer(.min), .null, .real(.leastNonzeroMagnitude), .boolean(true), .null],
            ]
            for row in rows {
                try connection.execute(
                    """
                    INSERT INTO things (id, note, size, is_old, payload) \
                    VALUES (\(row[0]), \(row[1]), \(row[2]), \(row[3]), \(row[4]))
                    """)
            }
            let read = try connection.values("SELECT id, note, size, is_old, payload FROM things ORDER BY size DESC")
            let expected = [rows[0], rows[2], rows[1]]
            for (found, wanted) in zip(read, expected) {
                #expect(
                    found[0] == wanted[0] && found[1] == wanted[1] && found[2] == wanted[2] && found[4] == wanted[4])
                #expect(found[3].boolean == wanted[3].boolean)
            }
            #expect(read.count == 3)
        }
    }

    @Test("upsert inserts a new row and replaces an old one", arguments: Backend.available)
    func upsert(_ backend: Backend) async throws {
        try await Self.withThings(backend) { connection in
            let dialect = connection.dialect
            let text = dialect.upsert(into: "things", columns: Self.columns, key: ["id"])
            #expect(text.contains("ON CONFLICT (\"id\") DO UPDATE SET"))
            let insert =
                "INSERT INTO things (id, note, size, is_old) VALUES (1, 'old', 1, \(Value.boolean(false)))" as SQL
            try connection.execute(insert)
            let places = Self.columns.indices.map { dialect.placeholder($0 + 1) }
            #expect(places.allSatisfy(text.contains))
            // A store would use the statement in the same way, with its placeholders filled in order.
            for id in 1...2 {
                let values: [Value] = [.integer(Int64(id)), .text("new"), .real(2), .boolean(true), .null]
                var statement = SQL(trusted: "")
                for (at, piece) in Self.pieces(of: text, places).enumerated() {
                    statement.append(SQL(trusted: piece))
                    if at < values.count { statement.append("\(values[at])") }
                }
                #expect(statement.bindings == values)
                try connection.execute(statement)
            }
            let rows = try connection.values("SELECT id, note, size FROM things ORDER BY id")
            #expect(rows == [[1, "new", .real(2)], [2, "new", .real(2)]])
        }
    }

    private static func pieces(of text: String, _ places: [String]) -> [String] {
        var rest = text[...]
        var pieces: [String] = []
        for place in places {
            guard let range = rest.firstRange(of: place) else { continue }
            pieces.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return pieces + [String(rest)]
    }

    @Test("a transaction that throws leaves nothing", arguments: Backend.available)
    func rollback(_ backend: Backend) async throws {
        try await Self.withThings(backend) { connection in
            #expect(throws: DatabaseError.self) {
                try connection.transaction {
                    try connection.execute(
                        "INSERT INTO things (id, size, is_old) VALUES (1, 1, \(Value.boolean(true)))")
                    try connection.execute("INSERT INTO nowhere VALUES (1)")
                }
            }
            #expect(!connection.isInTransaction)
            let left = try connection.queryValue("SELECT count(*) FROM things")
            #expect(left == 0)
        }
    }

    @Test("a transaction within a transaction is refused, and the outer one stays whole", arguments: Backend.available)
    func nestedTransaction(_ backend: Backend) async throws {
        try await Self.withThings(backend) { connection in
            func insert(_ id: Int) throws {
                try connection.execute("INSERT INTO things (id, size, is_old) VALUES (\(id), 1, \(false))")
            }
            try connection.transaction {
                try insert(1)
                let inner = #expect(throws: DatabaseError.self) {
                    try connection.transaction { () throws in try insert(2) }
                }
                #expect(inner?.message.contains("cannot start a transaction within a transaction") == true)
                #expect(throws: DatabaseError.self) { try connection.snapshot {} }
                #expect(throws: DatabaseError.self) { try connection.transaction(waitingUpTo: 1) {} }
                try insert(3)
            }
            let ids = try connection.query("SELECT id FROM things ORDER BY id", as: Int.self)
            #expect(ids == [1, 3])
        }
    }

    @Test("a duplicate key, a missing value and a syntax error are told apart", arguments: Backend.available)
    func errors(_ backend: Backend) async throws {
        try await Self.withThings(backend) { connection in
            let insert = "INSERT INTO things (id, size, is_old) VALUES (1, 1, \(Value.boolean(true)))" as SQL
            try connection.execute(insert)
            let wrong: [(SQL, DatabaseError.Kind)] = [
                (insert, .unique), ("INSERT INTO things (id, is_old) VALUES (2, \(Value.boolean(true)))", .notNull),
                ("SELEKT 1", .syntax),
            ]
            for (statement, kind) in wrong {
                do throws(DatabaseError) {
                    try connection.execute(statement)
                    Issue.record("\(statement) passed")
                } catch {
                    #expect(error.kind == kind)
                    #expect(!error.message.isEmpty)
                }
            }
        }
    }

    @Test("rows copied in come out of copyOut as they were", arguments: Backend.available)
    func copy(_ backend: Backend) async throws {
        try await Self.withThings(backend) { connection in
            let types = Self.table.columns.map(\.type)
            try connection.begin()
            let writer = try connection.copyIn(table: "things", columns: Self.columns, types: types)
            for number in 0..<1_000 {
                let text = Array("number \(number)".utf8)
                try text.withUnsafeBytes { bytes in
                    try writer.write(.integer(Int64(number)), column: 0)
                    try writer.write(number % 7 == 0 ? .null : .text(bytes), column: 1)
                    try writer.write(.real(Double(number) / 3), column: 2)
                    try writer.write(.integer(Int64(number % 2)), column: 3)
                    try writer.write(.blob(bytes), column: 4)
                    try writer.endRow()
                }
            }
            #expect(try writer.finish() == 1_000)
            try connection.commit()
            let cursor = try connection.copyOut(
                "SELECT id, note, size, is_old, payload FROM things ORDER BY id", types: types)
            defer { cursor.close() }
            var number = 0
            while try cursor.next() {
                let text = "number \(number)"
                #expect(cursor.raw(0).copied == .integer(Int64(number)))
                #expect(cursor.raw(1).copied == (number % 7 == 0 ? .null : .text(text)))
                #expect(cursor.raw(2).copied == .real(Double(number) / 3))
                #expect(cursor.raw(3).copied.boolean == (number % 2 == 1))
                #expect(cursor.raw(4).copied == .blob(Array(text.utf8)))
                number += 1
            }
            #expect(number == 1_000)
        }
    }

    @Test("a snapshot sees one moment, whoever writes meanwhile", arguments: Backend.available)
    func snapshot(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.withConnection { connection in
                try connection.execute("CREATE TABLE counted (n integer)")
                let other = try connect(to: database.url, ConnectionOptions(isOwned: true))
                defer { other.close() }
                try connection.snapshot {
                    #expect(try connection.queryValue("SELECT count(*) FROM counted") == 0)
                    try other.execute("INSERT INTO counted VALUES (1)")
                    #expect(try connection.queryValue("SELECT count(*) FROM counted") == 0)
                }
                #expect(try connection.queryValue("SELECT count(*) FROM counted") == 1)
            }
        }
    }

    @Test("an interrupt stops the statement that runs", arguments: Backend.available)
    func interrupt(_ backend: Backend) async throws {
        let endless: SQL =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        try await backend.withDatabase { database in
            let (started, starting) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                try await database.withConnection { connection in
                    starting.finish()
                    _ = try connection.values(endless)
                }
            }
            for await _ in started {}
            try await Task.sleep(for: .milliseconds(100))
            task.cancel()
            await #expect(throws: DatabaseError.self) { try await task.value }
            // The pool's connection can be used again.
            #expect(try await database.withConnection { try $0.queryValue("SELECT 1") } == 1)
        }
    }
}
