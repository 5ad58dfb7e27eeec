import Dialects
import Foundation
import TCSystem
import Testing

@Suite("an installation in a root", .enabled(if: isRoot, needsRoot))
struct InstallTests {
    @Test("paths, owners and modes are those of the table, and a second run does nothing")
    func tree() async throws {
        try await SystemTree.with { tree in
            let before = try tree.contents()
            try tree.run(tree.installSteps())
            let account = try #require(try tree.installation().look().account)
            let service = "\(account.uid):\(account.gid)"
            let own = "\(account.uid):0"
            #expect(own != "0:0")
            let expected = [
                ("/etc/teleclaude", "755 0:0"), ("/etc/teleclaude/config.yml", "644 0:0"),
                ("/etc/teleclaude/secrets.yml", "600 0:0"), ("/etc/teleclaude/installed.sha256", "644 0:0"),
                ("/usr/local/share/teleclaude", "755 0:0"), ("/var/lib/teleclaude", "700 \(service)"),
                ("/var/log/teleclaude", "750 0:\(account.gid)"), ("/usr/local/bin/teleclauded", "755 0:0"),
                ("/usr/local/bin/telec", "755 0:0"), ("/usr/local/bin/tc-migrate", "755 0:0"),
                ("/etc/systemd/system/teleclauded.service", "644 0:0"),
                ("/etc/systemd/system/teleclauded.socket", "644 0:0"), ("/etc/sysusers.d/teleclaude.conf", "644 0:0"),
                ("/etc/tmpfiles.d/teleclaude.conf", "644 0:0"), ("/etc/logrotate.d/teleclaude", "644 0:0"),
                ("/etc/shadow", "640 0:0"),
            ]
            for (path, rights) in expected { #expect(try tree.rights(path) == rights, "\(path)") }
            #expect(try tree.findings().isEmpty)
            let after = try tree.contents()
            // Of the files that existed, only those with the accounts have changed.
            let changed = before.filter { after[$0.key] != $0.value }.keys.sorted()
            #expect(changed == ["/etc/group", "/etc/passwd", "/etc/shadow"])
            #expect(try tree.installSteps().isEmpty)
            #expect(try tree.contents() == after)
        }
    }

    @Test("a service is running only if all its units are, and what does not run is started")
    func activity() async throws {
        #expect(FoundMachine.Activity(parts: [true, true]) == .running)
        #expect(FoundMachine.Activity(parts: [true, false]) == .partial)
        #expect(FoundMachine.Activity(parts: [false, false]) == .stopped)
        try await SystemTree.with { tree in
            #expect(
                ServiceCommands(tree.layout).isRunning.map(\.last) == ["teleclauded.socket", "teleclauded.service"])
            try tree.run(tree.installSteps())
            var machine = try tree.installation().look()
            let start = ServiceCommands(tree.layout).start.map { SystemStep.run($0) }
            for activity in [FoundMachine.Activity.stopped, .partial, .running] {
                machine.services = .managed(activity)
                let (found, steps) = (Finding.all(tree.layout, on: machine), InstallPlan(tree.layout, on: machine))
                let kinds: [Finding.Kind] = activity == .running ? [] : [.notRunning]
                let commands: [SystemStep] = activity == .running ? [] : start
                #expect(found.map(\.kind) == kinds)
                #expect(try steps.steps() == commands)
                #expect(machine.services.isRunning == (activity != .stopped))
            }
        }
    }

