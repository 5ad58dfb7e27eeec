import Foundation
import TestSupport
import Testing

/// Tests `telec tui` on a machine that several people share.
@Suite(.enabled(if: TestUser.areWanted, TestUser.skipReason), .serialized)
struct FullScreenUsersTests {
    /// The admin sees a session's owner and reads it with a reason. The log entry appears in the owner's window.
    @Test(arguments: [(80, 24), (132, 43), (40, 12)])
    func anAdminReadsAndItIsOnRecord(columns: Int, rows: Int) async throws {
        try await withSharedMachine(.sqlite) { machine in
            let size = Size(columns: columns, rows: rows)
            let windows = [machine.alice, machine.admin].map {
                TerminalWindow(machine.box, machine.variables, user: $0)
            }
            let program = "\(machine.client.path) tui"
            try await story(machine, size, (windows[0], program), (windows[1], program))
        }
    }

    /// Repeats the test over two real ssh connections. A lost connection leaves no process behind.
    @Test(arguments: [(80, 24), (132, 43), (40, 12)])
    func theSameOverSSH(columns: Int, rows: Int) async throws {
        try await withSharedMachine(.sqlite) { machine in
            try await machine.withSecureShell(for: [machine.alice, machine.admin]) { shell in
                let size = Size(columns: columns, rows: rows)
                let program = "\(machine.client.path) tui"
                let ways = try [machine.alice, machine.admin].map {
                    (TerminalWindow(machine.box, machine.variables), try shell.command($0, program))
                }
                try await story(machine, size, ways[0], ways[1])
                let lost = TerminalWindow(machine.box, machine.variables)
                try await lost.open(ways[0].1, columns: columns, rows: rows)
                try await lost.wait(toShow: "Hers")
                #expect(try await programs(machine) == 1)
                try await lost.close()
                let deadline = ContinuousClock.now + .seconds(30)
                while try await programs(machine) > 0 {
                    try #require(ContinuousClock.now < deadline, "telec tui outlives its connection")
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
        }
    }

    /// Returns the number of Alice's running `telec tui` processes.
    private func programs(_ machine: SharedMachine) async throws -> Int {
        let run = try await machine.box.run(
            Program(inPath: "pgrep"), ["-fx", "-u", "\(machine.alice.uid)", "\(machine.client.path) tui"], in: "/")
        return run.output.split(separator: "\n").count
    }

    private struct Size {
        var columns: Int
        var rows: Int
    }

    private func story(
        _ machine: SharedMachine, _ size: Size, _ alice: (TerminalWindow, String), _ admin: (TerminalWindow, String)
    ) async throws {
        _ = try await machine.start(machine.alice, title: "Hers")
        _ = try await machine.start(machine.bob, title: "His")
        try await withWindow(alice.0) { hers in
            try await hers.open(alice.1, columns: size.columns, rows: size.rows)
            let own = try await hers.wait(toShow: "Hers")
            #expect(!own.contains("His") && !own.contains("[Alice]"), "\(own)")
            try await hers.keys("a")
            try await hers.wait(toShow: "nobody looked at anything")
            try await withWindow(admin.0) { window in
                try await window.open(admin.1, columns: size.columns, rows: size.rows)
                try await window.wait(toShow: "[Bob] His")
                try await window.wait(toShow: "[Alice] Hers")
                try await window.keys("/")
                try await window.type("owner:Alice")
                try await window.keys("Enter")
                try await window.wait(toShow: "[Bob] His", false)
                try await window.keys("g", "j", "t")
                try await window.wait(toShow: "This is Alice's")
                #expect(try await !window.shown().contains(MultiUserTests.canary))
                try await window.type("incident 7")
                try await window.keys("Enter")
                let screen = try await window.wait(toShow: MultiUserTests.canary)
                #expect(screen.contains("Viewing [Alice]'s session: access"), "\(screen)")
                // The entry appears in her window without a key press.
                let told = try await hers.wait(toShow: "read_transcript")
                #expect(told.contains("Ada") && told.contains("incident"), "\(told)")
                try await window.keys("a")
                try await window.wait(toShow: "read_transcript")
                // A change of the window's size reaches the program at the far end as well.
                try await window.resize(100, 30)
                try await window.wait(toBeAsWideAs: 100)
                try await window.resize(size.columns, size.rows)
                for _ in 0..<3 { try await window.keys("q") }
                try await window.wait(toShow: "settled")
                if window.user == nil { #expect(try window.isAsItWasFound()) }
            }
        }
        let log = try await machine.telec(machine.admin, "audit", "list", "--json").entries()
        #expect(log.count { $0["action"] as? String == "read_transcript" } == 1)
        #expect(log.contains { $0["reason"] as? String == "incident 7" }, "\(log)")
    }

    /// A user who starts a session is told first of all that admins may read it.
    @Test func theNoticeStandsAtTheStart() async throws {
        try await withSharedMachine(.sqlite) { machine in
            try await withWindow(TerminalWindow(machine.box, machine.variables, user: machine.alice)) { window in
                try await window.open("\(machine.client.path) tui")
                try await window.wait(toShow: "no sessions")
                try await window.keys("n")
                try await window.type("Hers")
                try await window.keys("Enter", "C-u")
                try await window.type(machine.alice.home)
                try await window.keys("Enter")
                try await window.type("!sleep 1000")
                try await window.keys("Enter")
                try await window.wait(toShow: "Sessions on this system are subject to admin audit.")
                // Other keys do nothing while the notice is shown.
                try await window.keys("q", "e", "y")
                try await window.wait(toShow: "subject to admin audit")
                try await window.keys("Enter")
                try await window.wait(toShow: "subject to admin audit", false)
                try await window.wait(toShow: "+ active")
            }
        }
    }

    @Test func aStrangerIsToldSo() async throws {
        try await withSharedMachine(.sqlite) { machine in
            try await withWindow(TerminalWindow(machine.box, machine.variables, user: machine.stranger)) { window in
                try await window.open("\(machine.client.path) tui")
                try await window.wait(toShow: "this account is not in the settings")
                try await window.keys("q")
                try await window.wait(toShow: "ended with 0")
            }
        }
    }
}
