import Foundation
import TestSupport
import Testing

/// Tests `telec search` with real users and both databases.
@Suite("telec search", .enabled(if: TestUser.areWanted, TestUser.skipReason))
struct SearchCommandTests {
    private func log(_ machine: SharedMachine) throws -> [String] {
        try query(
            """
            SELECT person || ' ' || outcome || ' ' || coalesce(session_id, '-') || ' ' || coalesce(reason, '-')
            FROM audit_log WHERE action = 'search' ORDER BY seq
            """, on: machine.database)
    }

    private func found(_ machine: SharedMachine, _ user: TestUser, _ arguments: String...) async throws -> [String] {
        let run = try await machine.telec(user, ["search", "--json"] + arguments)
        #expect(run.code == 0, "\(run)")
        let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        let hits = try #require(object?["hits"] as? [[String: Any]], "\(run)")
        return hits.compactMap { ($0["session"] as? [String: Any])?["session_id"] as? String }
    }

    private func wait(_ machine: SharedMachine, _ user: TestUser, for words: String, toBeFound isFound: Bool = true)
        async throws
    {
        let deadline = ContinuousClock.now + .seconds(30)
        while try await found(machine, user, words).isEmpty == isFound {
            try #require(ContinuousClock.now < deadline, "\(words)")
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    @Test("finds what one may read, and a look at others' is on record before", arguments: Backend.available)
    func scope(_ backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let canary = MultiUserTests.canary
            let hers = try await machine.start(machine.alice, title: "Hers")
            let his = try await machine.start(machine.bob, title: "His")
            for user in [machine.alice, machine.bob] { try await wait(machine, user, for: canary) }
            #expect(try await found(machine, machine.alice, canary) == [hers])
            #expect(try await found(machine, machine.bob, canary) == [his])
            #expect(try await found(machine, machine.bob, "nowhere") == [])
            // Without a reason, an admin does not search the sessions of others, and is told so.
            let silent = try await machine.telec(machine.admin, "search", canary)
            #expect(silent.output == "nothing was found\n" && silent.code == 0, "\(silent)")
            #expect(silent.error == "sessions of others were not searched: give a reason with --reason TEXT\n")
            #expect(try await found(machine, machine.admin, canary, "--reason", " \u{200B}") == [])
            #expect(try log(machine) == [])
            let seen = try await found(machine, machine.admin, canary, "--reason", "incident 4711")
            #expect(Set(seen) == [hers, his])
            #expect(
                try Set(log(machine)) == ["Ada allowed \(hers) incident 4711", "Ada allowed \(his) incident 4711"])
            // The log gets a row for each session that is shown, and for no other.
            _ = try await found(machine, machine.admin, canary, "--owner", "Bob", "--reason", "again")
            #expect(try log(machine).count == 3 && log(machine).last == "Ada allowed \(his) again")
            _ = try await found(machine, machine.admin, canary, "--limit", "1", "--reason", "one")
            #expect(try log(machine).count == 4)
            // In a search within one session, a person who may not see the session is told that it does not exist.
            let refused = try await machine.telec(machine.admin, "search", canary, "--session", hers)
            #expect(refused.code == 64 && refused.error.contains("--reason TEXT"), "\(refused)")
            let unseen = try await machine.telec(machine.bob, "search", canary, "--session", hers, "--reason", "x")
            let unknown = try await machine.telec(
                machine.bob, "search", canary, "--session", "nobodys", "--reason", "x")
            #expect(unseen.code == 64 && unseen.error.replacing(hers, with: "nobodys") == unknown.error, "\(unseen)")
            #expect(
                try log(machine).suffix(3).map { $0.split(separator: " ")[1] } == ["refused", "refused", "refused"])
            let stranger = try await machine.telec(machine.stranger, "search", canary)
            #expect(stranger.code == 2 && stranger.output == "", "\(stranger)")
        }
    }

    @Test("what is shared is found by others, with a row of the log, until it is not", arguments: Backend.available)
    func shared(_ backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let canary = MultiUserTests.canary
            let hers = try await machine.start(machine.alice, title: "\u{202E}Hers")
            try await wait(machine, machine.alice, for: canary)
            #expect(try await machine.telec(machine.alice, "sessions", "share", hers).code == 0)
            try await wait(machine, machine.bob, for: canary)
            #expect(try log(machine) == ["Bob allowed \(hers) -"])
            let shown = try await machine.telec(machine.bob, "search", canary)
            #expect(shown.output.hasPrefix("\(hers)  [Alice] Hers\n  2") && shown.output.contains(canary), "\(shown)")
            #expect(shown.output.contains(#/\n  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC  /#), "\(shown)")
            #expect(shown.error == "" && !shown.output.contains("\u{202E}"), "\(shown)")
            #expect(try await machine.telec(machine.alice, "sessions", "unshare", hers).code == 0)
            #expect(try await found(machine, machine.bob, canary) == [])
            // She sees in the log who has searched her sessions.
            let looks = try await machine.telec(machine.alice, "audit", "list")
            #expect(looks.output.contains("search") && looks.output.contains("Bob"), "\(looks)")
        }
    }

    @Test("a read or a search that was allowed and then failed is on record as failed")
    func failure() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let canary = MultiUserTests.canary
            let hers = try await machine.start(machine.alice, title: "Hers")
            try await wait(machine, machine.alice, for: canary)
            // The index still finds the place, and its text can't be read.
            try execute("ALTER TABLE transcript_passages RENAME COLUMN body TO lost", on: machine.database)
            let search = try await machine.telec(machine.admin, "search", canary, "--reason", "incident")
            #expect(search.code == 2 && search.output.isEmpty, "\(search)")
            #expect(try log(machine) == ["Ada allowed \(hers) incident", "Ada failed \(hers) the daemon failed"])
            let follower = try machine.box.start(
                as: machine.admin, machine.client, ["transcript", hers, "--follow", "--reason", "incident"],
                machine.variables)
            try waitUntil("it is followed") { try follower.outputText().contains(canary) }
            try execute("ALTER TABLE sessions RENAME TO gone", on: machine.database)
            _ = try await follower.finish()
            let outcomes = try query(
                "SELECT outcome FROM audit_log WHERE action = 'read_transcript' ORDER BY seq", on: machine.database)
            #expect(outcomes == ["allowed", "failed"])
            try execute("ALTER TABLE gone RENAME TO sessions", on: machine.database)
        }
    }

    @Test("old text is found as said when it was, however long its recording is")
    func oldText() async throws {
        try await withSandbox { box in
            let database = "sqlite:\(box("a.db"))"
            var daemon = try await box.startDaemon(box.daemonVariables(database))
            let id = try await daemon.start("sh", "-c", "echo begin")
            try await daemon.wait(for: id, toBe: "closed")
            #expect(try await daemon.stop().code == 0)
            // A recording of many pieces, in the last of which a host was started again, and nothing of it was read.
            var lines = [#"{"version":3,"timestamp":1600000000}"#]
            lines += (0..<20_000).map { "[0.000,\"o\",\"line \($0)\\r\\n\"]" }
            lines.append("[0.000,\"m\",\"gap: the host was started again\"]")
            // What was said after that is more than one passage.
            lines += (0..<500).map { "[0.000,\"o\",\"later \($0)\\r\\n\"]" }
            lines += ["[0.000,\"o\",\"needle\\r\\n\"]", "# chunk 0", ""]
            try lines.joined(separator: "\n").write(
                toFile: "\(box.home)/.teleclaude/transcripts/\(id).cast", atomically: false, encoding: .utf8)
            for statement in [
                "DELETE FROM transcript_readings", "DELETE FROM transcript_passages",
                "UPDATE sessions SET created_at = '2020-09-13T12:26:40.000000Z'",
            ] { try execute(statement, on: database) }
            daemon = try await box.startDaemon(box.daemonVariables(database))
            var found = try await daemon.telec("search", "needle")
            let deadline = ContinuousClock.now + .seconds(60)
            while !found.output.contains(id) {
                try #require(ContinuousClock.now < deadline, "\(found)")
                try await Task.sleep(for: .milliseconds(200))
                found = try await daemon.telec("search", "needle")
            }
            let late = try await daemon.telec("search", "needle", "--since", "2021-01-01T00:00:00Z")
            #expect(late.output == "nothing was found\n", "\(late)")
            #expect(try await daemon.stop().code == 0)
        }
    }

    @Test("what can't be a search is refused with what to say")
    func refusals() async throws {
        try await withDaemon(.sqlite) { daemon in
            for (arguments, words) in [
                (["search"], "Missing expected argument"), (["search", "::"], "no word to search for"),
                (["search", "a", "--limit", "0"], "from 1 to 100"), (["search", "a", "--after", "x"], "not a place"),
                (["search", "a", "--since", "soon"], "since"), (["search", "a", "--session", ""], "session"),
                (["search", (0..<40).map { "w\($0)" }.joined(separator: " ")], "the limit is"),
                (["search", String(repeating: "x", count: 2_000)], "longer than"),
            ] {
                let run = try await daemon.box.run(.telec, arguments, daemon.variables)
                #expect(run.code == 64 && run.output == "" && run.error.contains(words), "\(arguments) \(run)")
            }
        }
    }

    @Test("a terminal shows lines that fit it, with the words in bold; without colours, or into a pipe, none are")
    func onATerminal() async throws {
        try await withDaemon(.sqlite) { daemon in
            let text = "a line that is a good deal longer than forty columns and says naïve at its end"
            let id = try await daemon.start("sh", "-c", "echo \(text)", title: "Old")
            try await daemon.wait(for: id, toBe: "closed")
            try await eventually("it is read") { try await daemon.telec("search", "Naive").output.contains(id) }
            let piped = try await daemon.telec("search", "naive")
            #expect(piped.output.contains("naïve at its end") && !piped.output.contains("\u{1B}"), "\(piped)")
            let command = "\(Program.telec.path) search NAIVE"
            for (before, isBold) in [("", true), ("NO_COLOR=1 ", false), ("TERM=dumb ", false)] {
                try await withWindow(TerminalWindow(daemon.box, daemon.variables)) { window in
                    try await window.open(before + command, columns: 48)
                    let screen = try await window.wait(toShow: "settled")
                    let line = try #require(screen.split(separator: "\n").first { $0.contains("naïve") }, "\(screen)")
                    #expect(line.count <= 48 && line.contains("…"), "\(screen)")
                    let coloured = try await window.shownWithColours()
                    #expect(coloured.contains("\u{1B}[1mnaïve\u{1B}[0m") == isBold, "\(coloured.debugDescription)")
                }
            }
        }
    }

    @Test("recordings from before are read after the start, and go with their session", arguments: Backend.available)
    func earlier(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            let id = try await daemon.start("sh", "-c", "echo long-ago; echo naïve", title: "Old")
            try await daemon.wait(for: id, toBe: "closed")
            try await box.endSessions()
            #expect(try await daemon.stop().code == 0)
            // This makes the database like a copy from before the index existed, or one that has lost the index.
            try execute("DELETE FROM transcript_passages; DELETE FROM transcript_readings", on: url)
            let next = try await box.startDaemon(box.daemonVariables(url))
            try await eventually("it is read") {
                let run = try await next.telec("search", "Naive", "ago")
                return run.output.contains("\(id)  Old\n") && run.output.contains("long-ago naïve")
            }
            #expect(try await next.telec("search", "ago", "--since", "2999-01-01").output == "nothing was found\n")
            #expect(try await next.telec("search", "ago", "--since", "1h", "--project", box.files).output.contains(id))
            #expect(try await next.telec("search", "ago", "--project", "/nowhere").output == "nothing was found\n")
            #expect(try await next.stop().code == 0)
            try execute("UPDATE sessions SET closed_at = '2026-01-02T00:00:00.000000Z'", on: url)
            let last = try await box.startDaemon(
                box.daemonVariables(url, ["TELECLAUDE__RETENTION__CLOSED_SESSIONS": "30d"]))
            try waitUntil("it went") { try query("SELECT count(*) FROM sessions", on: url) == ["0"] }
            #expect(try query("SELECT count(*) FROM transcript_passages", on: url) == ["0"])
            #expect(try query("SELECT count(*) FROM transcript_readings", on: url) == ["0"])
            #expect(try await last.telec("search", "ago").output == "nothing was found\n")
            #expect(try await last.stop().code == 0)
        }
    }
}

/// Asks repeatedly until the condition is true.
private func eventually(_ what: String, _ isSo: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try await !isSo() {
        try #require(ContinuousClock.now < deadline, "\(what)")
        try await Task.sleep(for: .milliseconds(100))
    }
}