    @Test("an upgrade leaves disabled and stopped what was disabled or stopped; after an uninstall it installs all")
    func upgradeOfDisabled() async throws {
        try await SystemTree.with { tree in
            try tree.run(tree.installSteps())
            for link in ["multi-user.target.wants/teleclauded.service", "sockets.target.wants/teleclauded.socket"] {
                try FileManager.default.removeItem(atPath: tree("/etc/systemd/system/\(link)"))
            }
            // An earlier version had another text in a unit.
            let unit = "/etc/systemd/system/teleclauded.service"
            let earlier = try tree.text(unit) + "# earlier\n"
            try tree.write(unit, earlier)
            var machine = try tree.installation().look()
            machine.record.digests[unit]?.insert(SHA256.hexadecimal(of: earlier.utf8))
            let reload = SystemStep.run(["systemctl", "daemon-reload"])
            let restart = SystemStep.run(["systemctl", "try-restart", "teleclauded.socket", "teleclauded.service"])
            let kept: [(FoundMachine.Activity, [SystemStep])] = [(.stopped, [reload]), (.partial, [reload, restart])]
            for (activity, expected) in kept {
                machine.services = .managed(activity)
                let steps = try InstallPlan(tree.layout, on: machine, isUpgrade: true).steps()
                // The compiler takes one closure in an #expect for another one of the same type in the same function.
                let commands = steps.filter { $0.path == nil }
                let paths = steps.compactMap(\.path).filter { $0 != tree.layout.record }
                #expect(commands == expected && paths == [unit])
            }
            machine.services = .managed(.stopped)
            let usual = try InstallPlan(tree.layout, on: machine).steps()
            let links = usual.compactMap(\.path).filter { $0.contains(".wants/") }
            #expect(links.count == 2)
            let files = try InstallPlan(tree.layout, on: machine, isUpgrade: true).steps().filter { $0.path != nil }
            try tree.run(files)
            try tree.run(tree.uninstallSteps(purge: false))
            machine = try tree.installation().look()
            machine.services = .managed(.stopped)
            let again = try InstallPlan(tree.layout, on: machine, isUpgrade: true).steps()
            let start = ServiceCommands(tree.layout).start.map { SystemStep.run($0) }
            #expect(Array(again.suffix(2)) == start)
            #expect(again.compactMap(\.path).filter { $0.contains(".wants/") }.count == 2)
        }
    }

    @Test("a unit that somebody has enabled by systemctl is right: its link is absolute")
    func enabledBySystemctl() async throws {
        try await SystemTree.with { tree in
            try tree.run(tree.installSteps())
            let link = tree("/etc/systemd/system/sockets.target.wants/teleclauded.socket")
            try FileManager.default.removeItem(atPath: link)
            symlink("/etc/systemd/system/teleclauded.socket", link)
            #expect(try tree.findings().isEmpty)
            #expect(try tree.installSteps().isEmpty)
            try FileManager.default.removeItem(atPath: link)
            symlink("/etc/systemd/system/other.socket", link)
            #expect(tree.objections { try tree.installSteps() }.count == 1)
        }
    }

