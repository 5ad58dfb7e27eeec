import Dialects
import Foundation
import TCPOSIX
import TestSupport
import Testing

/// Tests `telec system rollback` on a database that existed before the move, of which it removes its own part. `SystemMoveTests` tests
/// rollbacks as the end of a move.
@Suite("a rollback removes its own and nothing else", .enabled(if: TestUser.areWanted, TestUser.skipReason))
struct SystemRollbackTests {
    @Test("a stranger's table, its rows and its view stay in a database that was empty before")
    func strangersTable() async throws {
        try await withMove(.postgresql) { move in
            #expect(try await move.migrate("--quiet").code == 0)
            try execute(
                """
                CREATE TABLE billing (amount int); INSERT INTO billing VALUES (1), (2);
                CREATE VIEW bills AS SELECT count(*) AS number FROM billing
                """, on: move.url)
            let back = try await move.telec("system", "rollback", "--root", move.root)
            #expect(back.code == 0 && back.output.contains("rolled back"), "\(back)")
            #expect(try tables(move.url) == ["billing"])
            #expect(try query("SELECT number::text FROM bills", on: move.url) == ["2"])
        }
    }

    /// The rollback undoes the newer migrations and waits for a table of an older one when it is killed.
    @Test("one that was killed in the middle is run again, without consent to a loss that there is not")
    func killedInTheMiddle() async throws {
        try await withMove(.postgresql) { move in
            let before = try move.rootTree()
            #expect(try await move.migrate("--quiet").code == 0)
            let victim: RunningProgram = try withTestConnection(move.url) { holder in
                try holder.begin()
                try holder.execute("LOCK TABLE notifications IN ACCESS SHARE MODE")
                let victim = try move.box.start(move.program, ["system", "rollback", "--root", move.root])
                try waitUntil("a newer migration is undone") { try !tables(move.url).contains("imports") }
                victim.kill(SIGKILL)
                try holder.rollback()
                return victim
            }
            #expect(try await victim.finish().ending == .signal(SIGKILL))
            let resumed = try await move.migrate("--resume", "--quiet")
            expectRefusal(resumed, saying: "a rollback of an earlier run did not finish")
            let back = try await move.telec("system", "rollback", "--root", move.root)
            #expect(back.code == 0 && back.output.contains("rolled back"), "\(back)")
            #expect(try tables(move.url) == [])
            #expect(try move.rootTree() == before)
        }
    }

    @Test("one that was killed after the last migration removes the ledger; what was added since needs consent")
    func killedAtTheEnd() async throws {
        try await withMove(.postgresql) { move in
            #expect(try await move.migrate("--quiet").code == 0)
            try interrupt(move)
            try execute("INSERT INTO sessions (session_id, computer_name) VALUES ('own', 'here')", on: move.url)
            let used = try await move.telec("system", "rollback", "--root", move.root)
            expectRefusal(used, saying: "sessions: 200 rows were transferred, and now there are 201", "--discard-new")
            // A service that went on after a removal that failed removes old sessions, too.
            try execute(
                """
                DELETE FROM sessions WHERE session_id IN
                (SELECT session_id FROM sessions WHERE session_id <> 'own' ORDER BY session_id LIMIT 2)
                """, on: move.url)
            let fewer = try await move.telec("system", "rollback", "--root", move.root)
            expectRefusal(
                fewer, saying: "sessions: 1 of the 199 were made or used since an earlier rollback began",
                "--discard-new")
            let down = try await move.box.migrate("down", "--to", "none", "--allow-data-loss", "-d", move.url)
            #expect(down.code == 0, "\(down)")
            #expect(try tables(move.url) == ["tc_migrations"])
            let back = try await move.telec("system", "rollback", "--root", move.root)
            #expect(back.code == 0 && back.output.contains("rolled back"), "\(back)")
            #expect(try tables(move.url) == [])
        }
    }

    @Test("one that was killed after it has removed the file does not take that for a loss")
    func killedWithoutFile() async throws {
        try await withMove(.sqlite) { move in
            let before = try move.rootTree()
            #expect(try await move.migrate("--quiet").code == 0)
            try interrupt(move)
            for ending in ["", "-wal", "-shm"] { unlink("\(move.url.dropFirst(7))\(ending)") }
            let back = try await move.telec("system", "rollback", "--root", move.root)
            #expect(back.code == 0 && back.output.contains("rolled back"), "\(back)")
            #expect(try move.rootTree() == before)
        }
    }

    /// Writes into the manifest what a rollback writes before it removes the first of the data.
    private func interrupt(_ move: Move) throws {
        let manifest = "\(move.root)/etc/teleclaude/migration/manifest.json"
        let text = try String(contentsOfFile: manifest, encoding: .utf8)
        let undoing = "\"undoing\", \"undoingSince\": \"\(Timestamp.now.text)\""
        try text.replacing("\"done\"", with: undoing).write(toFile: manifest, atomically: false, encoding: .utf8)
    }
}
