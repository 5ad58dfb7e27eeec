import Foundation
import TestSupport
import Testing

/// Tests `telec tui` on a real terminal by typing keys.
struct FullScreenTests {
    static let program = "\(Program.telec.path) tui"

    /// Starts a session with any title in a folder of its own.
    private func start(_ daemon: TestDaemon, _ title: String, in folder: String) async throws -> String {
        try FileManager.default.createDirectory(
            atPath: daemon.box(folder), withIntermediateDirectories: true)
        let run = try await daemon.telec(
            "sessions", "start", "--title", title, "--project", daemon.box(folder), "--", "sh", "-c",
            "echo welcome; while read line; do echo \"typed $line\"; done")
        #expect(run.code == 0, "\(run)")
        return run.output.trimmingCharacters(in: .newlines)
    }

    /// Tests the grouped list, the details, the help and the transcript on each size of the screen.
    @Test(arguments: [(80, 24), (132, 43), (40, 12)])
    func theListIsGroupedAndDetailsStand(columns: Int, rows: Int) async throws {
        try await withDaemon(.sqlite) { daemon in
            let first = try await start(daemon, "Naïve 日本 🙂", in: "p1")
            // The sessions are ordered by their last output.
            try await daemon.waitForTranscript(of: first, toContain: "welcome")
            let second = try await start(daemon, "Second", in: "p2")
            try await daemon.waitForTranscript(of: second, toContain: "welcome")
            try await withWindow(TerminalWindow(daemon.box, daemon.variables)) { window in
                try await window.open(Self.program, columns: columns, rows: rows)
                // Each project's rows are loaded by a request of their own.
                try await window.wait(toShow: "title   Second")
                var screen = try await window.wait(toShow: "Naïve 日本 🙂")
                let lines = screen.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                #expect(lines[0].contains("2 sessions"), "\(screen)")
                #expect(lines[1].hasPrefix(" - ") && lines[2].hasPrefix("   Second"), "\(screen)")
                #expect(lines[3].hasPrefix(" - ") && lines[4].hasPrefix("   Naïve"), "\(screen)")
                // The system has a single person, so no owner's badge is shown.
                #expect(!screen.contains("["), "\(screen)")
                screen = try await window.wait(toShow: "title   Second")
                #expect(screen.contains("state   active"), "\(screen)")
                try await window.keys("t")
                screen = try await window.wait(toShow: "welcome")
                #expect(screen.contains("Second") && !screen.contains("access logged"), "\(screen)")
                try await window.keys("Escape")
                try await window.keys("?")
                try await window.wait(toShow: "j k, arrows")
                try await window.keys("q")
                try await window.wait(toShow: "2 sessions")
                try await window.keys("q")
                screen = try await window.wait(toShow: "ended with 0")
                #expect(!screen.contains("2 sessions"))
                try await window.wait(toShow: "settled")
                #expect(try window.isAsItWasFound())
            }
        }
    }
}
