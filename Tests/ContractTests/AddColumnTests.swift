import Migrator
import TestSupport
import Testing

@Suite("Columns are added")
struct AddColumnTests {
    @Test("case 30: a required column without a value for the rows that exist is refused", arguments: Backend.available)
    func case30NeedsValue(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.createNumbers(3)
            let error = try await test.refusal { AlterTable("numbers") { AddColumn("title", .text) } }
            #expect(error.measured.map(\.hazard.kind) == [.needsValue])
            #expect(error.measured.map(\.hazard.table) == ["numbers"])
            #expect(error.measured.map(\.hazard.column) == ["title"])
            #expect(error.measured.map(\.rows) == [3])
            #expect(!error.isDataLoss)
            let remedy = try #require(error.remedy).description
            #expect(remedy.contains("default") && remedy.contains(".filling(") && remedy.contains("nullable"))
            let preview = try await test.preview { AlterTable("numbers") { AddColumn("title", .text) } }
            #expect(preview.hazards == error.measured)
        }
    }

    @Test("case 30: no rows, no refusal", arguments: Backend.available)
    func case30Empty(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.createNumbers(0)
            try await test.migrate { AlterTable("numbers") { AddColumn("title", .text) } }
            #expect(try await test.drift().isEmpty)
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO numbers (id) VALUES (1)") }
        }
    }

    @Test("case 31: a constant default is added in place", arguments: Backend.available)
    func case31ConstantDefault(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.createNumbers(2)
            let file = try await test.storage(of: "numbers")
            let add = AlterTable("numbers") { AddColumn("title", .text).default("it's") }
            let preview = try await test.preview { add }
            #expect(preview.steps.flatMap(\.statements).count == 1)
            #expect(preview.steps[0].statements[0].hasPrefix("ALTER TABLE \"numbers\" ADD COLUMN"))
            try await test.migrate { add }
            #expect(try await test.storage(of: "numbers") == file)
            #expect(try await test.rows("numbers", "id", "title") == [["1", "it's"], ["2", "it's"]])
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("case 31: a value for once leaves no default behind", arguments: Backend.available)
    func case31OneOffDefault(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.createNumbers(2)
            let file = try await test.storage(of: "numbers")
            try await test.migrate {
                AlterTable("numbers") {
                    AddColumn("title", .text).filling("old")
                    AddColumn("state", .text).default("new").filling("old")
                }
            }
            switch backend {
            case .sqlite: break
            case .postgresql: #expect(try await test.storage(of: "numbers") == file)
            }
            #expect(try test.schema["numbers"]?[column: "title"]?.default == nil)
            try await test.run("INSERT INTO numbers (id, title) VALUES (3, 'mine')")
            let rows = [["1", "old", "old"], ["2", "old", "old"], ["3", "mine", "new"]]
            #expect(try await test.rows("numbers", "id", "title", "state") == rows)
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO numbers (id) VALUES (4)") }
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("case 32: a default that differs from row to row reaches the rows that exist", arguments: Backend.available)
    func case32VolatileDefault(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.createNumbers(40)
            try await test.migrate {
                AlterTable("numbers") {
                    AddColumn("token", .uuid).default(.uuid)
                    AddColumn("made_at", .timestamp).default(.now)
                }
            }
            try await test.run("INSERT INTO numbers (id) VALUES (41)")
            let rows = try await test.rows("numbers", "id", "token", "made_at")
            #expect(rows.count == 41)
            #expect(Set(rows.map { $0[1] }).count == 41)
            let uuid = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
            let moment = /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/
            for row in rows {
                #expect(row[1]?.wholeMatch(of: uuid) != nil, "\(row)")
                #expect(row[2]?.wholeMatch(of: moment) != nil, "\(row)")
            }
            #expect(try await test.drift().isEmpty)
        }
    }
}

extension CaseDatabase {
    /// Makes a table `numbers` with the rows 1 to `count`.
    fileprivate mutating func createNumbers(_ count: Int) async throws {
        try await migrate { CreateTable("numbers") { Column("id", .bigint).primaryKey() } }
        for id in 0..<count { try await run("INSERT INTO numbers VALUES (\(id + 1))") }
    }

    /// Returns the storage location of the table's rows, which differs after the table was rewritten.
    fileprivate func storage(of table: String) async throws -> [[Value]] {
        switch backend {
        case .sqlite: try await values("SELECT rootpage FROM sqlite_master WHERE name = \(table)")
        case .postgresql: try await values("SELECT pg_relation_filenode(\(table)::text::regclass)")
        }
    }
}
