import Foundation
import TestSupport
import Testing

/// Tests several people on one machine: two members, an admin, and a daemon under an account of its own.
@Suite(.enabled(if: TestUser.areWanted, TestUser.skipReason), .serialized)
struct MultiUserTests {
    static let canary = "cAnArY-4b1d"

    @Test(arguments: Backend.available)
    func eachSeesWhatHeMay(backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            _ = try await machine.start(machine.bob, title: "Bob's work")
            let (alice, bob) = (try await machine.titles(machine.alice), try await machine.titles(machine.bob))
            #expect(alice == ["Alice's work"] && bob == ["Bob's work"])
            #expect(try await machine.titles(machine.admin) == ["Alice's work", "Bob's work"])
            let table = try await machine.telec(machine.admin, "sessions", "list")
            #expect(table.output.contains("[Alice] Alice's work"), "\(table)")

            for arguments in [
                ["sessions", "get", id], ["transcript", id, "--reason", "curious"], ["sessions", "send", id, "x"],
                ["sessions", "end", id], ["sessions", "share", id], ["sessions", "attach", id],
                ["sessions", "revive", id], ["sessions", "tail", id, "--reason", "curious"],
            ] {
                let run = try await machine.telec(machine.bob, arguments)
                #expect(run.code == 64 && run.error.contains("there is no session \(id)"), "\(arguments) \(run)")
                #expect(!"\(run)".contains(Self.canary))
            }
            let log = try await machine.telec(machine.admin, "audit", "list", "--outcome", "refused", "--json")
                .entries()
            let attempts = log.filter { $0["session_id"] as? String == id }.compactMap { $0["action"] as? String }
            #expect(
                Set(attempts) == ["attach", "end", "read_transcript", "revive", "send", "share"], "\(log)")
            let own = try await machine.telec(machine.alice, "transcript", id)
            #expect(own.output.contains(Self.canary) && own.error.isEmpty, "\(own)")
        }
    }

    /// A person who may not see a session gets the same answer from each route as for an id that does not exist. The log has the attempt.
    @Test(arguments: Backend.available)
    func whatOneMayNotSeeDoesNotExist(backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            let none = "00000000-0000-4000-8000-000000000000"
            func answer(_ user: TestUser, _ id: String, _ route: [String]) async throws -> String {
                let url = "http://x/sessions/\(id)\(route[0])"
                let run = try await machine.box.run(
                    as: user, try Program(inPath: "curl"),
                    ["-sS", "-D", "-", "--unix-socket", "\(machine.box.folder)/run/d.sock", url] + route.dropFirst())
                let lines = run.output.split(whereSeparator: \.isNewline)
                    .filter { !$0.lowercased().hasPrefix("date:") }
                return lines.joined(separator: "\n").replacing(id, with: "ID")
            }
            let json = ["-H", "content-type: application/json", "-d"]
            let routes = [
                [""], ["/transcript?reason=curious"], ["/transcript?follow=1"], ["/end", "-X", "POST"],
                ["/attach", "-X", "POST"], ["/revive", "-X", "POST"], ["/host", "-X", "POST"],
                ["/messages"] + json + [#"{"text":"x"}"#], ["/visibility"] + json + [#"{"visibility":"shared"}"#],
            ]
            for route in routes {
                let (hidden, unknown) = (
                    try await answer(machine.bob, id, route), try await answer(machine.bob, none, route)
                )
                #expect(hidden == unknown && hidden.hasPrefix("HTTP/1.1 404"), "\(route)\n\(hidden)\n\(unknown)")
            }
            // Strangers are refused before any session is looked up.
            let (hidden, unknown) = (
                try await answer(machine.stranger, id, [""]), try await answer(machine.stranger, none, [""])
            )
            #expect(hidden == unknown && hidden.hasPrefix("HTTP/1.1 403"), "\(hidden)")
            let log = try await machine.telec(machine.admin, "audit", "list", "--outcome", "refused", "--json")
                .entries()
            for session in [id, none] {
                let actions = log.filter { $0["session_id"] as? String == session }.compactMap {
                    $0["action"] as? String
                }
                #expect(
                    actions.sorted() == [
                        "attach", "end", "read_transcript", "read_transcript", "revive", "send", "share",
                    ], "\(log)")
            }
        }
    }

    /// `su` leaves HOME as it is. What helps then is one's own home, and no right to somebody else's.
    @Test func anotherAccountsHomeIsNotAskedFor() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let variables = machine.variables.merging(["HOME": machine.alice.home]) { $1 }
            let run = try await machine.box.run(
                as: machine.bob, machine.client, ["sessions", "start", "--title", "x", "--", "true"], variables)
            #expect(
                run.code != 0 && run.error.contains("\(machine.alice.home): HOME is not yours")
                    && run.error.contains("set HOME to your own home"), "\(run)")
        }
    }

    /// A terminal belongs to its owner's account, so an admin can't be in it, and the log does not say that he was.
    @Test func nobodyElseOpensATerminal() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            let run = try await machine.telec(machine.admin, "sessions", "attach", id)
            #expect(
                run.code == 2
                    && run.error.contains("a terminal is opened by its owner's own processes; telec transcript"),
                "\(run)")
            let entries = try await machine.telec(machine.alice, "audit", "list", "--json").entries()
            #expect(entries.map { "\($0["action"] ?? "") \($0["outcome"] ?? "")" } == ["attach refused"], "\(entries)")
        }
    }

    /// Somebody whom the settings do not know is refused whatever he names; the owner of what he names hears of it.
    @Test func theOwnerHearsOfAStranger() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            let run = try await machine.telec(machine.stranger, "transcript", id, "--reason", "spy")
            #expect(run.code == 2 && run.error.contains("this account is not in the settings"), "\(run)")
            // What would be refused, too, is not advised.
            let attach = try await machine.telec(machine.stranger, "sessions", "attach", id)
            #expect(attach.code == 2 && !attach.error.contains("telec transcript"), "\(attach)")
            let entries = try await machine.telec(machine.alice, "audit", "list", "--session", id, "--json").entries()
            let attempts = entries.map { "\($0["uid"] ?? "") \($0["action"] ?? "") \($0["outcome"] ?? "")" }
            #expect(
                attempts.sorted() == ["attach", "read_transcript"].map { "\(machine.stranger.uid) \($0) refused" },
                "\(entries)")
            #expect(try await machine.telec(machine.bob, "audit", "list", "--json").entries().isEmpty)
        }
    }

    @Test(arguments: Backend.available)
    func whoLooksIsOnRecord(backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            let silent = try await machine.telec(machine.admin, "transcript", id)
            #expect(
                silent.code == 64 && silent.error.contains("requires a reason") && silent.output.isEmpty, "\(silent)")
            #expect(!silent.error.contains("Viewing"), "\(silent)")
            let read = try await machine.telec(machine.admin, "transcript", id, "--reason", "incident 7")
            #expect(read.output.contains(Self.canary), "\(read)")
            #expect(read.error.contains("Viewing [Alice]'s session: access logged"))
            _ = try await machine.telec(machine.bob, "transcript", id, "--reason", "curious")

            let log = try await machine.telec(machine.admin, "audit", "list", "--json")
            let entries = try log.entries()
            #expect(
                entries.map { "\($0["person"] ?? "") \($0["action"] ?? "") \($0["outcome"] ?? "")" } == [
                    "Bob read_transcript refused", "Ada read_transcript allowed", "Ada read_transcript refused",
                ])
            #expect(entries[1]["reason"] as? String == "incident 7")
            // Owners see who looked at their sessions, and nobody else does.
            #expect(try await machine.telec(machine.alice, "audit", "list", "--json").entries().count == 3)
            #expect(try await machine.telec(machine.bob, "audit", "list", "--json").entries().isEmpty)
            for arguments in [["audit", "verify"], ["audit", "export"], ["audit", "archive"]] {
                let refused = try await machine.telec(machine.alice, arguments)
                #expect(refused.code == 2 && refused.error.contains("is not allowed"), "\(refused)")
            }
            let verdict = try await machine.telec(machine.admin, "audit", "verify")
            // The attempt to archive the log is on record too.
            #expect(verdict.code == 0 && verdict.output.hasPrefix("intact: 4 rows from row 1 on, "), "\(verdict)")
            #expect(!log.output.contains(Self.canary))

            let archive = try await machine.telec(machine.admin, "audit", "archive", "--reason", "2026 is over")
            let checkpoint = try #require(verdict.output.split(separator: " ").last)
            #expect(archive.code == 0 && archive.output.split(separator: "\n").count == 4, "\(archive)")
            #expect(archive.error == "a new chain begins with entry 5\ncheckpoint \(checkpoint)", "\(archive)")
            let longer = try await machine.telec(machine.admin, "audit", "export", "--after", "4")
            #expect(longer.output.contains("new_chain") && longer.error.hasPrefix("checkpoint 5:"), "\(longer)")
        }
    }

    @Test(arguments: Backend.available)
    func sharingOpensASession(backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            #expect(try await machine.telec(machine.alice, "sessions", "share", id).code == 0)
            #expect(try await machine.titles(machine.bob) == ["Alice's work"])
            let read = try await machine.telec(machine.bob, "transcript", id, "--reason", "pairing")
            #expect(read.code == 0 && read.output.contains(Self.canary), "\(read)")
            #expect(try await machine.telec(machine.bob, "sessions", "send", id, "from bob").code == 0)
            #expect(try await machine.telec(machine.bob, "sessions", "end", id).code == 2)
            #expect(try await machine.telec(machine.alice, "sessions", "unshare", id).code == 0)
            #expect(try await machine.telec(machine.bob, "transcript", id, "--reason", "pairing").code == 64)
            let actions = try await machine.telec(machine.alice, "audit", "list", "--json").entries()
                .map { "\($0["action"] ?? "") \($0["outcome"] ?? "")" }
            #expect(actions == ["read_transcript refused", "end refused", "send allowed", "read_transcript allowed"])
        }
    }

    /// The text of a session is in its transcript and nowhere else: in no event, error, search result or metadata of any user.
    /// (Each of these tests checks at its end that the daemon's log does not have it.)
    @Test(arguments: Backend.available)
    func aCanaryStaysInItsTranscript(backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let curl = try Program(inPath: "curl")
            let listeners = try [machine.bob, machine.admin].map { user in
                try machine.box.start(
                    as: user, curl, ["-sN", "--unix-socket", "\(machine.box.folder)/run/d.sock", "http://x/events"])
            }
            try waitUntil("they listen") { try listeners.allSatisfy { try $0.outputText().contains("listening") } }
            let id = try await machine.start(machine.alice, title: "Alice's work")
            _ = try await machine.telec(machine.alice, "sessions", "share", id)
            _ = try await machine.telec(machine.alice, "sessions", "unshare", id)
            var seen: [Run] = []
            for user in [machine.bob, machine.admin, machine.stranger] {
                for arguments in [
                    ["sessions", "list", "--json"], ["sessions", "get", id, "--json"], ["transcript", id],
                    ["sessions", "list", "--text", "AnArY"], ["audit", "list", "--json"], ["audit", "export"],
                    ["sessions", "send", "none", Self.canary.lowercased()], ["whoami", "--json"],
                ] { seen.append(try await machine.telec(user, arguments)) }
            }
            #expect(seen.allSatisfy { !"\($0)".contains(Self.canary) })
            try waitUntil("the admin is told") { try listeners[1].outputText().contains("Alice's work") }
            let (bob, admin) = (try listeners[0].outputText(), try listeners[1].outputText())
            for listener in listeners { listener.kill(SIGKILL) }
            #expect(!admin.contains(Self.canary) && !admin.contains("tcs_"), "\(admin)")
            // A member gets events about another person's session only while it is shared.
            #expect(!bob.contains("session_started") && bob.contains(#""visibility":"shared""#), "\(bob)")
        }
    }

    /// Data that the daemon refuses can't be got in another way either: by files, tmux, /proc, or arguments.
    @Test func nothingLeaksBesideTheSocket() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            let tail = try machine.box.start(
                as: machine.alice, machine.client, ["sessions", "tail", id], machine.variables)
            try waitUntil("somebody follows") { try tail.outputText().contains(Self.canary) }
            defer { tail.kill(SIGKILL) }
            let spy = """
                cat \(machine.state)/transcripts/* \(machine.state)/*.db \(machine.alice.home)/.teleclaude/hosts/*/*;
                for s in \(machine.alice.home)/.teleclaude/tmux/*; do tmux -S $s capture-pane -p; done;
                for p in $(ps -o pid= -u \(machine.alice.name)); do cat /proc/$p/environ; ls -l /proc/$p/fd; done;
                ps axww -o args
                """
            let seen = try await machine.box.run(as: machine.bob, Program(path: "/bin/sh"), ["-c", spy])
            #expect(!seen.output.contains(Self.canary), "\(seen)")
            #expect(!seen.output.contains("tcs_"))
            // The list of processes shows the host, the pane, tmux and the follower, but not the session to which they belong.
            for part in [" host ", " pane ", " tail ", "new-session"] { #expect(seen.output.contains(part), "\(seen)") }
            #expect(!seen.output.contains(id), "\(seen)")
            for refusal in ["Permission denied"] { #expect(seen.error.contains(refusal)) }
        }
    }

    @Test func aTokenIsWorthNothingElsewhere() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            let environ = try await machine.box.run(
                Program(path: "/bin/sh"),
                ["-c", "cat /proc/$(cat \(machine.alice.home)/.teleclaude/hosts/\(id)/pid)/environ | tr '\\0' '\\n'"],
                in: "/")
            let line = try #require(environ.output.split(separator: "\n").first { $0.contains("SESSION_TOKEN=") })
            let token = String(line.split(separator: "=")[1])
            let variables = machine.variables.merging(["TELECLAUDE_SESSION_TOKEN": token]) { _, new in new }
            let own = try await machine.box.run(as: machine.alice, machine.client, ["whoami", "--json"], variables)
            #expect(own.output.contains(#""session_id":"\#(id)""#), "\(own)")
            for thief in [machine.bob, machine.admin] {
                let run = try await machine.box.run(as: thief, machine.client, ["whoami"], variables)
                #expect(run.code == 2 && run.error.contains("not valid here"), "\(run)")
            }
            _ = try await machine.telec(machine.alice, "sessions", "end", id)
            let late = try await machine.box.run(as: machine.alice, machine.client, ["whoami"], variables)
            #expect(late.code == 2 && late.error.contains("not valid here"), "\(late)")
        }
    }

    /// The daemon takes root inside a user namespace for the user that it is outside.
    @Test(.enabled(if: TestUser.mayNest, "user namespaces are forbidden on this machine, as in most containers"))
    func theKernelSaysWhoCalls() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let root = try await machine.box.run(
                as: machine.bob, Program(inPath: "unshare"),
                ["--user", "--map-root-user", machine.client.path, "whoami"],
                machine.variables)
            #expect(root.output.hasPrefix("Bob (member"), "\(root)")
        }
    }

    /// The daemon takes a caller behind a proxy for the owner of the proxy.
    @Test func aProxyIsItsOwner() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let proxy = """
                import socket, threading
                s = socket.socket(socket.AF_UNIX); s.bind("\(machine.bob.home)/p.sock"); s.listen()
                import os; os.chmod("\(machine.bob.home)", 0o755); os.chmod("\(machine.bob.home)/p.sock", 0o777)
                while True:
                    a, _ = s.accept(); b = socket.socket(socket.AF_UNIX); b.connect("\(machine.box.folder)/run/d.sock")
                    def pipe(x, y):
                        while (d := x.recv(65536)): y.sendall(d)
                        y.shutdown(socket.SHUT_WR)
                    threading.Thread(target=pipe, args=(a, b)).start(); threading.Thread(target=pipe, args=(b, a)).start()
                """
            // The system's Python is used, because other users can't access one in a developer's home.
            let python = Program(path: "/usr/bin/python3")
            let process = try machine.box.start(
                as: machine.bob, Program(path: "/usr/bin/env"), [python.path, "-c", proxy])
            try waitUntil("the proxy listens") { FileManager.default.fileExists(atPath: "\(machine.bob.home)/p.sock") }
            let through = try await machine.box.run(
                as: machine.admin, machine.client, ["whoami", "--socket", "\(machine.bob.home)/p.sock"],
                machine.variables)
            process.kill(SIGKILL)
            #expect(through.output.hasPrefix("Bob (member"), "\(through)")
        }
    }

    /// The idle connections of one user do not keep others out.
    @Test func idleConnectionsAreTheirOwnersProblem() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let hoard = """
                import socket, time
                held = []
                for _ in range(1000):
                    s = socket.socket(socket.AF_UNIX); s.connect("\(machine.box.folder)/run/d.sock"); held.append(s)
                open("\(machine.bob.home)/held", "w"); time.sleep(1000)
                """
            let process = try machine.box.start(as: machine.bob, Program(path: "/usr/bin/python3"), ["-c", hoard])
            try waitUntil("1,000 connections are open") {
                FileManager.default.fileExists(atPath: "\(machine.bob.home)/held")
            }
            let own = try await machine.telec(machine.bob, "whoami")
            #expect(own.code == 2 && own.error.contains("too many connections"), "\(own)")
            let other = try await machine.telec(machine.alice, "whoami")
            #expect(other.output.hasPrefix("Alice (member"), "\(other)")
            process.kill(SIGKILL)
        }
    }

    @Test func strangersMayAskWhoTheyAre() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let who = try await machine.telec(machine.stranger, "whoami")
            #expect(who.output.hasPrefix("nobody in the settings (public"), "\(who)")
            for arguments in [["sessions", "list"], ["audit", "list"], ["sessions", "get", "x"]] {
                let run = try await machine.telec(machine.stranger, arguments)
                #expect(run.code == 2 && run.error.contains("this account is not in the settings"), "\(run)")
            }
            // Root is not known either, unless the settings give a person that account.
            let root = try await machine.box.run(machine.client, ["whoami"], machine.variables, in: "/")
            #expect(root.output.contains("(public, uid 0)"), "\(root)")
        }
    }

    /// Settings without people are valid, and may be a file that was emptied by mistake.
    @Test func settingsWithoutPeopleAreRemarkedOn() async throws {
        try await withSharedMachine(.sqlite) { machine in
            try await machine.settings([])
            machine.daemon.kill(SIGHUP)
            try waitUntil("the log says so") {
                try machine.daemon.errorText().contains("no people are left in the settings")
            }
        }
    }

    /// A user who is given another user's former uid does not get that user's sessions.
    @Test(arguments: Backend.available)
    func aRecycledUidInheritsNothing(backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            try await machine.settings([("Zoe", machine.alice, "member"), ("Ada", machine.admin, "admin")])
            machine.daemon.kill(SIGHUP)
            try waitUntil("settings are read anew") {
                try machine.daemon.errorText().contains("settings were read anew")
            }
            #expect(try await machine.telec(machine.alice, "whoami").output.hasPrefix("Zoe (member"))
            #expect(try await machine.titles(machine.alice).isEmpty)
            let read = try await machine.telec(machine.alice, "transcript", id, "--reason", "mine?")
            #expect(read.code == 64 && read.error.contains("there is no session"), "\(read)")
            #expect(try await machine.titles(machine.admin) == ["Alice's work"])
            let admin = try await machine.telec(machine.admin, "transcript", id, "--reason", "orphan")
            #expect(admin.output.contains(Self.canary), "\(admin)")
        }
    }
}

extension Run {
    /// Returns the entries of an audit document.
    func entries() throws -> [[String: Any]] {
        let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
        return try #require(object?["entries"] as? [[String: Any]], "\(self)")
    }
}
