import TestSupport
import Testing

@Suite("help of telec and teleclauded")
struct TelecHelpTests {
    @Test(
        "the help of every command is the golden one, and has examples",
        arguments: [
            "", "whoami", "tui", "transcript", "search", "open", "sessions list", "sessions start", "sessions get",
            "sessions send",
            "sessions tail", "sessions attach", "sessions end", "sessions revive", "sessions share", "sessions unshare",
            "adopt", "doctor", "metrics", "report", "backup", "restore", "audit list", "audit verify", "audit export",
            "audit archive", "mcp", "mcp serve", "mcp install", "mcp uninstall",
        ])
    func telec(_ command: String) async throws {
        try await withSandbox { box in
            let words = command.split(separator: " ").map(String.init)
            let run = try await box.run(.telec, words + ["--help"])
            #expect(run.ending == .exit(0) && run.error.isEmpty && run.output.contains("EXAMPLES:"), "\(run)")
            expectNarrow(run.output)
            try expectGolden(run.output, "cli/\((["telec"] + words).joined(separator: "-")).txt")
        }
    }

    @Test func teleclauded() async throws {
        try await withSandbox { box in
            let run = try await box.run(.teleclauded, ["--help"])
            #expect(run.ending == .exit(0) && run.output.contains("EXAMPLES:"), "\(run)")
            expectNarrow(run.output)
            try expectGolden(run.output, "cli/teleclauded.txt")
        }
    }

    /// The help does not show commands that only programs call.
    @Test func theHostIsHidden() async throws {
        try await withSandbox { box in
            let run = try await box.run(.telec, ["--help"])
            #expect(!run.output.contains("  host") && !run.output.contains("  pane"), "\(run)")
        }
    }

    @Test func usageErrorsAre64() async throws {
        try await withSandbox { box in
            for arguments in [
                ["sesions"], ["sessions", "get"], ["sessions", "get", ""], ["--no-such"],
                ["audit", "verify", "--checkpoint", "1"],
            ] {
                let run = try await box.run(.telec, arguments)
                #expect(run.code == 64 && run.output.isEmpty, "\(run)")
            }
            let mode = try await box.run(.teleclauded, ["--migration", "perhaps"])
            #expect(mode.code == 64 && mode.error.contains("'wait', 'refuse-if-behind' or 'check'"), "\(mode)")
            let level = try await box.run(.teleclauded, ["--log-level", "loud"])
            #expect(level.code == 64 && level.error.contains("notice") && level.error.contains("critical"), "\(level)")
        }
    }
}
