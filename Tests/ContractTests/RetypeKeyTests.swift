import Migrator
import TestSupport
import Testing

@Suite("Keys are retyped")
struct RetypeKeyTests {
    @Test("a key is not retyped while a column is computed from one that refers to it", arguments: Backend.available)
    func computedFromReference(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("p") { Column("id", .bigint).primaryKey() }
                CreateTable("c") {
                    Column("p_id", .bigint).references("p")
                    Column("x", .bigint).generated("p_id + 1")
                }
            }
            let error = await #expect(throws: HistoryError.self) {
                _ = try await test.preview { AlterTable("p") { ChangeColumn("id").type(.integer) } }
            }
            #expect("\(String(describing: error))".contains("generated column x"), "\(String(describing: error))")
        }
    }

    @Test(
        "a foreign key that was made again by hand with other actions does not become the declared one silently",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason),
        arguments: [
            "ON DELETE CASCADE", "ON UPDATE SET NULL", "MATCH FULL", "DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED",
        ])
    func remadeForeignKey(_ words: String) async throws {
        try await Backend.postgresql.withCase { test in
            try await test.migrate {
                CreateTable("p") {
                    Column("id", .integer).primaryKey()
                    Column("above", .integer).nullable().references("p")
                }
                CreateTable("c") { Column("p_id", .integer).nullable().references("p") }
            }
            let retype = AlterTable("p") { ChangeColumn("id").type(.bigint) }
            for (table, column) in [("c", "p_id"), ("p", "above")] {
                let key = "\(table)_\(column)_fkey"
                func remake(_ words: String) -> String {
                    """
                    ALTER TABLE \(table) DROP CONSTRAINT \(key);
                    ALTER TABLE \(table) ADD CONSTRAINT \(key) FOREIGN KEY (\(column)) REFERENCES p \(words)
                    """
                }
                try await test.run(remake(words))
                let error = try await test.refusal { retype }
                #expect(error.lowering?.place == "\(table).\(key)", "\(error)")
                try await test.run(remake(""))
            }
            try await test.migrate { retype }
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test(
        "case 39: the columns that refer to a key are retyped with it, and it counts on", arguments: Backend.available)
    func case39Key(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("parents") {
                    Column("id", .integer).identity().primaryKey()
                    Column("above", .integer).nullable().references("parents")
                }
                CreateTable("children") {
                    Column("parent", .integer).primaryKey().references("parents", onDelete: .cascade)
                }
                CreateTable("grandchildren") {
                    Column("child", .integer).default(1).references("children", "parent")
                }
            }
            try await test.run(
                """
                INSERT INTO parents (above) VALUES (NULL), (1), (2); DELETE FROM parents WHERE id = 3;
                INSERT INTO children VALUES (1), (2); INSERT INTO grandchildren VALUES (2)
                """)
            let retype = AlterTable("parents") { ChangeColumn("id").type(.bigint) }
            switch backend {
            case .sqlite: #expect(try await test.preview { retype }.steps.flatMap(\.statements).isEmpty)
            case .postgresql: break
            }
            try await test.migrate { retype }
            let schema = try test.schema
            #expect(schema["parents"]?[column: "above"]?.type == .bigint)
            #expect(schema["children"]?[column: "parent"]?.type == .bigint)
            #expect(schema["grandchildren"]?[column: "child"]?.type == .bigint)
            #expect(try await test.drift().isEmpty)
            try await test.requireOwnedBigintSequence()
            try await test.run("INSERT INTO parents (above) VALUES (2); INSERT INTO grandchildren DEFAULT VALUES")
            #expect(try await test.rows("parents", "id", "above") == [["1", nil], ["2", "1"], ["4", "2"]])
            #expect(try await test.rows("children", "parent") == [["1"], ["2"]])
            #expect(try await test.rows("grandchildren", "child") == [["1"], ["2"]])
            await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO children VALUES (9)") }
        }
    }

    @Test("case 39: a key of another kind", arguments: Backend.available)
    func case39TextKey(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("parents") { Column("id", .integer).primaryKey() }
                CreateTable("children") {
                    Column("id", .bigint).primaryKey()
                    Column("parent", .integer).nullable().references("parents", onDelete: .cascade)
                }
            }
            try await test.run("INSERT INTO parents VALUES (7), (8); INSERT INTO children VALUES (1, 7), (2, NULL)")
            try await test.migrate { AlterTable("parents") { ChangeColumn("id").type(.text) } }
            #expect(try await test.rows("parents", "id") == [["7"], ["8"]])
            #expect(try await test.rows("children", "id", "parent") == [["1", "7"], ["2", nil]])
            #expect(try await test.drift().isEmpty)
            // The child's column alone can't get another type.
            let objection = try test.objection { AlterTable("children") { ChangeColumn("parent").type(.bigint) } }
            guard case .contradiction("parent", table: "children", because: let reason) = objection else {
                Issue.record("\(objection)")
                return
            }
            #expect(reason.contains("parents"))
        }
    }

    @Test(
        "checks and indexes over a column that follows a key mean what they say over its new type, there and back",
        arguments: Backend.available, [true, false])
    func expressionsOverFollowers(_ backend: Backend, _ isOwnTable: Bool) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("e") {
                    Column("id", .integer).primaryKey()
                    if isOwnTable {
                        Column("p", .integer).nullable().references("e")
                        Index(.expression("p + 1"))
                        Check("p + 1 > 0")
                    }
                }
                CreateTable("k") {
                    Column("id", .integer).primaryKey()
                    Column("p", .integer).nullable().references("e")
                    if !isOwnTable {
                        Index(.expression("p + 1"))
                        Check("p + 1 > 0")
                    }
                }
            }
            try await test.migrate { AlterTable("e") { ChangeColumn("id").type(.bigint) } }
            #expect(try await test.drift().isEmpty)
            try await test.down()
            #expect(try await test.drift().isEmpty)
            try await test.run(
                isOwnTable
                    ? "INSERT INTO e VALUES (2147483647, 2147483647)"
                    : "INSERT INTO e VALUES (2147483647); INSERT INTO k VALUES (1, 2147483647)")
        }
    }

    @Test("a column follows its own table's key by way of another table", arguments: Backend.available)
    func circle(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("parents") {
                    Column("id", .integer).primaryKey()
                    Column("eldest", .integer).nullable()
                }
                CreateTable("children") { Column("parent", .integer).primaryKey().references("parents") }
                AlterTable("parents") { Add(ForeignKey("eldest", to: "children", "parent")) }
            }
            try await test.run(
                "INSERT INTO parents VALUES (1, NULL); INSERT INTO children VALUES (1); UPDATE parents SET eldest = 1")
            try await test.migrate { AlterTable("parents") { ChangeColumn("id").type(.text) } }
            #expect(try test.schema["parents"]?[column: "eldest"]?.type == .text)
            #expect(try await test.drift().isEmpty)
            #expect(try await test.rows("parents", "id", "eldest") == [["1", "1"]])
            await #expect(throws: DatabaseError.self) { try await test.run("UPDATE parents SET eldest = '9'") }
        }
    }

    /// A reference of a table to itself that is added, dropped or renamed in the alteration that changes the key's type.
    enum OwnReference: CaseIterable {
        case goesAfterwards, goesBefore, columnGoes, columnIsRenamed, columnWasRenamed, keyIsRenamed, keyWasRenamed,
            comes, isReplaced

        func changes(to type: ColumnType) -> [Change] {
            let retype = Change.changeColumn("id", [.type(type)])
            let key = ForeignKey(["above"], to: "parents", ["id"], name: "other")
            return switch self {
            case .goesAfterwards: [retype, .dropForeignKey("parents_above_fkey")]
            case .goesBefore: [.dropForeignKey("parents_above_fkey"), retype]
            case .columnGoes: [retype, .dropForeignKey("parents_above_fkey"), .dropColumn("above")]
            case .columnIsRenamed: [retype, .renameColumn("above", to: "boss")]
            case .columnWasRenamed: [.renameColumn("above", to: "boss"), retype]
            case .keyIsRenamed: [retype, .renameConstraint("parents_above_fkey", to: "other")]
            case .keyWasRenamed: [.renameConstraint("parents_above_fkey", to: "other"), retype]
            case .comes: [retype, .addForeignKey(key)]
            case .isReplaced: [.dropForeignKey("parents_above_fkey"), .addForeignKey(key), retype]
            }
        }
    }

    @Test(
        "a reference of the table to itself comes or goes beside the retyped key", arguments: Backend.available,
        OwnReference.allCases)
    func ownReference(_ backend: Backend, _ reference: OwnReference) async throws {
        for type in [ColumnType.bigint, .text] {
            try await backend.withCase { test in
                try await test.migrate {
                    CreateTable("parents") {
                        Column("id", .integer).primaryKey()
                        Column("above", .integer).nullable().references("parents")
                        Column("name", .text)
                    }
                    CreateTable("children") { Column("parent", .integer).nullable().references("parents") }
                }
                try await test.run(
                    "INSERT INTO parents VALUES (1, NULL, 'a'), (2, 1, 'b'); INSERT INTO children VALUES (2)")
                try await test.migrate(
                    [.alterTable("parents", reference.changes(to: type))],
                    allowsDataLoss: reference == .columnGoes)
                #expect(try await test.drift().isEmpty, "\(type)")
                #expect(try test.schema["children"]?[column: "parent"]?.type == type)
                #expect(try await test.rows("parents", "id", "name") == [["1", "a"], ["2", "b"]])
                await #expect(throws: DatabaseError.self) { try await test.run("INSERT INTO children VALUES ('9')") }
                try await test.down(allowsDataLoss: true)
                #expect(try await test.drift().isEmpty, "\(type), undone")
            }
        }
    }
}

extension CaseDatabase {
    /// Expects that the sequence of `parents.id` has the column's type and belongs to the column.
    fileprivate func requireOwnedBigintSequence() async throws {
        switch backend {
        case .sqlite: break
        case .postgresql:
            let rows = try await values(
                """
                SELECT data_type::text, pg_get_serial_sequence('parents', 'id') = schemaname || '.' || sequencename \
                FROM pg_sequences
                """)
            #expect(rows == [["bigint", .boolean(true)]])
        }
    }
}
