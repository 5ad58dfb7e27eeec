import Dialects
import Migrator
import TestSupport
import Testing

/// Tests what others add to a view in PostgreSQL: it is there again after the view was made again, or it is named as a loss.
@Suite(
    "What a view has besides its query", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct ViewsAsideTests {
    private static let catalog: SQL = """
        SELECT c.relname, relacl::text, reloptions::text, obj_description(c.oid, 'pg_class'),
            (SELECT string_agg(pg_get_ruledef(w.oid), ' ') FROM pg_rewrite w WHERE w.ev_class = c.oid AND rulename <> '_RETURN'),
            (SELECT string_agg(obj_description(w.oid, 'pg_rewrite'), ' ') FROM pg_rewrite w WHERE w.ev_class = c.oid),
            (SELECT string_agg(pg_get_expr(adbin, adrelid), ' ') FROM pg_attrdef d WHERE d.adrelid = c.oid)
        FROM pg_class c WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace ORDER BY relname
        """

    private func tables(_ test: inout CaseDatabase) async throws {
        try await test.migrate {
            CreateTable("t") {
                Column("id", .bigint).primaryKey()
                Column("a", .text)
            }
            CreateView("va", as: "SELECT id, a FROM t")
        }
        try await test.run("CREATE TABLE log (n int, word text)")
    }

    @Test("rules and defaults stay when a table below is altered")
    func implicit() async throws {
        try await Backend.postgresql.withCase { test in
            try await tables(&test)
            try await test.run(
                """
                CREATE VIEW by_hand AS SELECT a FROM va;
                CREATE RULE twice AS ON INSERT TO va DO INSTEAD (INSERT INTO log VALUES (1, new.a); INSERT INTO log VALUES (2, 'b''; c'));
                CREATE RULE never AS ON DELETE TO by_hand DO INSTEAD NOTHING; COMMENT ON RULE never ON by_hand IS 'never';
                ALTER VIEW va ALTER a SET DEFAULT 'none'; ALTER VIEW by_hand ALTER a SET DEFAULT 'nothing'
                """)
            let before = try await test.values(Self.catalog)
            try await test.migrate { AlterTable("t") { ChangeColumn("a").type(.varchar(40)) } }
            #expect(try await test.values(Self.catalog) == before)
            try await test.run("INSERT INTO va (id) VALUES (1)")
            #expect(try await test.texts("SELECT word FROM log ORDER BY n") == ["none", "b'; c"])
        }
    }

    @Test(
        "grants, options and comments stay when a migration drops the view and makes it again",
        arguments: [true, false])
    func explicit(_ isUp: Bool) async throws {
        try await Backend.postgresql.withCase { test in
            try await tables(&test)
            let added = """
                GRANT SELECT, UPDATE ON va TO PUBLIC; COMMENT ON VIEW va IS 'for all'; ALTER VIEW va SET (security_barrier = true)
                """
            func change(_ test: inout CaseDatabase) async throws {
                try await test.migrate {
                    DropView("va")
                    AlterTable("t") { RenameColumn("a", to: "b") }
                    CreateView("va", as: "SELECT id, b FROM t")
                }
            }
            if isUp {
                try await test.run(added)
                let before = try await test.values(Self.catalog)
                try await change(&test)
                #expect(try await test.values(Self.catalog) == before)
            } else {
                try await change(&test)
                try await test.run(added)
                let before = try await test.values(Self.catalog)
                try await test.down()
                #expect(try await test.values(Self.catalog) == before)
            }
        }
    }

    @Test("default privileges give nobody a right that was taken away", arguments: [true, false])
    func defaults(_ isImplicit: Bool) async throws {
        try await Backend.postgresql.withCase { test in
            try await test.run("ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO pg_monitor, PUBLIC")
            try await tables(&test)
            try await test.run(
                """
                CREATE VIEW by_hand AS SELECT a FROM t; REVOKE SELECT ON va, by_hand FROM pg_monitor;
                REVOKE ALL ON va FROM PUBLIC
                """)
            if !isImplicit { try await test.run("DROP VIEW by_hand") }
            let rights: SQL = """
                SELECT c.relname, x.grantee::text, x.privilege_type, x.is_grantable
                FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) x
                WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace ORDER BY 1, 2, 3
                """
            let before = try await test.values(rights)
            if isImplicit {
                try await test.migrate { AlterTable("t") { ChangeColumn("a").type(.varchar(40)) } }
            } else {
                try await test.migrate {
                    DropView("va")
                    AlterTable("t") { ChangeColumn("a").type(.varchar(40)) }
                    CreateView("va", as: "SELECT id, a FROM t")
                }
            }
            #expect(try await test.values(rights) == before)
        }
    }

    @Test("what a column or a rule of the dropped view has is a loss, which the preview tells too")
    func parts() async throws {
        try await Backend.postgresql.withCase { test in
            try await tables(&test)
            try await test.run(
                """
                GRANT SELECT (a) ON va TO PUBLIC; COMMENT ON COLUMN va.a IS 'old'; ALTER VIEW va ALTER a SET DEFAULT 'x';
                CREATE RULE never AS ON DELETE TO va DO INSTEAD NOTHING
                """)
            let drop = DropView("va")
            let again = CreateView("va", as: "SELECT id FROM t")
            let error = try await test.refusal {
                drop
                again
            }
            #expect(error.measured.map(\.hazard.kind) == [.losesObjects])
            #expect(error.measured.map(\.rows) == [4])
            let preview = try await test.preview {
                drop
                again
            }
            #expect(preview.hazards == error.measured)
            try await test.migrate([drop.operation, again.operation], allowsDataLoss: true)
        }
    }
}
