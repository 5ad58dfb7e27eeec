import Foundation
import TestSupport
import Testing

/// Tests `telec mcp install` and `uninstall` on real files.
struct MCPInstallTests {
    private static let claude =
        "{\n  \"numStartups\": 7,\n  \"mcpServers\": {\n    \"other\": {\"command\": \"x\"}\n  }\n}\n"
    private static let codex = "model = \"m\" # mine\n\n[tui]\ntheme = \"dark\"\n"

    private func write(_ box: Sandbox, _ name: String, _ text: String, mode: Int = 0o640) throws {
        let path = "\(box.home)/\(name)"
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func read(_ box: Sandbox, _ name: String) throws -> String {
        try String(contentsOfFile: "\(box.home)/\(name)", encoding: .utf8)
    }

    @Test func itComesAndGoes() async throws {
        try await withSandbox { box in
            try write(box, ".claude.json", Self.claude)
            try write(box, ".codex/config.toml", Self.codex)
            let before = try box.contents()
            let dry = try await box.run(.telec, ["mcp", "install", "--dry-run"])
            #expect(dry.code == 0 && dry.output.contains("  + [mcp_servers.teleclaude]"), "\(dry)")
            #expect(dry.error == "nothing was changed: --dry-run\n", "\(dry)")
            #expect(try box.contents() == before)

            let run = try await box.run(.telec, ["mcp", "install"])
            #expect(run.code == 0 && run.error.isEmpty && run.output == dry.output, "\(run)")
            #expect(!run.output.contains("gemini"))
            let entry =
                "\"teleclaude\": {\"type\": \"stdio\", \"command\": \"\(Program.telec.path)\", \"args\": [\"mcp\"]}"
            let other = "    \"other\": {\"command\": \"x\"}"
            #expect(try read(box, ".claude.json") == Self.claude.replacing(other, with: "\(other),\n    \(entry)"))
            #expect(
                try read(box, ".codex/config.toml") == Self.codex + """

                    [mcp_servers.teleclaude]
                    command = "\(Program.telec.path)"
                    args = ["mcp"]
                    env_vars = ["TELECLAUDE_SESSION_TOKEN", "TELECLAUDE_SOCKET"]

                    """)
            let again = try await box.run(.telec, ["mcp", "install", "--json"])
            #expect(again.code == 0 && again.output.contains("\"change\": \"none\""), "\(again)")
            let moved = try await box.run(.telec, ["mcp", "install", "--socket", "/run/x.sock", "--json"])
            #expect(moved.output.contains("\"change\": \"changed\""), "\(moved)")
            #expect(try read(box, ".claude.json").contains(#""args": ["mcp", "--socket", "/run/x.sock"]"#))

            let gone = try await box.run(.telec, ["mcp", "uninstall"])
            #expect(gone.code == 0 && gone.output.contains("  - [mcp_servers.teleclaude]"), "\(gone)")
            #expect(try box.contents() == before)
            let twice = try await box.run(.telec, ["mcp", "uninstall"])
            #expect(twice.code == 0 && twice.output.contains("stays as it is"), "\(twice)")
        }
    }

    /// What is shown is TeleClaude's entry alone: the settings around it hold the agent's secrets.
    @Test(arguments: [
        "{\"primaryApiKey\": \"hunter22\", \"a\": 1}", "{\n  \"a\": 1,\n  \"primaryApiKey\": \"hunter22\"\n}\n",
        "{\"mcpServers\": {\"x\": {\"env\": {\"K\": \"hunter22\"}}}}",
    ])
    func othersSecretsAreNotShown(text: String) async throws {
        try await withSandbox { box in
            try write(box, ".claude.json", text)
            let secretful = "[a]\nkey = \"hunter22\""
            try write(box, ".codex/config.toml", secretful)
            for command in ["install", "uninstall"] {
                for more in [["--dry-run"], ["--dry-run", "--json"], []] {
                    let run = try await box.run(.telec, ["mcp", command] + more)
                    #expect(run.code == 0 && !"\(run)".contains("hunter22"), "\(run)")
                    #expect(run.output.contains("env_vars") && !run.output.contains("***"), "\(run)")
                    #expect(run.output.contains(command == "install" ? "+ " : "- "), "\(run)")
                }
            }
            #expect(try read(box, ".claude.json") == text && read(box, ".codex/config.toml") == secretful + "\n")
        }
    }

