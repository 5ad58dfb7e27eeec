import Dialects
import TestSupport
import Testing

/// A password that must not be printed anywhere.
private let canary = "cAnArY-7f3e"

@Suite("URLs, servers and passwords")
struct URLTests {
    @Test(
        "a URL that makes no sense is refused without being shown",
        arguments: [
            "mysql://app:\(canary)@db/app", "mongodb+srv://app:\(canary)@db/app", "postgresql:app:\(canary)@db/app",
            "postgresql://app:pass/\(canary)@db/app", "postgresql://app:\(canary)@db:port/app",
            "postgresql://app:\(canary)%zz@db/app", "postgresql://app:x@db@\(canary)/app",
            "postgresql://db/app?passwrod=\(canary)", "postgresql://db/app?password=\(canary)&\(canary)",
            "postgresql://app:\(canary)@db:99999/app", "host=db user=app password=\(canary)",
            "app:\(canary)@db/app", "sqlite://app:\(canary)@db/app", "postgresql://[\(canary)/app",
        ])
    func badURL(_ url: String) async throws {
        try await withSandbox { box in
            let before = try box.contents()
            for arguments in [
                ["status", "-d", url], ["up", "-d", url, "--verbose"], ["drift", "-d", url, "--json", "--verbose"],
                ["down", "-d", url], ["inspect", url], ["transfer", url, url, "--json"],
            ] {
                let run = try await box.run(.tcMigrate, arguments)
                expectRefusal(run, 64)
                expectNoSecret(run)
                if arguments.contains("--json") {
                    #expect(try run.document(ErrorDocument.self).error.code == "invalid_url")
                }
            }
            let variable = try await box.migrate("status", variables: ["TC_DATABASE_URL": url])
            expectRefusal(variable, 64)
            expectNoSecret(variable)
            #expect(try box.contents() == before)
        }
    }

    @Test("a URL of another kind names the kinds that there are")
    func otherKind() async throws {
        try await withSandbox { box in
            let run = try await box.migrate("up", "-d", "mysql://db/app")
            expectRefusal(run, 64, saying: "no driver for mysql://", "sqlite:PATH", "postgresql://USER@HOST/DATABASE")
            expectRefusal(try await box.migrate("up", "-d", ""), 64, saying: "empty")
        }
    }

    @Test(
        "a URL that stands where none is expected is not shown either",
        arguments: [
            ["status", "postgresql://app:\(canary)@db/app"], ["inspect", "a.db", "postgresql://app:\(canary)@db/app"],
            ["--databse", "postgresql://app:\(canary)@db/app"], ["up", "--databse=postgresql://app:\(canary)@db/app"],
            ["postgresql://app:\(canary)@db/app"], ["up", "--lock-timeout", "postgresql://app:\(canary)@db/app"],
            ["inspect", "a.db", "--format=postgresql://app:\(canary)@db/app"],
            ["down", "-x", "host=db password=\(canary)"],
        ])
    func misplacedURL(_ arguments: [String]) async throws {
        try await withSandbox { box in
            let run = try await box.run(.tcMigrate, arguments)
            #expect(run.ending == .exit(64), "\(run)")
            expectNoSecret(run)
        }
    }

    @Test(
        "a server that can't be reached",
        arguments: [
            "postgresql://app:\(canary)@127.0.0.1:1/app", "postgresql://app:\(canary)@/app?host=/nowhere",
            "postgresql://app:\(canary)@127.0.0.1:1,127.0.0.1:2/app",
        ])
    func unreachable(_ url: String) async throws {
        try await withSandbox { box in
            for command in ["up", "down", "status", "drift"] {
                let run = try await box.migrate(command, "-d", url, "--json", "--verbose")
                expectRefusal(run, saying: "can't be reached", "check that it runs")
                #expect(try run.document(ErrorDocument.self).error.code == "unreachable")
                #expect(run.error.contains("app:***@"), "\(run)")
                expectNoSecret(run)
            }
            let before = try box.contents()
            let transfer = try await box.migrate("transfer", box("missing.db"), url)
            expectRefusal(transfer)
            expectNoSecret(transfer)
            #expect(try box.contents() == before)
        }
    }

