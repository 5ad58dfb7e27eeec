import Foundation
import TestSupport
import Testing

/// Tests that rights end as soon as they are withdrawn, even in the middle of a long answer.
@Suite(.enabled(if: TestUser.areWanted, TestUser.skipReason), .serialized)
struct RightsTests {
    private func tail(_ machine: SharedMachine, _ id: String, by user: TestUser) throws -> RunningProgram {
        let tail = try machine.box.start(
            as: user, machine.client, ["sessions", "tail", id, "--reason", "pairing"], machine.variables)
        try waitUntil("what there is has been read") { try tail.outputText().contains(MultiUserTests.canary) }
        return tail
    }

    private func listen(_ machine: SharedMachine, _ user: TestUser) throws -> RunningProgram {
        let listener = try machine.box.start(
            as: user, Program(inPath: "curl"),
            ["-sN", "--unix-socket", "\(machine.box.folder)/run/d.sock", "http://x/events"])
        try waitUntil("he listens") { try listener.outputText().contains("listening") }
        return listener
    }

    private func reload(_ machine: SharedMachine, until text: String = "settings were read anew: people") throws {
        let before = try machine.daemon.errorText().components(separatedBy: text).count
        machine.daemon.kill(SIGHUP)
        try waitUntil("settings are read anew") {
            try machine.daemon.errorText().components(separatedBy: text).count > before
        }
    }

    @Test(arguments: Backend.available)
    func anOpenTailEndsWhenTheSessionIsNoLongerShared(backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            #expect(try await machine.telec(machine.alice, "sessions", "share", id).code == 0)
            let (bob, alice) = (try tail(machine, id, by: machine.bob), try tail(machine, id, by: machine.alice))
            #expect(try await machine.telec(machine.alice, "sessions", "send", id, "while it is shared").code == 0)
            try waitUntil("it is followed") { try bob.outputText().contains("while it is shared") }
            #expect(try await machine.telec(machine.alice, "sessions", "unshare", id).code == 0)
            #expect(try await machine.telec(machine.alice, "sessions", "send", id, "in private").code == 0)
            let run = try await bob.finish(timeout: 15)
            #expect(run.code == 2 && !run.output.contains("in private"), "\(run)")
            let words = "error: the session is no longer shared; ask its owner to share it again\n"
            #expect(run.error.hasSuffix(words), "\(run)")
            try waitUntil("the owner reads on") { try alice.outputText().contains("in private") }
            alice.kill(SIGKILL)
            let rows = try await machine.telec(machine.admin, "audit", "list", "--person", "Bob", "--json").entries()
            #expect(
                rows.map { "\($0["action"] ?? "") \($0["outcome"] ?? "")" } == [
                    "read_transcript failed", "read_transcript allowed",
                ])
        }
    }

    @Test func whoIsRemovedOrDemotedHearsNoMore() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            #expect(try await machine.telec(machine.alice, "sessions", "share", id).code == 0)
            let tails = [try tail(machine, id, by: machine.bob), try tail(machine, id, by: machine.admin)]
            let listeners = [try listen(machine, machine.bob), try listen(machine, machine.admin)]
            let alice = try listen(machine, machine.alice)
            // The settings do not have Bob any more, and Ada, who was an admin, may not see the sessions of others.
            try await machine.settings([("Alice", machine.alice, "member"), ("Ada", machine.admin, "newcomer")])
            try reload(machine)
            for program in tails + listeners { _ = try await program.finish(timeout: 15) }
            #expect(try await machine.telec(machine.alice, "sessions", "unshare", id).code == 0)
            try waitUntil("who stays hears on") { try alice.outputText().contains(#""visibility":"private""#) }
            alice.kill(SIGKILL)
            for listener in listeners { #expect(try !listener.outputText().contains("private")) }
        }
    }

    /// The uid counts as unknown even before the daemon is told to read its settings again.
    @Test func aUidThatWasGivenToAnotherAccountIsNobody() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            #expect(try await machine.telec(machine.alice, "whoami").output.hasPrefix("Alice (member"))
            try await machine.box.remove(machine.alice)
            let eve = try await machine.box.makeUser("eve", uid: machine.alice.uid)
            let who = try await machine.telec(eve, "whoami")
            #expect(who.output.hasPrefix("nobody in the settings (public"), "\(who)")
            #expect(try await machine.telec(eve, "transcript", id).code == 2)
            #expect(try await machine.telec(machine.bob, "whoami").output.hasPrefix("Bob (member"))
            // The account gets its first name back, by which the end of the test removes it.
            _ = try await machine.box.run(
                Program(inPath: "usermod"), ["-l", machine.alice.name, eve.name], in: "/")
            #expect(try await machine.telec(machine.alice, "whoami").output.hasPrefix("Alice (member"))
        }
    }

    @Test func twoPeopleWithOneUidAreRefusedAndWhatHeldHolds() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let twin = "tctwin\(UInt32.random(in: 0...999_999))"
            let made = try await machine.box.run(
                Program(inPath: "useradd"), ["-M", "-o", "-u", String(machine.bob.uid), "-s", "/bin/sh", twin], in: "/")
            try #require(made.code == 0, "\(made)")
            let eve = TestUser(name: twin, uid: machine.bob.uid, home: machine.bob.home)
            try await machine.settings([
                ("Bob", machine.bob, "member"), ("Eve", eve, "admin"), ("Alice", machine.alice, "member"),
            ])
            try reload(machine, until: "settings were not read anew")
            #expect(try machine.daemon.errorText().contains("have the same uid"))
            #expect(try await machine.telec(machine.bob, "whoami").output.hasPrefix("Bob (member"))
            let removed = try await machine.box.run(Program(inPath: "userdel"), ["-f", twin], in: "/")
            #expect(removed.code == 0, "\(removed)")
        }
    }

    @Test(arguments: Backend.available)
    func everyRefusalIsOnRecordAndUnsharingIsWhatItIs(backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            for arguments in [
                ["transcript", "no-such-session", "--reason", "x"], ["sessions", "end", "no-such-session"],
                ["sessions", "send", id, "x"],
            ] { #expect(try await machine.telec(machine.bob, arguments).code == 64) }
            #expect(try await machine.telec(machine.stranger, "transcript", id, "--reason", "x").code == 2)
            for blank in ["", " \t", "\u{A0}\u{2003}", "\u{200B}"] {
                #expect(try await machine.telec(machine.admin, "transcript", id, "--reason", blank).code == 64)
            }
            for word in ["share", "unshare"] {
                #expect(try await machine.telec(machine.admin, "sessions", word, id).code == 0)
            }
            _ = try await machine.telec(machine.alice, "sessions", "end", id)
            #expect(try await machine.telec(machine.admin, "sessions", "send", id, "x").code == 2)
            let rows = try await machine.telec(machine.admin, "audit", "list", "--json").entries().reversed()
            #expect(
                rows.map { "\($0["person"] as? String ?? "-") \($0["action"] ?? "") \($0["outcome"] ?? "")" } == [
                    "Bob read_transcript refused", "Bob end refused", "Bob send refused", "- read_transcript refused",
                    "Ada read_transcript refused", "Ada read_transcript refused", "Ada read_transcript refused",
                    "Ada read_transcript refused", "Ada share allowed", "Ada unshare allowed", "Ada send allowed",
                    "Ada send failed",
                ])
            #expect(rows.first?["session_id"] as? String == "no-such-session")
        }
    }
}
