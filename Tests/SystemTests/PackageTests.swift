import TCSystem
import TestSupport
import Testing

/// Tests the package's scripts. They run while `telec` is not installed, so they repeat parts of the layout, which are compared here.
@Suite("the Debian package teleclaude")
struct PackageTests {
    private let layout = SystemLayout(.systemd, programs: .init(folder: "/usr/bin"))

    @Test("a purge removes the folders of settings and data of the table, the one with the record last")
    func purge() throws {
        let script = try TestSources.text(of: "ci/packaging/teleclaude.postrm")
        let settings = try #require(script.firstMatch(of: /(?m)^settings=(\S+)$/)).1
        let removed = script.matches(of: /(?m)^rm -rf "?(\S+?)"?$/).map { $0.1 == "$settings" ? settings : $0.1 }
        let folders = layout.entries.filter { $0.isData && $0.kind == .folder }.map(\.path)
        #expect(Set(removed.map(String.init)) == Set(folders))
        #expect(removed.last.map(String.init) == layout.folders.settings)
        #expect(script.contains("account=\(layout.account);"))
        #expect(layout.record == "\(settings)/installed.sha256" && script.contains("record=$settings/installed.sha256"))
    }

    @Test("what the record says of an account and of folders is what the purge looks for")
    func record() throws {
        let script = try TestSources.text(of: "ci/packaging/teleclaude.postrm")
        var record = InstallRecord()
        record.hasMadeAccount = true
        record.made = ["/usr/local/share"]
        let lines = record.text.split(separator: "\n")
        #expect(lines.contains("# made the account") && script.contains("grep -qx '# made the account'"))
        #expect(lines.contains("# made /usr/local/share") && script.contains("s|^# made /|/|p"))
    }

    @Test("an upgrade restarts the service of the table, and programs in /usr/bin are not copied")
    func upgrade() throws {
        let script = try TestSources.text(of: "ci/packaging/teleclaude.postinst")
        #expect(script.contains("try-restart teleclauded.service"))
        #expect(layout.entries.contains { $0.path == "/etc/systemd/system/teleclauded.service" })
        #expect(!layout.entries.contains { $0.path.contains("/bin/") })
    }
}