    @Test("the account: no password, no shell, no home, and what was there stays")
    func account() async throws {
        try await SystemTree.with { tree in
            let before = try tree.text("/etc/passwd")
            try tree.run(tree.installSteps())
            #expect(
                try tree.text("/etc/passwd") == before
                    + "teleclaude:x:999:999:TeleClaude:/nonexistent:/usr/sbin/nologin\n")
            #expect(try tree.text("/etc/group").hasSuffix("teleclaude:x:999:\n"))
            #expect(try tree.text("/etc/shadow").hasSuffix("teleclaude:!*:::::::\n"))
            // Not every system has this file, and the installation does not create it.
            #expect(!FileManager.default.fileExists(atPath: tree("/etc/gshadow")))
        }
    }

    @Test("uninstall leaves data and settings only; a purge leaves what was there before, byte for byte")
    func uninstall() async throws {
        try await SystemTree.with { tree in
            let before = try tree.contents()
            try tree.run(tree.installSteps())
            try tree.write("/var/lib/teleclaude/teleclaude.db", "what sessions have said")
            try tree.write("/etc/teleclaude/config.yml", "mode: system\npeople: []\n")
            let installed = try tree.contents()
            try tree.run(tree.uninstallSteps(purge: false))
            let left = try tree.contents()
            let added = left.keys.filter { before[$0] == nil }.sorted()
            #expect(
                added == [
                    "/etc/teleclaude", "/etc/teleclaude/config.yml", "/etc/teleclaude/installed.sha256",
                    "/etc/teleclaude/secrets.yml", "/usr/local/share", "/usr/local/share/teleclaude", "/var",
                    "/var/lib", "/var/lib/teleclaude", "/var/lib/teleclaude/teleclaude.db", "/var/log",
                    "/var/log/teleclaude",
                ])
            #expect(try tree.uninstallSteps(purge: false).isEmpty)
            // A new installation continues with the files that were kept.
            try tree.run(tree.installSteps())
            #expect(try tree.contents() == installed)
            try tree.run(tree.uninstallSteps(purge: true))
            #expect(try tree.contents() == before)
            #expect(try tree.uninstallSteps(purge: true).isEmpty)
        }
    }

    @Test("a purge after an uninstall leaves nothing, too")
    func purgeAfterUninstall() async throws {
        try await SystemTree.with { tree in
            let before = try tree.contents()
            try tree.run(tree.installSteps())
            try tree.run(tree.uninstallSteps(purge: false))
            try tree.run(tree.uninstallSteps(purge: true))
            #expect(try tree.contents() == before)
        }
    }

    @Test("a purge removes a link in the data, and never what it leads to")
    func purgeFollowsNoLink() async throws {
        try await SystemTree.with { tree in
            try tree.run(tree.installSteps())
            try FileManager.default.createDirectory(
                atPath: "\(tree.folder)/outside", withIntermediateDirectories: false)
            try "stays".write(toFile: "\(tree.folder)/outside/file", atomically: false, encoding: .utf8)
            symlink("\(tree.folder)/outside", tree("/var/lib/teleclaude/link"))
            try tree.run(tree.uninstallSteps(purge: true))
            #expect(FileManager.default.fileExists(atPath: "\(tree.folder)/outside/file"))
        }
    }

    @Test("an account that was there before stays after a purge")
    func foreignAccount() async throws {
        try await SystemTree.with { tree in
            try tree.write("/etc/passwd", "root:x:0:0:::/bin/sh\nteleclaude:x:150:150::/:/usr/sbin/nologin\n")
            try tree.write("/etc/group", "root:x:0:\nteleclaude:x:150:\n")
            try tree.run(tree.installSteps())
            #expect(try tree.rights("/var/lib/teleclaude") == "700 150:150")
            try tree.run(tree.uninstallSteps(purge: true))
            #expect(try tree.text("/etc/passwd").contains("teleclaude"))
        }
    }

    @Test("a run that breaks off after any step, or within one, is completed by the next, and named by status")
    func brokenOff() async throws {
        var expected: [String: String] = [:]
        var count = 0
        try await SystemTree.with { tree in
            let steps = try tree.installSteps()
            count = steps.count
            try tree.run(steps)
            expected = try tree.contents()
        }
        for done in 0..<count {
            try await SystemTree.with { tree in
                let steps = try tree.installSteps()
                try tree.run(steps.prefix(done))
                switch steps[done] {
                case .write(let entry, _, _): try tree.write(TemporaryName.of(entry.path), "half a fi", mode: 0o600)
                case .makeFolder(let entry): mkdir(tree(entry.path), 0o700)
                default: break
                }
                #expect(try !tree.findings().isEmpty, "after \(done)")
                try tree.run(tree.installSteps())
                #expect(try tree.contents() == expected)
                #expect(try tree.findings().isEmpty && tree.installSteps().isEmpty, "after \(done)")
            }
        }
    }

    @Test("an uninstall or a purge that breaks off after any step is completed by the next", arguments: [false, true])
    func brokenUninstall(purge: Bool) async throws {
        var expected: [String: String] = [:]
        var count = 0
        try await SystemTree.with { tree in
            try tree.run(tree.installSteps())
            let steps = try tree.uninstallSteps(purge: purge)
            count = steps.count
            try tree.run(steps)
            expected = try tree.contents()
        }
        for done in 0..<count {
            try await SystemTree.with { tree in
                try tree.run(tree.installSteps())
                let steps = try tree.uninstallSteps(purge: purge)
                try tree.run(steps.prefix(done))
                if case .removeTree(tree.layout.folders.settings) = steps[done] { unlink(tree(tree.layout.record)) }
                try tree.run(tree.uninstallSteps(purge: purge))
                #expect(try tree.contents() == expected, "after \(done) of \(steps)")
                #expect(try tree.uninstallSteps(purge: purge).isEmpty, "after \(done)")
            }
        }
    }

    @Test("what a write that was killed has left is nobody's reason to keep the folder around it")
    func leftoverInFolder() async throws {
        try await SystemTree.with { tree in
            let before = try tree.contents()
            try tree.run(tree.installSteps())
            try tree.write(TemporaryName.of("/etc/sysusers.d/teleclaude.conf"), "half a fi", mode: 0o600)
            try tree.run(tree.uninstallSteps(purge: true))
            #expect(try tree.contents() == before)
        }
    }

    @Test("a newer version replaces its own files, takes away what it does not know any more, and leaves the settings")
    func upgrade() async throws {
        try await SystemTree.with { tree in
            var old = tree.layout
            old.programs.folder = "/usr/bin"
            for copy in old.programs.copies { try tree.write("/usr/bin/\(copy.name)", "", mode: 0o755) }
            for copy in old.programs.copies { unlink(tree("/usr/bin/\(copy.name)")) }
            let installation = try tree.installation(old)
            for step in try tree.installSteps(old) { try installation.run(step) }
            try tree.write("/etc/teleclaude/config.yml", "mode: system\n# mine\n")
            let steps = try tree.installSteps()
            let unit = steps.first { $0.path == "/etc/systemd/system/teleclauded.service" }
            #expect(
                unit?.difference == ["- ExecStart=/usr/bin/teleclauded", "+ ExecStart=/usr/local/bin/teleclauded"])
            #expect(try tree.findings().contains { $0.kind == .changed && $0.message.hasSuffix("to another version") })
            try tree.run(steps)
            #expect(!FileManager.default.fileExists(atPath: tree("/usr/bin/teleclauded")))
            #expect(try tree.text("/etc/teleclaude/config.yml") == "mode: system\n# mine\n")
            #expect(try tree.installSteps().isEmpty)
        }
    }

    @Test("what an earlier version has left is named, too")
    func obsolete() async throws {
        try await SystemTree.with { tree in
            try tree.run(tree.installSteps())
            try tree.write("/etc/old", "old")
            try tree.write("/etc/changed", "changed since")
            let record = try tree.text("/etc/teleclaude/installed.sha256")
            let digest = FileBytes.digest(Array("old".utf8))
            try tree.write(
                "/etc/teleclaude/installed.sha256", "\(record)\(digest)  /etc/old\n\(digest)  /etc/changed\n")
            #expect(
                try tree.findings().map { "\($0.kind) \($0.path)" } == [
                    "unfinished /etc/old", "unfinished /etc/teleclaude/installed.sha256",
                ])
            try tree.run(tree.installSteps())
            #expect(try tree.findings().isEmpty && !FileManager.default.fileExists(atPath: tree("/etc/old")))
            #expect(try tree.text("/etc/changed") == "changed since")
        }
    }

    @Test("what is too open is named, and put right")
    func tooOpen() async throws {
        try await SystemTree.with { tree in
            try tree.run(tree.installSteps())
            chmod(tree("/etc/teleclaude/secrets.yml"), 0o644)
            chmod(tree("/var/lib/teleclaude"), 0o755)
            chown(tree("/var/log/teleclaude"), 999, 999)
            chmod(tree("/etc/teleclaude/config.yml"), 0o600)
            unlink(tree("/etc/logrotate.d/teleclaude"))
            let kinds = try tree.findings().map { "\($0.kind) \($0.path)" }
            #expect(
                kinds == [
                    "changed /etc/teleclaude/config.yml", "tooOpen /etc/teleclaude/secrets.yml",
                    "tooOpen /var/lib/teleclaude", "changed /var/log/teleclaude", "missing /etc/logrotate.d/teleclaude",
                ])
            try tree.run(tree.installSteps())
            #expect(try tree.findings().isEmpty)
            #expect(try tree.rights("/etc/teleclaude/secrets.yml") == "600 0:0")
        }
    }
}
