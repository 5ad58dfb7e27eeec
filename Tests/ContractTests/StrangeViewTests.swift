import Dialects
import Migrator
import TestSupport
import Testing

/// Tests declared views that somebody has made with another query: no migration makes them as declared without a word.
@Suite("Declared views with a query made by hand")
struct StrangeViewTests {
    private func table(_ type: ColumnType) -> CreateTable {
        CreateTable("t") {
            Column("id", .bigint).primaryKey()
            Column("a", type)
        }
    }

    @Test("a filter that somebody has added stays when a column is retyped below", arguments: Backend.available)
    func kept(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                table(.text)
                CreateView("va", as: "SELECT id, a FROM t")
            }
            try await test.run(
                """
                INSERT INTO t VALUES (1, 'x'), (2, 'y');
                DROP VIEW va; CREATE VIEW va AS SELECT id, a FROM t WHERE id > 1
                """)
            try await test.migrate { AlterTable("t") { ChangeColumn("a").type(.varchar(40)) } }
            #expect(try await test.values("SELECT id FROM va") == [[2]])
            #expect(try await test.drift() == ["view va: its query differs from the declaration"])
        }
    }

    @Test("the column's new name is found, and shown by the name of then", arguments: Backend.available)
    func renamed(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                table(.text)
                CreateView("va", as: "SELECT id, a FROM t")
            }
            try await test.run(
                """
                INSERT INTO t VALUES (1, 'x'), (2, 'y');
                DROP VIEW va; CREATE VIEW va AS SELECT id, a FROM t WHERE id > 1
                """)
            try await test.migrate { AlterTable("t") { RenameColumn("a", to: "b") } }
            #expect(try await test.values("SELECT a FROM va") == [["y"]])
            try await test.migrate { AlterTable("t") { ChangeColumn("b").type(.varchar(40)) } }
            #expect(try await test.values("SELECT a FROM va") == [["y"]])
        }
    }

    /// Makes a view with an order, adds a filter to it by hand, and calls `body` with a type for which the order needs other words.
    private func withFilteredOrder(
        _ backend: Backend, _ body: (inout CaseDatabase, ColumnType) async throws -> Void
    ) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                table(.integer)
                CreateView("va", as: "SELECT id, a FROM t ORDER BY a, id")
            }
            try await test.run(
                """
                INSERT INTO t VALUES (1, 10), (2, 20);
                DROP VIEW va; CREATE VIEW va AS SELECT id, a FROM t WHERE id > 1 ORDER BY a, id
                """)
            // SQLite orders decimals as numbers, and PostgreSQL orders texts by their bytes.
            try await body(&test, backend == .sqlite ? .decimal(10, 2) : .text)
        }
    }

    @Test("if the view needs other words for the new type, the migration is refused", arguments: Backend.available)
    func refused(_ backend: Backend) async throws {
        try await withFilteredOrder(backend) { test, type in
            let error = try await test.refusal { AlterTable("t") { ChangeColumn("a").type(type) } }
            #expect(error.lowering?.reason.contains("query of this view") == true, "\(error)")
            let preview = try await test.preview { AlterTable("t") { ChangeColumn("a").type(type) } }
            #expect(preview.refusals.count == 1)
            // A migration that says what the view is replaces it.
            try await test.migrate {
                DropView("va")
                AlterTable("t") { ChangeColumn("a").type(type) }
                CreateView("va", as: "SELECT id, a FROM t ORDER BY a, id")
            }
            #expect(try await test.values("SELECT id FROM va") == [[1], [2]])
        }
    }

    @Test("what a migration says of the view counts for what follows, in a preview, too", arguments: Backend.available)
    func declaredFirst(_ backend: Backend) async throws {
        try await withFilteredOrder(backend) { test, type in
            let preview = try await test.preview {
                DropView("va")
                CreateView("va", as: "SELECT id, a FROM t WHERE id > 1 ORDER BY a, id")
                AlterTable("t") { ChangeColumn("a").type(type) }
            }
            #expect(preview.refusals.isEmpty, "\(preview.refusals)")
            try await test.migrate {
                DropView("va")
                CreateView("va", as: "SELECT id, a FROM t WHERE id > 1 ORDER BY a, id")
                AlterTable("t") { ChangeColumn("a").type(type) }
            }
            #expect(try await test.values("SELECT id FROM va") == [[2]])
            #expect(try await test.drift() == [])
        }
    }

    @Test("a view as declared is made again after renames of what it reads", arguments: Backend.available)
    func declared(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                table(.integer)
                CreateView("va", as: "SELECT t.id, a FROM t WHERE a > 0 ORDER BY a, t.id")
            }
            try await test.migrate { AlterTable("t") { RenameColumn("a", to: "b") } }
            try await test.migrate { RenameTable("t", to: "u") }
            let type: ColumnType = backend == .sqlite ? .decimal(10, 2) : .bigint
            try await test.migrate { AlterTable("u") { ChangeColumn("b").type(type) } }
            #expect(try await test.drift() == [])
        }
    }
}
