import Foundation
import TCSystem
import TestSupport
import Testing

@Suite("what service managers are told")
struct UnitTests {
    private static func isThere(_ program: String) -> Bool {
        environment("CI") == "true" || SystemCommand.isThere(program)
    }

    private static let noSystemd: Comment =
        "systemd-analyze is missing: install the package systemd to have the units checked"

    /// Writes the units into a folder, beside a program that exists.
    private func withUnits(_ body: (_ folder: String) throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let layout = SystemLayout(.systemd, programs: .init(folder: folder))
            try FileManager.default.copyItem(atPath: "/bin/true", toPath: "\(folder)/teleclauded")
            for entry in layout.entries {
                guard case .file(let text) = entry.kind, entry.path.contains("/systemd/system/") else { continue }
                let name = URL(fileURLWithPath: entry.path).lastPathComponent
                try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
            }
            try body(folder)
        }
    }

    @Test("systemd finds no fault with the units", .enabled(if: isThere("systemd-analyze"), noSystemd))
    func verify() async throws {
        try await withUnits { folder in
            let answer = try SystemCommand.run([
                "systemd-analyze", "verify", "\(folder)/teleclauded.service", "\(folder)/teleclauded.socket",
            ])
            // It reads other programs' units, too, and has something to say about theirs.
            let ours = answer.text.split(separator: "\n").filter { $0.contains("teleclaude") }
            #expect(answer.code == 0 && ours.isEmpty, "\(answer.text)")
        }
    }

    @Test("systemd's own measure of exposure is at most 1.5", .enabled(if: isThere("systemd-analyze"), noSystemd))
    func exposure() async throws {
        try await withUnits { folder in
            // The threshold is in tenths; above it, the command exits with 1.
            let answer = try SystemCommand.run([
                "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15",
                "\(folder)/teleclauded.service",
            ])
            #expect(answer.code == 0, "\(answer.text)")
            #expect(answer.text.contains("Overall exposure level"), "\(answer.text)")
        }
    }

    @Test("the confinement leaves the daemon what it lives by")
    func needs() throws {
        let unit = try text("teleclauded.service", .systemd)
        // The daemon knows callers by the machine's uids and pids, and PostgreSQL may be on another machine.
        for forbidden in ["PrivateUsers=", "PrivateNetwork=", "DynamicUser=", "RuntimeDirectory=", "LogsDirectory="] {
            #expect(!unit.contains(forbidden))
        }
        #expect(unit.contains("RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\n"))
        // A Debian without procps has no program kill.
        #expect(unit.contains("ExecReload=/bin/sh -c 'kill -HUP ${MAINPID}'\n"))
    }

    @Test("launchd's property list can be read, and says what it has to")
    func propertyList() throws {
        let text = try text("ai.teleclaude.daemon.plist", .launchd, folder: "/opt/a & b/<bin>")
        let plist = try #require(
            try PropertyListSerialization.propertyList(from: Data(text.utf8), format: nil) as? [String: Any])
        #expect(plist["Label"] as? String == "ai.teleclaude.daemon" && plist["UserName"] as? String == "_teleclaude")
        #expect(plist["RunAtLoad"] as? Bool == true && plist["Umask"] as? Int == 0o077)
        #expect((plist["KeepAlive"] as? [String: Bool]) == ["SuccessfulExit": false])
        #expect(
            plist["ProgramArguments"] as? [String] == [
                "/opt/a & b/<bin>/teleclauded", "--socket", "/usr/local/var/run/teleclaude/teleclaude.sock",
            ])
    }

    @Test("Python reads it too", .enabled(if: isThere("python3"), "python3 is missing"))
    func propertyListInPython() async throws {
        try await withTemporaryFolder { folder in
            let file = "\(folder)/daemon.plist"
            try text("ai.teleclaude.daemon.plist", .launchd).write(toFile: file, atomically: false, encoding: .utf8)
            let program = "import plistlib, sys; print(sorted(plistlib.load(open(sys.argv[1], 'rb'))))"
            let answer = try SystemCommand.run(["python3", "-c", program, file])
            #expect(
                answer.code == 0 && answer.text.contains("'KeepAlive', 'Label', 'ProgramArguments'"), "\(answer.text)")
        }
    }

    @Test("macOS has places of its own, and no path that leads over a link there")
    func macOS() {
        let layout = SystemLayout(.launchd, programs: .init(folder: "/usr/local/bin"))
        let paths = layout.entries.map(\.path)
        #expect(
            paths.contains("/usr/local/etc/teleclaude/config.yml")
                && paths.contains("/Library/LaunchDaemons/ai.teleclaude.daemon.plist"))
        #expect(!paths.contains { path in ["/etc/", "/var/", "/tmp/", "/run/"].contains { path.hasPrefix($0) } })
        // launchd does not pass credentials, so the service reads its secrets from the file itself.
        #expect(layout.entries.contains { $0.path == layout.secrets && $0.owner == .service && $0.mode == 0o600 })
        #expect(layout.account == "_teleclaude")
    }

    private func text(
        _ name: String, _ manager: SystemLayout.ServiceManager, folder: String = "/usr/local/bin"
    ) throws -> String {
        let layout = SystemLayout(manager, programs: .init(folder: folder))
        let entry = try #require(layout.entries.first { $0.path.hasSuffix("/\(name)") })
        guard case .file(let text) = entry.kind else { throw MachineError(.failed, "\(name) is no file", remedy: "") }
        return text
    }
}