    @Test(
        "a wrong password, or none, is refused and never shown",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func wrongPassword() async throws {
        try await TestPostgreSQL.withFreshDatabase { url in
            let admin = try connect(to: url)
            defer { admin.close() }
            // The role belongs to the cluster, but an advisory lock to a database. So all tests take the lock in the same database.
            let cluster = try connect(to: TestPostgreSQL.requireURL())
            defer { cluster.close() }
            try TestPostgreSQL.makePasswordRole(on: cluster)
            let database = try admin.queryValue("SELECT current_database()::text")?.text ?? ""
            func login(_ password: String?) throws -> String {
                let plain = try TestPostgreSQL.url(["dbname": database, "user": "tc_password"])
                return "\(plain)".replacing("tc_password@", with: "tc_password\(password.map { ":" + $0 } ?? "")@")
            }
            try await withSandbox { box in
                for command in ["up", "status"] {
                    let wrong = try await box.migrate(command, "-d", try login(canary), "--json", "--verbose")
                    expectRefusal(wrong, saying: "rejects this user or password", "check both", "tc_password:***@")
                    #expect(try wrong.document(ErrorDocument.self).error.code == "authentication")
                    expectNoSecret(wrong)
                }
                let none = try await box.migrate("status", "-d", try login(nil))
                expectRefusal(none, saying: "requires a password", ".pgpass")
                let variable = try await box.migrate("status", "-d", try login(nil), variables: ["PGPASSWORD": canary])
                expectRefusal(variable, saying: "rejects this user or password")
                expectNoSecret(variable)
                let right = try await box.migrate("status", "--verbose", "-d", try login(TestPostgreSQL.rolePassword))
                #expect(right.ending == .exit(0), "\(right)")
                expectNoSecret(right)
                // This role may not create tables. The server refuses it, and the message is one sentence.
                let forbidden = try await box.migrate(
                    "up", "-d", try login(TestPostgreSQL.rolePassword), "--json", "--verbose")
                #expect(forbidden.ending == .exit(2), "\(forbidden)")
                #expect(try forbidden.document(ErrorDocument.self).error.code == "permission")
                expectNoSecret(forbidden)
                // A plan meets what the transfer would meet, before values are looked at.
                let source = try makeSource(box, "CREATE TABLE t (id INTEGER PRIMARY KEY)")
                for dry in [["--dry-run"], []] {
                    let target = try login(TestPostgreSQL.rolePassword)
                    let refused = try await box.run(.tcMigrate, ["transfer", source, target] + dry)
                    expectRefusal(
                        refused, saying: #"role "tc_password" may not create tables"#,
                        #"GRANT CREATE ON SCHEMA "public" TO "tc_password""#)
                }
            }
            #expect(try admin.queryValue("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == .integer(0))
        }
    }

    @Test(
        "a database or user that the server does not know",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func unknownNames() async throws {
        let database = "\(try TestPostgreSQL.url(["dbname": "tc_no_such_database"]))"
        let user = "\(try TestPostgreSQL.url(["user": "tc_no_such_user"]))"
        try await withSandbox { box in
            expectRefusal(try await box.migrate("up", "-d", database), saying: "no such database", "createdb")
            expectRefusal(try await box.migrate("up", "-d", user), saying: "does not know this user", "createuser")
        }
    }

    @Test("a file of services that is not there is the usage's error, as a missing service is")
    func missingServiceFile() async throws {
        try await withSandbox { box in
            let run = try await box.migrate(
                "status", "--json", "-d", "postgresql:///?service=shop",
                variables: ["PGSERVICEFILE": box("no such file")])
            #expect(run.ending == .exit(64), "\(run)")
            #expect(try run.document(ErrorDocument.self).error.code == "invalid_url")
            #expect(run.error.contains("check PGSERVICEFILE"), "\(run)")
        }
    }

    private func expectNoSecret(_ run: Run, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(!run.output.contains(canary) && !run.error.contains(canary), "\(run)", sourceLocation: sourceLocation)
    }
}