    /// All new files are written before the first is put in its place, and nothing of them is left.
    @Test func aFolderThatCanNotBeWrittenTo() async throws {
        try await withSandbox { box in
            try write(box, ".claude.json", Self.claude)
            try write(box, ".gemini/settings.json", "{}")
            let before = try box.contents()
            // Nobody can create a file in there, not even root.
            let run = try await box.run(.telec, ["mcp", "install"], ["CODEX_HOME": "/dev/fd"])
            #expect(run.code == 2 && run.error.contains("/config.toml can't be written"), "\(run)")
            #expect(
                run.error.contains("check the folder's permissions") && !run.error.contains("name a file"), "\(run)")
            #expect(try box.contents() == before)
        }
    }

    /// A NUL ends no file: what follows it stays.
    @Test func aFileWithANul() async throws {
        try await withSandbox { box in
            let text = "# a\0b\n[a]\nb = 1\n"
            try write(box, ".codex/config.toml", text)
            #expect(try await box.run(.telec, ["mcp", "install", "--agent", "codex"]).code == 0)
            #expect(try read(box, ".codex/config.toml").hasPrefix(text + "\n[mcp_servers.teleclaude]\n"))
            #expect(try await box.run(.telec, ["mcp", "uninstall", "--agent", "codex"]).code == 0)
            #expect(try read(box, ".codex/config.toml") == text)
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(box.home)/.codex")
            #expect(names == ["config.toml"])
        }
    }

    @Test func settingsThatAreNotThereYet() async throws {
        try await withSandbox { box in
            let none = try await box.run(.telec, ["mcp", "install"])
            #expect(none.code == 64 && none.error.contains("there are no agent settings in"), "\(none)")
            let run = try await box.run(.telec, ["mcp", "install", "--agent", "gemini", "--agent", "claude"])
            #expect(run.code == 0, "\(run)")
            let facts = try FileManager.default.attributesOfItem(atPath: "\(box.home)/.gemini/settings.json")
            #expect(facts[.posixPermissions] as? Int == 0o600)
            let gone = try await box.run(.telec, ["mcp", "uninstall"])
            #expect(gone.code == 0, "\(gone)")
            #expect(!FileManager.default.fileExists(atPath: "\(box.home)/.claude.json"))
            #expect(!FileManager.default.fileExists(atPath: "\(box.home)/.gemini/settings.json"))
        }
    }

    /// The agent's own environment variable can name another folder for its settings.
    @Test func settingsInAFolderOfOnesChoice() async throws {
        try await withSandbox { box in
            let variables: [String: String?] = [
                "CODEX_HOME": "\(box.files)/codex", "CLAUDE_CONFIG_DIR": "\(box.files)/claude",
            ]
            let run = try await box.run(.telec, ["mcp", "install"], variables)
            #expect(run.code == 0, "\(run)")
            for file in ["codex/config.toml", "claude/.claude.json"] {
                #expect(try String(contentsOfFile: box(file), encoding: .utf8).contains("teleclaude"))
            }
            let gone = try await box.run(.telec, ["mcp", "uninstall"], variables)
            #expect(gone.code == 0 && !FileManager.default.fileExists(atPath: box("codex/config.toml")), "\(gone)")
        }
    }

    /// If one file can't be changed, none is. A symbolic link is followed, and stays a link.
    @Test func filesThatAreStrange() async throws {
        try await withSandbox { box in
            try write(box, ".claude.json", Self.claude)
            try write(box, ".gemini/settings.json", "{\"mcpServers\": {\"teleclaude\": {\"command\": \"node\"}}}")
            let before = try box.contents()
            let run = try await box.run(.telec, ["mcp", "install"])
            #expect(run.code == 2 && run.error.contains("a server named teleclaude is already there"), "\(run)")
            #expect(try box.contents() == before)
            let json = try await box.run(.telec, ["mcp", "install", "--json"])
            #expect(json.code == 2 && json.output.contains("\"error\""), "\(json)")
            try write(box, "dotfiles/codex.toml", Self.codex)
            try FileManager.default.createDirectory(atPath: "\(box.home)/.codex", withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(
                atPath: "\(box.home)/.codex/config.toml", withDestinationPath: "\(box.home)/dotfiles/codex.toml")
            let linked = try await box.run(.telec, ["mcp", "install", "--agent", "codex"])
            #expect(linked.code == 0, "\(linked)")
            #expect(try read(box, "dotfiles/codex.toml").contains("[mcp_servers.teleclaude]"))
            let target = try FileManager.default.destinationOfSymbolicLink(atPath: "\(box.home)/.codex/config.toml")
            #expect(target == "\(box.home)/dotfiles/codex.toml")
            for words in [
                ["mcp", "install", "--agent", "emacs"], ["mcp", "install", "--socket", "relative"], ["mcp", "perhaps"],
            ] {
                let wrong = try await box.run(.telec, words)
                #expect(wrong.code == 64 && wrong.output.isEmpty, "\(words) \(wrong)")
            }
        }
    }
}
