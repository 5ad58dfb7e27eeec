import Foundation
import TestSupport
import Testing

/// Runs docs/first-day.md from top to bottom exactly as the page has it.
@Suite("docs/first-day.md")
struct FirstDayPageTests {
    /// The commands that need a machine with a running systemd. `ci/soak systemd` and `ci/soak packages` test them.
    private static let elsewhere = [
        "sudo apt install ./teleclaude_0.1.0-1_amd64.deb", "sudo systemctl reload teleclauded",
    ]

    private static func blocks(_ language: String) throws -> [String] {
        try TestSources.text(of: "docs/first-day.md").components(separatedBy: "```\(language)\n").dropFirst()
            .map { $0.components(separatedBy: "```")[0] }
    }

    /// Returns the page's commands, one per line, without the nightly script, which is a program of its own.
    private static func commands() throws -> [String] {
        try blocks("sh").filter { !$0.hasPrefix("#!") }.flatMap { $0.split(separator: "\n").map(String.init) }
    }

    @Test("what it installs in step 1 is all there, and gone with step 7", .enabled(if: geteuid() == 0, "needs root"))
    func installation() async throws {
        let lines = try Self.commands().filter { $0.contains("telec system") }
        #expect(lines.count == 5)
        try await withSandbox { box in
            try box.write("root/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
            try box.write("root/etc/group", "root:x:0:\n")
            for name in ["teleclauded", "tc-migrate"] {
                try await box.writeProgram("programs/\(name)", "#!/bin/sh\necho 0.1.0\n")
            }
            let copied = try await box.run(
                Program(inPath: "install"), ["-m", "755", Program.telec.path, box("programs/telec")])
            try #require(copied.code == 0, "\(copied)")
            for line in lines {
                let words = line.split(separator: " ").dropFirst(2).map(String.init)
                let run = try await box.run(Program(path: box("programs/telec")), words + ["--root", box("root")])
                #expect(run.code == 0, "\(line): \(run)")
            }
            let left = try await box.run(.telec, ["system", "status", "--root", box("root")])
            #expect(left.code == 1, "\(left)")
        }
    }

    @Test("every other command works, in its order, and the nightly backup twice")
    func days() async throws {
        let lines = try Self.commands().filter { !$0.contains("telec system") }
        #expect(lines.count >= 13)
        let nightly = try #require(try Self.blocks("sh").first { $0.hasPrefix("#!") })
        let own = lines.filter { !Self.elsewhere.contains($0) }.map { line in
            // A machine with data refuses to restore a backup, as the page says.
            line.contains("telec restore") ? "\(line) && exit 9 || test $? = 2" : line
        }
        try await withDaemon(.sqlite) { daemon in
            let backups = daemon.box("backups")
            try FileManager.default.createDirectory(atPath: backups, withIntermediateDirectories: false)
            let folder = "\(backups)/teleclaude"
            // The user who runs the test stands for root and for the daemon's user, so no account is created.
            let begin = """
                cd; sudo() { if [ "$1" = -u ]; then shift 2; fi; "$@"; }
                runuser() { shift 3; "$@"; }; install() { mkdir -p "${@: -1}"; }

                """
            let nights =
                "mkdir '\(folder)/2001-01-01'; touch -d 2001-01-01 '\(folder)/2001-01-01'\n\(nightly)\n"
                + "test ! -e '\(folder)/2001-01-01'; rm -r '\(folder)'/20*\n\(nightly)"
            let script = (begin + own.joined(separator: "\n") + "\n" + nights)
                .replacing("/var/backups", with: backups)
                // The session's output is recorded before the next command reads it.
                .replacing(
                    "telec sessions list\n",
                    with:
                        "until telec transcript 'First try' | grep -q works; do sleep 0.1; done\ntelec sessions list\n")
            let programs = URL(fileURLWithPath: Program.telec.path).deletingLastPathComponent().path
            let path: [String: String?] = ["PATH": programs + ":" + (environment("PATH") ?? "/usr/bin:/bin")]
            let run = try await daemon.box.run(
                Program(inPath: "bash"), ["-euc", script], daemon.variables.merging(path) { $1 })
            #expect(run.code == 0, "\(run)")
            #expect(run.output.contains("(admin, uid") && run.output.contains("it works"), "\(run)")
            let kept = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(kept.count == 2 && kept.contains("first"), "\(kept)")
        }
    }

    @Test("the settings that it shows load, with the people and roles that it names")
    func settings() async throws {
        let yaml = try #require(try Self.blocks("yaml").first)
        try await withSandbox { box in
            try box.write("config.yml", "mode: single-user\n" + yaml)
            let run = try await box.run(
                .telec, ["config", "show", "--json"], ["TELECLAUDE_CONFIG_PATH": box("config.yml")])
            #expect(run.code == 0, "\(run)")
            for word in ["ada@example.org", "\"admin\"", "bob"] { #expect(run.output.contains(word), "\(run)") }
        }
    }
}
