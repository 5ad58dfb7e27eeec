import Dialects
import Foundation
import TestSupport
import Testing

@Suite("A program whose history has an online migration")
struct OnlineCommandTests {
    private static let environment = ["TC_FIXTURE": "online"]
    private static let index = #"CREATE INDEX CONCURRENTLY "notes_by_person" ON "notes" ("person_id")"#

    @Test("says so before it is applied, applies it and undoes it", arguments: Backend.available)
    func told(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let first = try await box.run(.fixture, ["up", "--to", "0002-notes", "-d", url], Self.environment)
            #expect(first.code == 0, "\(first)")
            let status = try await box.run(.fixture, ["status", "-d", url], Self.environment)
            #expect(status.output.contains("pending, online"), "\(status)")
            let dry = try await box.run(.fixture, ["up", "--dry-run", "--verbose", "-d", url], Self.environment)
            let isOutside = backend == .postgresql
            #expect(
                dry.output.contains("would apply  0003-online, online: outside of a transaction\n") == isOutside,
                "\(dry)")
            #expect(dry.output.contains(Self.index + ";\n") == isOutside, "\(dry)")
            let up = try await box.run(.fixture, ["up", "-d", url], Self.environment)
            #expect(up.code == 0 && up.output.hasPrefix("applied  0003-online"), "\(up)")
            let drift = try await box.run(.fixture, ["drift", "-d", url], Self.environment)
            #expect(drift.output == "no drift\n", "\(drift)")
            let down = try await box.run(.fixture, ["down", "-d", url], Self.environment)
            #expect(down.code == 0 && down.output.hasPrefix("undone   0003-online"), "\(down)")
        }
    }

    @Test(
        "what a migration that is not online would block is told of a large table",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func blocking() async throws {
        try await withDatabase(.postgresql) { box, url in
            #expect(try await box.fixture("tightening", "up", "--to", "0002-notes", "-d", url).code == 0)
            let small = try await box.fixture("tightening", "up", "--dry-run", "-d", url)
            #expect(small.code == 0 && !small.output.contains("would block"), "\(small)")
            try execute(
                "INSERT INTO people (name, nick) SELECT repeat('x', 1000), 'n' FROM generate_series(1, 60000)", on: url)
            let large = try await box.fixture("tightening", "up", "--dry-run", "-d", url)
            #expect(large.output.contains("would block  everybody of people ("), "\(large)")
            #expect(
                large.output.contains(
                    " MB) while nick is checked in every row; a migration with .online() does it without blocking them\n"
                ),
                "\(large)")
        }
    }

    @Test("prints its statements outside of a transaction, and they run in the shell", arguments: Backend.available)
    func script(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let plan = try await box.run(.fixture, ["plan", "--dialect", backend.rawValue], Self.environment)
            #expect(plan.code == 0, "\(plan)")
            if backend == .postgresql {
                #expect(
                    plan.output.contains("-- up 0003-online, online: outside of a transaction\n\(Self.index);\n"),
                    "\(plan)")
                #expect(
                    plan.output.contains(#"VALIDATE CONSTRAINT "notes_no_dash";\#nBEGIN;\#nINSERT INTO tc_migrations"#),
                    "\(plan)")
            }
            let applied = try await shell(backend, plan.output, box, url)
            #expect(applied.code == 0 && applied.error.isEmpty, "\(applied)")
            let status = try await box.run(.fixture, ["status", "--exit-code", "-d", url], Self.environment)
            #expect(status.code == 0, "\(status)")
            let drift = try await box.run(.fixture, ["drift", "-d", url], Self.environment)
            #expect(drift.output == "no drift\n", "\(drift)")
        }
    }

    @Test(
        "Ctrl-C while it waits leaves no half of an index",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func stopped() async throws {
        try await withDatabase(.postgresql) { box, url in
            #expect(try await box.run(.fixture, ["up", "--to", "0002-notes", "-d", url], Self.environment).code == 0)
            let up = try withTestConnection(url) { connection in
                // Building an index concurrently has to wait until this transaction's snapshot ends.
                try connection.executeScript("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM people")
                let up = try box.start(.fixture, ["up", "-d", url], Self.environment)
                try waitUntil("it waits for the snapshot") {
                    try !query(
                        """
                        SELECT pid FROM pg_stat_progress_create_index
                        WHERE datname = current_database() AND current_locker_pid > 0
                        """, on: url
                    )
                    .isEmpty
                }
                up.kill(SIGINT)
                try waitUntil("the index is gone") {
                    try query("SELECT indexrelid FROM pg_index WHERE NOT indisvalid", on: url).isEmpty
                }
                return up
            }
            expectRefusal(
                try await up.finish(), saying: "migration 0003-online was stopped at statement 1 and was rolled back",
                "run it again")
            #expect(try query("SELECT to_regclass('notes_by_person')::text", on: url) == [""])
            #expect(try await box.run(.fixture, ["up", "-d", url], Self.environment).code == 0)
        }
    }

    @Test(
        "Ctrl-C while somebody keeps the table ends it all the same, and it says what stays",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func stoppedBesideReader() async throws {
        try await withDatabase(.postgresql) { box, url in
            #expect(try await box.run(.fixture, ["up", "--to", "0002-notes", "-d", url], Self.environment).code == 0)
            let reader = try connect(to: try DatabaseURL(parsing: url))
            defer { reader.close() }
            try reader.executeScript("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM notes")
            let up = try box.start(.fixture, ["up", "--lock-timeout", "3600", "--json", "-d", url], Self.environment)
            try waitUntil("it waits for the snapshot") {
                try !query(
                    "SELECT pid FROM pg_stat_progress_create_index WHERE datname = current_database() AND current_locker_pid > 0",
                    on: url
                ).isEmpty
            }
            up.kill(SIGINT)
            let end = try await up.finish()
            expectRefusal(end, saying: "was stopped at statement 1; the invalid index notes_by_person stays, and")
            #expect(end.output.contains("\"leftover\": \"the invalid index notes_by_person\""), "\(end)")
            try reader.rollback()
            #expect(try await box.run(.fixture, ["up", "-d", url], Self.environment).code == 0)
            #expect(try await box.run(.fixture, ["drift", "-d", url], Self.environment).output == "no drift\n")
        }
    }
}
