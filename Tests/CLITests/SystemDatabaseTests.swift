import Dialects
import Foundation
import TestSupport
import Testing

/// Tests `telec system install --database`: the objects that it creates on a server, and the existing objects that it leaves alone.
@Suite("the service's database on a server", .enabled(if: TestUser.areWanted, TestUser.skipReason))
struct SystemDatabaseTests {
    private struct Subject: Sendable {
        let box: Sandbox
        let telec: Program
        let server: OwnServer.RunningServer
        var root: String { box("root") }

        func url(_ database: String, _ user: String? = nil) -> String {
            "postgresql://\(user.map { "\($0)@" } ?? "")/\(database)?host=\(server.folder)"
        }

        func install(_ more: String..., database: String = "td", admin: String = "tc") async throws -> Run {
            try await box.run(
                telec,
                [
                    "system", "install", "--root", root, "--database", url(database), "--database-admin",
                    url("postgres", admin),
                ] + more)
        }

        func server(_ sql: String, in database: String = "postgres") throws {
            try execute(sql, on: url(database, "tc"))
        }
    }

    private func with(_ body: (Subject) async throws -> Void) async throws {
        try await withSandbox { box in
            try await OwnServer.with(in: box) { server in
                try Move.makeRoot(box("root"))
                let telec = try await box.published(.telec)
                for program in [Program.teleclauded, .tcMigrate] { _ = try await box.published(program) }
                try await body(Subject(box: box, telec: telec, server: server))
            }
        }
    }

