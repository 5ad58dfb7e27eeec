import Foundation
import TestSupport
import Testing

@Suite("telec system")
struct SystemCommandTests {
    private static let needsRoot: Comment = "owners can be set by root only: run ci/test as root"

    @Test(
        "the help of every command is the golden one, and has examples",
        arguments: ["", "install", "uninstall", "status", "migrate", "rollback"])
    func help(_ command: String) async throws {
        try await withSandbox { box in
            let run = try await box.run(.telec, ["system"] + (command.isEmpty ? [] : [command]) + ["--help"])
            #expect(run.ending == .exit(0) && run.error.isEmpty && run.output.contains("EXAMPLES:"), "\(run)")
            expectNarrow(run.output)
            try expectGolden(run.output, "cli/telec-system\(command.isEmpty ? "" : "-\(command)").txt")
        }
    }

    /// Makes a root with accounts, and `telec` in a folder with two small programs beside it.
    private func withRoot(_ body: (Sandbox, _ telec: Program, _ root: String) async throws -> Void) async throws {
        try await withSandbox { box in
            try box.write("root/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
            try box.write("root/etc/group", "root:x:0:\n")
            try await box.writeProgram("programs/teleclauded", "#!/bin/sh\necho 0.1.0\n")
            try await box.writeProgram("programs/tc-migrate", "#!/bin/sh\necho 0.1.0\n")
            let copy = box("programs/telec")
            let copied = try await box.run(Program(inPath: "install"), ["-m", "755", Program.telec.path, copy])
            try #require(copied.code == 0, "\(copied)")
            try await body(box, Program(path: copy), box("root"))
        }
    }

    @Test(
        "a dry run says what a run then does, and changes nothing; the next run does nothing",
        .enabled(if: geteuid() == 0, needsRoot))
    func dryRun() async throws {
        try await withRoot { box, telec, root in
            let before = try box.contents()
            let arguments = ["system", "install", "--root", root]
            let dry = try await box.run(telec, arguments + ["--dry-run"])
            #expect(dry.ending == .exit(0) && dry.error.isEmpty, "\(dry)")
            #expect(try box.contents() == before)
            let run = try await box.run(telec, arguments)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(steps(run.output) == steps(dry.output))
            // This root has no shell, so the daemon can't be run in it, and the message says so.
            #expect(
                run.error.contains("/usr/local/bin/teleclauded --version, run as teleclaude, ended with 127"), "\(run)")
            try expectContents(of: dry.output, in: root)
            let after = try box.contents()
            let again = try await box.run(telec, arguments)
            #expect(
                again.ending == .exit(0) && again.output == "already installed: there was nothing to do\n", "\(again)")
            #expect(try box.contents() == after)
            let status = try await box.run(telec, ["system", "status", "--root", root])
            #expect(status.ending == .exit(0) && status.output == "installed correctly\n", "\(status)")
        }
    }

    /// Returns the lines with steps, without the contents of files and without the last line, which is the verdict.
    private func steps(_ output: String) -> [Substring] {
        output.split(separator: "\n").filter { !$0.hasPrefix("    ") }.dropLast()
    }

    /// Expects that each file has the contents that the dry run has shown.
    private func expectContents(of output: String, in root: String) throws {
        var (path, lines) = (String?.none, [Substring: [Substring]]())
        for line in output.split(separator: "\n") {
            if line.hasPrefix("    + ") {
                lines[Substring(path ?? ""), default: []].append(line.dropFirst(6))
            } else {
                path = line.hasPrefix("write ") ? String(line.split(separator: " ")[1]) : nil
            }
        }
        #expect(lines.count == 8, "\(lines.keys)")
        for (path, lines) in lines {
            let text = try String(contentsOfFile: root + path, encoding: .utf8)
            #expect(text == lines.joined(separator: "\n") + "\n", "\(path)")
        }
    }

    @Test("status, uninstall and purge, as documents", .enabled(if: geteuid() == 0, needsRoot))
    func documents() async throws {
        try await withRoot { box, telec, root in
            let before = try box.contents()
            let none = try await box.run(telec, ["system", "status", "--root", root, "--json"])
            #expect(none.ending == .exit(1) && none.error.isEmpty, "\(none)")
            #expect(none.output.contains("\"kind\": \"missing\"") && none.output.contains("\"ok\": false"), "\(none)")
            let install = try await box.run(telec, ["system", "install", "--root", root, "--json"])
            #expect(install.ending == .exit(0) && install.error.isEmpty, "\(install)")
            let object = try JSONSerialization.jsonObject(with: Data(install.output.utf8)) as? [String: Any]
            #expect(object?["version"] as? Int == 1 && (object?["steps"] as? [Any])?.isEmpty == false, "\(install)")
            let unsaid = try await box.run(telec, ["system", "uninstall", "--purge", "--root", root, "--json"])
            #expect(unsaid.ending == .exit(2) && unsaid.output.contains("\"not_confirmed\""), "\(unsaid)")
            let dry = try await box.run(telec, ["system", "uninstall", "--purge", "--dry-run", "--root", root])
            #expect(dry.ending == .exit(0), "\(dry)")
            let purge = try await box.run(telec, ["system", "uninstall", "--purge", "--yes", "--root", root])
            #expect(purge.ending == .exit(0) && purge.output.hasSuffix("purged\n"), "\(purge)")
            #expect(steps(purge.output) == steps(dry.output))
            #expect(try box.contents() == before)
        }
    }

    @Test("what is in the way is refused, with one sentence each", .enabled(if: geteuid() == 0, needsRoot))
    func refusal() async throws {
        try await withRoot { box, telec, root in
            try box.write("root/etc/systemd/system/teleclauded.service", "[Service]\nExecStart=/opt/other\n")
            let before = try box.contents()
            let run = try await box.run(telec, ["system", "install", "--root", root, "--json"])
            #expect(run.ending == .exit(2) && run.output.contains("\"code\": \"in_the_way\""), "\(run)")
            #expect(
                run.error == """
                    error: /etc/systemd/system/teleclauded.service already exists, and was not written by an installation; \
                    check it, and move it away

                    """, "\(run)")
            #expect(try box.contents() == before)
        }
    }

    @Test(
        "no program is replaced while the daemon would refuse the settings", .enabled(if: geteuid() == 0, needsRoot))
    func upgradeOverWrongSettings() async throws {
        try await withRoot { box, telec, root in
            let install = try await box.run(telec, ["system", "install", "--root", root])
            try #require(install.ending == .exit(0), "\(install)")
            let config = try String(contentsOfFile: "\(root)/etc/teleclaude/config.yml", encoding: .utf8)
            let wrong = config + "database:\n  dbnam: td\n"
            try wrong.write(toFile: "\(root)/etc/teleclaude/config.yml", atomically: false, encoding: .utf8)
            try await box.writeProgram("programs/teleclauded", "#!/bin/sh\necho 0.2.0\n")
            let before = try box.contents()
            let line = config.split(separator: "\n", omittingEmptySubsequences: false).count + 1
            let words = "config.yml:\(line): database.dbnam is not a known key; did you mean database.dbname?"
            for more in [["--upgrade"], ["--dry-run"], []] {
                let run = try await box.run(telec, ["system", "install", "--root", root] + more)
                #expect(run.ending == .exit(2) && run.output.isEmpty, "\(more) \(run)")
                #expect(run.error.contains(words), "\(more) \(run)")
                #expect(try box.contents() == before, "\(more)")
            }
            try config.write(toFile: "\(root)/etc/teleclaude/config.yml", atomically: false, encoding: .utf8)
            let upgrade = try await box.run(telec, ["system", "install", "--root", root, "--upgrade"])
            #expect(upgrade.ending == .exit(0) && upgrade.output.hasSuffix("\ninstalled\n"), "\(upgrade)")
            let program = try String(contentsOfFile: "\(root)/usr/local/bin/teleclauded", encoding: .utf8)
            #expect(program.contains("0.2.0"))
        }
    }

    @Test(
        "a full disk: status names what is missing, and with room the next run completes it",
        .enabled(if: FullDiskTests.canMount, "only root may mount a small disk"))
    func fullDisk() async throws {
        try await withRoot { box, telec, root in
            // The disk disappears with its last process, so the script itself checks everything.
            let script = """
                mount -t tmpfs -o size=64k,mode=755 tmpfs "$1" && mkdir "$1/etc" || exit 99
                echo root:x:0:0:root:/root:/bin/sh > "$1/etc/passwd" && echo root:x:0: > "$1/etc/group"
                "$0" system install --root "$1"; echo "first: $?"
                "$0" system status --root "$1"; echo "status: $?"
                find "$1" -name '*.teleclaude-new'
                mount -o remount,size=1g "$1" || exit 99
                "$0" system install --root "$1"; echo "second: $?"
                "$0" system status --root "$1"; echo "status: $?"
                """
            let run = try await box.run(
                try Program(inPath: "unshare"), ["--mount", "--", "/bin/sh", "-c", script, telec.path, root])
            #expect(
                run.ending == .exit(0) && run.error.contains("telec can't be written: No space left on device"),
                "\(run)")
            #expect(
                run.output.contains("first: 2\n") && run.output.contains("missing: /usr/local/bin/telec is missing\n"))
            #expect(run.output.contains("status: 1\nmake ") || run.output.contains("status: 1\ncopy "), "\(run)")
            #expect(run.output.hasSuffix("second: 0\ninstalled correctly\nstatus: 0\n"), "\(run)")
        }
    }

    @Test(
        "a purge leaves what is mounted from the same disk",
        .enabled(if: FullDiskTests.canMount, "only root may mount"))
    func mounted() async throws {
        try await withRoot { box, telec, root in
            let script = """
                "$0" system install --root "$1" > install.log 2>&1 || exit 99
                mkdir -m 700 big && echo said > big/recording && mount --bind big "$1/var/lib/teleclaude" || exit 99
                "$0" system uninstall --purge --yes --root "$1"; echo "purge: $?"; cat big/recording
                """
            let run = try await box.run(
                try Program(inPath: "unshare"), ["--mount", "--", "/bin/sh", "-c", script, telec.path, root])
            #expect(run.ending == .exit(0) && run.output.hasSuffix("purge: 2\nsaid\n"), "\(run)")
            #expect(run.error.contains("/var/lib/teleclaude is a separate file system: its contents stay"), "\(run)")
        }
    }

    @Test(
        "a purge stops at what can't be removed, names it, and is completed by the next",
        .enabled(if: FullDiskTests.canMount, "only root may mount"))
    func cannotBeRemoved() async throws {
        try await withRoot { box, telec, root in
            let before = try box.contents()
            let script = """
                "$0" system install --root "$1" > /dev/null 2>&1 || exit 99
                file="$1/var/lib/teleclaude/recording" && touch "$file" && mount --bind "$file" "$file" || exit 99
                "$0" system uninstall --purge --yes --root "$1"; echo "first: $?"
                umount "$file" || exit 99
                "$0" system uninstall --purge --yes --root "$1"; echo "second: $?"
                "$0" system uninstall --purge --yes --root "$1"; echo "third: $?"
                """
            let run = try await box.run(
                try Program(inPath: "unshare"), ["--mount", "--", "/bin/sh", "-c", script, telec.path, root])
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.error.contains("/var/lib/teleclaude/recording can't be removed: "), "\(run)")
            let parts = run.output.components(separatedBy: "first: 2\n")
            #expect(parts.count == 2 && !parts[0].contains("purged"), "\(run)")
            #expect(
                run.output.hasSuffix(
                    "purged\nsecond: 0\nnothing is installed: there is nothing to do\nthird: 0\n"), "\(run)")
            #expect(try box.contents() == before)
        }
    }

    @Test("this machine is not a root, and a folder that is not there is none")
    func badRoots() async throws {
        try await withSandbox { box in
            for root in ["/", "/usr/..", "//"] {
                let run = try await box.run(.telec, ["system", "install", "--dry-run", "--root", root])
                #expect(
                    run.ending == .exit(2) && run.error.contains("is this machine itself; leave out --root"), "\(run)")
            }
            try box.write("file", "")
            for root in ["nowhere", "file", ""] {
                let run = try await box.run(.telec, ["system", "status", "--root", root])
                #expect(run.ending == .exit(2) && run.error.contains("can't be opened as a folder"), "\(run)")
            }
            #expect(try await box.run(.telec, ["system", "instal"]).ending == .exit(64))
        }
    }

    @Test(
        "the daemon takes from systemd the secrets that it may not read itself",
        .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func credentials() async throws {
        try await withSandbox { box in
            try await box.withUsers(["svc"]) { users in
                let (daemon, service) = (try await box.published(.teleclauded), users[0])
                let (etc, given) = ("\(box.folder)/etc", "\(box.folder)/given")
                for (folder, file) in [(etc, "config.yml"), (etc, "secrets.yml"), (given, "secrets.yml")] {
                    try FileManager.default.createDirectory(
                        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
                    try "{}\n".write(toFile: "\(folder)/\(file)", atomically: false, encoding: .utf8)
                }
                chmod("\(etc)/secrets.yml", 0o600)
                chown("\(given)/secrets.yml", service.uid, service.uid)
                chmod("\(given)/secrets.yml", 0o400)
                let variables: [String: String?] = [
                    "TELECLAUDE_CONFIG_PATH": "\(etc)/config.yml", "TELECLAUDE_STATE_PATH": service.home,
                    "TELECLAUDE_DATABASE_URL": "sqlite:\(service.home)/none.db",
                ]
                let alone = try await box.run(as: service, daemon, ["--check"], variables)
                #expect(alone.code == 2 && alone.error.contains("\(etc)/secrets.yml: "), "\(alone)")
                let handed = variables.merging(["CREDENTIALS_DIRECTORY": given]) { $1 }
                let check = try await box.run(as: service, daemon, ["--check"], handed)
                #expect(check.error.contains("there is no SQLite database"), "\(check)")
                // A credentials folder without the secrets' file provides no secrets.
                unlink("\(given)/secrets.yml")
                let other = try await box.run(as: service, daemon, ["--check"], handed)
                #expect(other.code == 2 && other.error.contains("\(etc)/secrets.yml: "), "\(other)")
            }
        }
    }

    @Test("who is not root is told so, and may look", .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func notRoot() async throws {
        try await withSandbox { box in
            try await box.withUsers(["eve"]) { users in
                let telec = try await box.published(.telec)
                for name in ["teleclauded", "tc-migrate"] { try await box.publish(name) }
                for words in [["install"], ["uninstall"], ["uninstall", "--purge", "--yes"]] {
                    let run = try await box.run(as: users[0], telec, ["system"] + words)
                    #expect(run.ending == .exit(2) && run.output.isEmpty, "\(run)")
                    #expect(run.error.hasPrefix("error: only root can do this; use sudo"), "\(run)")
                }
                let status = try await box.run(as: users[0], telec, ["system", "status", "--json"])
                #expect(status.code == 1 || status.code == 0, "\(status)")
            }
        }
    }
}

extension Sandbox {
    /// Writes a small program beside the published ones.
    fileprivate func publish(_ name: String) async throws {
        let run = try await run(
            Program(inPath: "install"), ["-m", "755", "/dev/stdin", "\(folder)/\(name)"], input: "#!/bin/sh\n")
        try #require(run.code == 0, "\(run)")
    }
}
