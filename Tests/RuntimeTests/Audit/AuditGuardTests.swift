import Dialects
import TestSupport
import Testing

@testable import TCRuntime

/// Tests objects on a table that reject a row, change it or hide it, without an error from the database.
@Suite("Something that swallows what the audit log writes")
struct AuditGuardTests {
    struct Obstacle: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var backend: Backend
        /// The object that `verify` names.
        var name: String
        var make: String
        /// The statement that removes the object; `nil` if no test removes it, because it leaves altered rows behind.
        var undo: String?

        init(_ title: String, _ backend: Backend, _ name: String, _ make: String, undo: String? = nil) {
            (testDescription, self.backend, self.name, self.make, self.undo) = (title, backend, name, make, undo)
        }

        /// Returns a PostgreSQL trigger with this body.
        static func trigger(_ title: String, _ when: String, _ body: String, undo: String? = nil) -> Obstacle {
            Obstacle(
                title, .postgresql, "the trigger swallow on audit_log",
                """
                CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \(body) END $$;
                CREATE TRIGGER swallow \(when) ON audit_log FOR EACH ROW EXECUTE FUNCTION swallow();
                """, undo: undo)
        }
    }

    static let obstacles = [
        Obstacle(
            "RAISE(IGNORE)", .sqlite, "the trigger swallow on audit_log",
            "CREATE TRIGGER swallow BEFORE INSERT ON audit_log BEGIN SELECT RAISE(IGNORE); END",
            undo: "DROP TRIGGER swallow"),
        Obstacle(
            "a row that is changed behind", .sqlite, "the trigger swallow on audit_log",
            """
            DROP TRIGGER audit_log_no_update;
            CREATE TRIGGER swallow AFTER INSERT ON audit_log
            BEGIN UPDATE audit_log SET person = 'nobody' WHERE seq = NEW.seq; END;
            """),
        Obstacle(
            "a rule that does nothing instead", .postgresql, "the rule swallow on audit_log",
            "CREATE RULE swallow AS ON INSERT TO audit_log DO INSTEAD NOTHING", undo: "DROP RULE swallow ON audit_log"),
        .trigger("RETURN NULL", "BEFORE INSERT", "RETURN NULL;", undo: "DROP TRIGGER swallow ON audit_log"),
        .trigger("another reason", "BEFORE INSERT", "NEW.reason := 'harmless'; RETURN NEW;"),
        .trigger("another spelling of a name", "BEFORE INSERT", "NEW.person := U&'A\\0301nn'; RETURN NEW;"),
        .trigger(
            "removed behind", "AFTER INSERT",
            """
            ALTER TABLE audit_log DISABLE TRIGGER audit_log_refuse;
            DELETE FROM audit_log WHERE seq = NEW.seq; RETURN NULL;
            """),
    ].filter { Backend.available.contains($0.backend) }

    @Test("nothing stands on the tables but what their migration made", arguments: Backend.available)
    func fresh(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, url in
            let connection = try connect(to: url)
            defer { connection.close() }
            let found = try connection.guards(on: ["audit_head", "audit_log"])
            let lines = found.map { "\"\(AuditGuards.key(of: $0))\": \"\(AuditGuards.digest(of: $0))\"," }
            #expect(try await log.objection() == nil, "\(lines.joined(separator: "\n"))")
        }
    }

    /// The test uses a writer that knows the end of the chain and has prepared its statements, and one that has to look it up.
    @Test("nothing is admitted, and verify names it", arguments: obstacles, [true, false])
    func swallowed(_ obstacle: Obstacle, isWarm: Bool) async throws {
        try await obstacle.backend.withAuditLog { log, url in
            if isWarm { try await log.fill(8) }
            let before = try await log.head()
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.executeScript(obstacle.make)
            for _ in 0..<3 {
                await #expect(throws: AuditUnavailable.self) {
                    _ = try await log.admit(
                        .readTranscript, by: ann, on: sessionOfBen, reason: "why"
                    ).seq
                }
            }
            #expect(try await log.objection()?.contains("\(obstacle.name) is not part of TeleClaude") == true)
            let flaw = try await log.verify().flaw
            #expect(flaw != nil)
            if flaw?.kind == .unguarded { #expect(try await log.head() == before) }
        }
    }

    @Test("what was in the way for a while is no flaw of the rows", arguments: obstacles.filter { $0.undo != nil })
    func removed(_ obstacle: Obstacle) async throws {
        try await obstacle.backend.withAuditLog { log, url in
            try await log.fill(3)
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.executeScript(obstacle.make)
            await #expect(throws: AuditUnavailable.self) { try await log.fill(1) }
            try connection.executeScript(try #require(obstacle.undo))
            try await log.fill(3)
            #expect(try await log.verify() == .intact(6, try await log.head()))
        }
    }

    @Test("a guard that is missing, altered or asleep is named", arguments: Backend.available)
    func altered(_ backend: Backend) async throws {
        let changes =
            backend == .sqlite
            ? [
                ("DROP TRIGGER audit_log_no_delete", "the trigger audit_log.audit_log_no_delete is missing"),
                (
                    """
                    DROP TRIGGER audit_log_no_update;
                    CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log WHEN NEW.uid = 0 BEGIN SELECT 1; END;
                    """, "the trigger audit_log_no_update on audit_log differs from what its migration made"
                ),
            ]
            : [
                ("DROP TRIGGER audit_log_keep ON audit_log", "the trigger audit_log.audit_log_keep is missing"),
                (
                    "ALTER TABLE audit_log DISABLE TRIGGER audit_log_refuse",
                    "the trigger audit_log_refuse on audit_log differs from what its migration made"
                ),
                (
                    """
                    CREATE OR REPLACE FUNCTION audit_head_forward() RETURNS trigger LANGUAGE plpgsql
                    AS $$ BEGIN RETURN NEW; END $$
                    """, "the trigger audit_head_forward on audit_head differs from what its migration made"
                ),
                (
                    "ALTER TABLE audit_log SET UNLOGGED",
                    "audit_log, which does not outlive a crash is not part of TeleClaude"
                ),
                (
                    "ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY",
                    "row security on audit_log is not part of TeleClaude"
                ),
                (
                    "CREATE POLICY hide ON audit_log USING (false)",
                    "the policy hide on audit_log is not part of TeleClaude"
                ),
                (
                    "CREATE TABLE more () INHERITS (audit_log)",
                    "audit_log, which is read together with more is not part of TeleClaude"
                ),
            ]
        for (change, sentence) in changes {
            try await backend.withAuditLog { log, url in
                try await log.fill(3)
                let connection = try connect(to: url)
                try connection.executeScript(change)
                connection.close()
                let flaw = try await log.verify().flaw
                #expect(
                    flaw?.kind == .unguarded && flaw?.reason.contains(sentence) == true, "\(String(describing: flaw))")
            }
        }
    }

    @Test("another spelling of the same moment is an edit: a filter looks for the text")
    func spelling() async throws {
        for spelling in ["replace(at, 'T', ' ')", "replace(at, 'Z', '+00:00')", "replace(at, 'Z', '')"] {
            try await Backend.sqlite.withAuditLog { log, url in
                try await log.fill(5)
                let connection = try connect(to: url)
                try connection.executeScript(
                    "DROP TRIGGER audit_log_no_update; UPDATE audit_log SET at = \(spelling) WHERE seq = 3")
                connection.close()
                let flaw = try await log.verify().flaw
                #expect(flaw?.kind == .edited && flaw?.seq == 3, "\(String(describing: flaw))")
            }
        }
    }

    @Test("bytes that are read as the same text are an edit", arguments: ["X'416E6EFF'", "X'416E6E00'"])
    func bytes(_ value: String) async throws {
        try await Backend.sqlite.withAuditLog { log, url in
            var odd = ann
            odd.identity.person = "Ann\0"
            try await log.record(AuditEvent(.attach, by: odd, on: sessionOfBen, outcome: .allowed))
            let connection = try connect(to: url)
            try connection.executeScript(
                "DROP TRIGGER audit_log_no_update; UPDATE audit_log SET person = CAST(\(value) AS TEXT) WHERE seq = 1")
            connection.close()
            #expect(try await log.verify().flaw?.kind == .edited)
        }
    }

    @Test(
        "a reason of blanks is none",
        arguments: ["", " ", "\t\n", "\u{A0}\u{2003}", "\u{200B}\u{FEFF}", "\u{2800}\u{3164}", "\u{0}"])
    func blank(_ reason: String) async throws {
        #expect(reason.saysNothing)
        try await Backend.sqlite.withAuditLog { log, _ in
            let entry = try await log.record(
                AuditEvent(.attach, by: ann, on: sessionOfBen, outcome: .allowed, reason: reason))
            #expect(entry.reason == nil)
        }
        for reason in ["x", " é ", "7", "?", "👍"] { #expect(!reason.saysNothing) }
    }
}