    @Test("a dry run shows the SQL and changes nothing; a run makes it, a second one does nothing")
    func made() async throws {
        try await with { subject in
            let dry = try await subject.install("--dry-run")
            #expect(dry.code == 0, "\(dry)")
            for words in [
                "    CREATE ROLE teleclaude_owner NOLOGIN;", "    CREATE DATABASE \"td\" OWNER", "GRANT SELECT, INSERT",
            ] {
                #expect(dry.output.contains(words), "\(words) in \(dry)")
            }
            #expect(
                try query(
                    "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'teleclaude%'",
                    on: subject.url("postgres", "tc")) == [])
            #expect(!FileManager.default.fileExists(atPath: "\(subject.root)/etc/teleclaude"))

            let run = try await subject.install()
            #expect(run.code == 0 && run.output.hasSuffix("installed\n"), "\(run)")
            let config = try String(contentsOfFile: "\(subject.root)/etc/teleclaude/config.yml", encoding: .utf8)
            #expect(config.hasSuffix("\ndatabase: {url: \"\(subject.url("td"))\"}\n"), "\(config)")
            let again = try await subject.install()
            #expect(again.code == 0 && again.output == "already installed: there was nothing to do\n", "\(again)")
            try expectRights(subject)

            // The daemon's role can't create the schema that the database would be compared with, so the output says that this was not
            // checked.
            let check = try await subject.box.run(
                .teleclauded, ["--check"], ["TELECLAUDE_DATABASE_URL": subject.url("td", "teleclaude")])
            #expect(check.code == 0 && check.output.contains("nothing is pending; later changes"), "\(check)")

            // Rights that have become too wide are corrected, and reported.
            try subject.server("GRANT DELETE ON audit_log TO teleclaude; ALTER TABLE sessions OWNER TO tc", in: "td")
            let mended = try await subject.install()
            #expect(mended.output.contains("audit_log: teleclaude may DELETE; sessions belongs to tc"), "\(mended)")
            try expectRights(subject)

            // An upgrade with new tables migrates the database as the owner of its tables.
            let down = try await subject.box.migrate(
                "down", "--steps", "1", "-d", "\(subject.url("td", "tc"))&options=-c%20role%3Dteleclaude_owner",
                "--allow-data-loss")
            #expect(down.code == 0, "\(down)")
            let upgrade = try await subject.install()
            #expect(upgrade.output.contains("migrate it, as its owner: 00"), "\(upgrade)")
            try expectRights(subject)
        }
    }

    /// Expects that the daemon's role can read and write but not change the log, and that nobody else has access.
    private func expectRights(_ subject: Subject) throws {
        let app = subject.url("td", "teleclaude")
        #expect(try query("SELECT count(*)::text FROM sessions", on: app) == ["0"])
        for statement in [
            "DELETE FROM audit_log", "UPDATE audit_log SET reason = ''", "TRUNCATE audit_log",
            "CREATE TABLE mine (a int)",
            "ALTER TABLE audit_log DISABLE TRIGGER ALL", "SET ROLE teleclaude_owner", "DROP TABLE sessions",
            "DELETE FROM tc_migrations",
        ] { #expect(throws: DatabaseError.self, "\(statement)") { try execute(statement, on: app) } }
        #expect(throws: DatabaseError.self) { try query("SELECT 'x'", on: subject.url("td", "teleclaude_owner")) }
    }

    @Test("a backup is restored into a database whose daemon has run already, and the daemon's rights stay")
    func restored() async throws {
        try await with { subject in
            let box = subject.box
            let old = try await box.startDaemon(box.daemonVariables("sqlite:\(box("old.db"))"))
            let id = try await old.start("sh", "-c", "echo one", title: "Old")
            try await old.wait(for: id, toBe: "closed")
            try await box.endSessions()
            _ = try await old.stop()
            #expect(try await box.run(.telec, ["backup", box("copy")], old.variables).code == 0)

            #expect(try await subject.install().code == 0)
            func machine(_ url: String) throws -> [String: String?] {
                try FileManager.default.createDirectory(atPath: box("fresh"), withIntermediateDirectories: true)
                return box.daemonVariables(
                    url,
                    [
                        "HOME": box("fresh"), "TELECLAUDE_SOCKET": box("fresh.sock"),
                        "TELECLAUDE_STATE_PATH": box("fresh/state"),
                    ])
            }
            let app = try machine(subject.url("td", "teleclaude"))
            let owner = try machine("\(subject.url("td", "tc"))&options=-c%20role%3Dteleclaude_owner")
            let running = try await box.startDaemon(app)
            let early = try await box.run(.telec, ["restore", box("copy"), "--json"], owner)
            #expect(early.code == 2 && early.output.contains("\"daemon_running\""), "\(early)")
            _ = try await running.stop()

            // The daemon's own role may not drop triggers, and is told so before anything is written.
            for more in [[], ["--dry-run"]] {
                let refused = try await box.run(.telec, ["restore", box("copy"), "--json"] + more, app)
                #expect(refused.code == 2 && refused.output.contains("\"forbidden\""), "\(refused)")
                // Root is not sent to root.
                #expect(refused.output.contains("TELECLAUDE_DATABASE_PASSWORD"), "\(refused)")
                #expect(geteuid() != 0 || !refused.output.contains("sudo telec"), "\(refused)")
            }
            let restore = try await box.run(.telec, ["restore", box("copy")], owner)
            #expect(restore.code == 0 && restore.output.contains("audit log: "), "\(restore)")
            #expect(try query("SELECT title FROM sessions", on: subject.url("td", "teleclaude")) == ["Old"])
            let again = try await subject.install()
            #expect(again.output == "already installed: there was nothing to do\n", "\(again)")
            let daemon = try await box.startDaemon(app)
            #expect(try await daemon.telec("transcript", id).output.contains("one"))
            #expect(try await daemon.stop().code == 0)
            let filled = try await box.run(.telec, ["restore", box("copy"), "--json"], owner)
            #expect(filled.code == 2 && filled.output.contains("it holds session_tokens, sessions"), "\(filled)")
        }
    }

    @Test("a machine whose SQLite database holds sessions is not switched to an empty one")
    func leftBehind() async throws {
        try await with { subject in
            let plain = try await subject.box.run(subject.telec, ["system", "install", "--root", subject.root])
            #expect(plain.code == 0, "\(plain)")
            let file = "\(subject.root)/var/lib/teleclaude/teleclaude.db"
            try
                "this is no database, and longer than the header of one: a file that somebody has overwritten, perhaps by mistake"
                .write(toFile: file, atomically: true, encoding: .utf8)
            expectRefusal(try await subject.install(), saying: "is not a SQLite database")
            try FileManager.default.removeItem(atPath: file)
            try execute("CREATE TABLE sessions (id TEXT)", on: "sqlite:\(file)", creating: true)
            let empty = try await subject.install("--dry-run")
            #expect(empty.code == 0, "\(empty)")
            try execute("INSERT INTO sessions VALUES ('a')", on: "sqlite:\(file)")
            expectRefusal(
                try await subject.install(),
                saying: "teleclaude.db holds 1 session, which the new database would not have",
                "telec backup")
            try FileManager.default.moveItem(atPath: file, toPath: "\(file).old")
            let run = try await subject.install()
            #expect(run.code == 0, "\(run)")
        }
    }

    @Test("what somebody else has made is refused in one sentence each, and not changed")
    func foreign() async throws {
        try await with { subject in
            try subject.server(
                """
                CREATE ROLE eve LOGIN; CREATE ROLE teleclaude LOGIN SUPERUSER; CREATE ROLE teleclaude_owner LOGIN;
                GRANT teleclaude_owner TO eve
                """)
            let roles = try await subject.install()
            #expect(roles.code == 2 && roles.output.isEmpty, "\(roles)")
            for words in [
                "the role teleclaude is SUPERUSER", "the role teleclaude_owner can log in",
                "eve may become the role teleclaude_owner", "nothing was changed",
            ] { #expect(roles.error.contains(words), "\(words) in \(roles)") }
            try subject.server(
                "REVOKE teleclaude_owner FROM eve; ALTER ROLE teleclaude NOSUPERUSER; ALTER ROLE teleclaude_owner NOLOGIN"
            )

            try subject.server("CREATE DATABASE td")
            expectRefusal(try await subject.install(), saying: "the database td belongs to tc", "ALTER DATABASE")
            try subject.server("ALTER DATABASE td OWNER TO teleclaude_owner")
            try subject.server("CREATE TABLE theirs (a int)", in: "td")
            expectRefusal(
                try await subject.install(), saying: "holds somebody else's tables: theirs", "name another one")
            try subject.server("DROP TABLE theirs", in: "td")

            expectRefusal(try await subject.install(admin: "eve"), saying: "not a superuser", "--database-admin")
            expectRefusal(try await subject.install(admin: "nobody_here"), saying: "the server does not know this user")
            let password = try await subject.box.run(
                subject.telec, ["system", "install", "--root", subject.root, "--database", "postgresql://a:FAKE@h/d"])
            #expect(password.code == 64 && !password.error.contains("FAKE"), "\(password)")
            let file = try await subject.box.run(
                subject.telec,
                [
                    "system", "install", "--root", subject.root, "--database", "sqlite:/x", "--database-admin",
                    "sqlite:/y",
                ])
            expectRefusal(file, saying: "is not a PostgreSQL database", "leave out --database")
            #expect(!FileManager.default.fileExists(atPath: "\(subject.root)/etc/teleclaude"))

            #expect(try await subject.install().code == 0)
            expectRefusal(try await subject.install(database: "other"), saying: "names another database")
            try await subject.server.stop()
            expectRefusal(try await subject.install(), saying: "can't be reached")
            try await subject.server.start()
            #expect(try await subject.install().output == "already installed: there was nothing to do\n")
        }
    }
}
