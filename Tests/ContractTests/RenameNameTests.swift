import Migrator
import TestSupport
import Testing

/// Tests new names for indexes, keys, checks and foreign keys. Rows, constraints and the inverse are not affected.
@Suite("Renamed indexes and constraints")
struct RenameNameTests {
    private func withTables(_ backend: Backend, _ body: (inout CaseDatabase) async throws -> Void) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("parents") {
                    Column("id", .integer).primaryKey()
                    Column("code", .text).unique()
                }
                CreateTable("t") {
                    Column("id", .integer).identity().primaryKey()
                    Column("a", .text).check("a <> ''")
                    Column("parent", .integer).references("parents", onDelete: .cascade)
                    Column("above", .integer).nullable().references("t")
                    Index("a").unique().where("a <> 'x'")
                }
            }
            try await test.run("INSERT INTO parents VALUES (1, 'one'); INSERT INTO t (a, parent) VALUES ('y', 1)")
            try await body(&test)
        }
    }

    @Test(
        "every kind is renamed, holds as before, is no drift, and gets its old name back", arguments: Backend.available)
    func everyKind(_ backend: Backend) async throws {
        try await withTables(backend) { test in
            let before = try test.schema
            try await test.migrate {
                AlterTable("t") {
                    RenameIndex("t_a_idx", to: "t_by_a")
                    RenameConstraint("t_pkey", to: "t_key")
                    RenameConstraint("t_a_check", to: "a_filled")
                    RenameConstraint("t_parent_fkey", to: "t_to_parents")
                }
                AlterTable("parents") { RenameConstraint("parents_code_key", to: "one \"code\"") }
            }
            let table = try #require(try test.schema["t"])
            #expect(table.indexes.map(\.name) == ["t_by_a"] && table.primaryKey?.name == "t_key")
            #expect(table.checks.map(\.name) == ["a_filled"])
            #expect(table.foreignKeys.map(\.name) == ["t_to_parents", "t_above_fkey"])
            #expect(try test.schema["parents"]?.uniques.map(\.name) == ["one \"code\""])
            #expect(try await test.drift() == [])
            #expect(try await test.rows("t", "id", "a", "parent") == [["1", "y", "1"]])
            for refused in [
                "INSERT INTO t (a, parent) VALUES ('', 1)", "INSERT INTO t (a, parent) VALUES ('y', 1)",
                "INSERT INTO t (a, parent) VALUES ('z', 9)", "INSERT INTO parents VALUES (2, 'one')",
                "INSERT INTO t (id, a, parent) VALUES (1, 'z', 1)",
            ] {
                await #expect(throws: DatabaseError.self, "\(refused)") { try await test.run(refused) }
            }
            try await test.run("INSERT INTO t (a, parent) VALUES ('x', 1), ('x', 1)")
            try await test.down()
            test.forget()
            #expect(try test.schema == before)
            #expect(try await test.drift() == [])
        }
    }

    @Test("a foreign key is renamed while the key that it refers to changes its type", arguments: Backend.available)
    func beside(_ backend: Backend) async throws {
        try await withTables(backend) { test in
            try await test.migrate {
                AlterTable("t") {
                    RenameConstraint("t_above_fkey", to: "between")
                    RenameIndex("t_a_idx", to: "t_by_a")
                    ChangeColumn("id").type(.bigint)
                    RenameConstraint("between", to: "t_to_itself")
                    AddColumn("b", .text).filling("b")
                }
            }
            #expect(try await test.drift() == [])
            #expect(try await test.rows("t", "id", "a", "b") == [["1", "y", "b"]])
            try await test.down(allowsDataLoss: true)
            test.forget()
            #expect(try await test.drift() == [])
        }
    }

    @Test("a name that is taken, that is the old one, or that nothing has, is refused")
    func refused() async throws {
        let backend = Backend.sqlite
        try await withTables(backend) { test in
            let taken: [(any ChangeVerb, String)] = [
                (RenameIndex("t_a_idx", to: "parents_code_key"), "taken"), (RenameIndex("t_a_idx", to: "T"), "taken"),
                (RenameIndex("t_a_idx", to: "t_a_idx"), "taken"), (RenameIndex("t_a_check", to: "x"), "no index"),
                (RenameIndex("parents_code_key", to: "x"), "no index"),
                (RenameConstraint("t_a_idx", to: "x"), "no index"),
                (RenameConstraint("t_a_check", to: "t_pkey"), "taken"),
                (RenameConstraint("t_pkey", to: "parents"), "taken"),
                (RenameConstraint("t_parent_fkey", to: "t_above_fkey"), "taken"),
            ]
            for (verb, words) in taken {
                let error = try test.objection { AlterTable("t") { verb } }
                #expect("\(error)".contains(words), "\(verb): \(error)")
            }
            // In the DDL of both databases, names that differ in case are different names. A check's name must be unique only in its table.
            _ = try test.schema.applying(
                .alterTable(
                    "t", [.renameIndex("t_a_idx", to: "T_A_IDX"), .renameConstraint("t_a_check", to: "parents")]))
        }
    }

    @Test("what it makes in each database")
    func statements() throws {
        var table = Table("t") {
            Column("a", .text)
            Index("a")
            Check("a <> ''")
        }
        table = try table.named()
        let changes: [Change] = [.renameIndex("t_a_idx", to: "i"), .renameConstraint("t_a_check", to: "c")]
        let before = Schema(tables: [table])
        let postgresql = try Backend.postgresql.dialect.lower(
            try before.resolving(.alterTable("t", changes)), keeping: .none)
        #expect(
            postgresql.statements == [
                #"ALTER INDEX "t_a_idx" RENAME TO "i""#, #"ALTER TABLE "t" RENAME CONSTRAINT "t_a_check" TO "c""#,
            ])
        let sqlite = try Backend.sqlite.dialect.lower(
            try before.resolving(.alterTable("t", [changes[0]])), keeping: .none)
        #expect(sqlite.statements == [#"DROP INDEX "t_a_idx""#, #"CREATE INDEX "i" ON "t" ("a")"#])
    }
}
