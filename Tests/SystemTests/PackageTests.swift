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
        let removed = script.matches(of: /(?m)^remove "?(\S+?)"?$/).map { $0.1 == "$settings" ? settings : $0.1 }
        let folders = layout.entries.filter { $0.isData && $0.kind == .folder }.map(\.path)
        #expect(Set(removed.map(String.init)) == Set(folders))
        #expect(removed.last.map(String.init) == layout.folders.settings)
        #expect(script.contains("account=\(layout.account);"))
        #expect(layout.record == "\(settings)/installed.sha256" && script.contains("record=$settings/installed.sha256"))
    }

    @Test(
        "a purge leaves what is mounted, also from the same disk, and removes the rest",
        .enabled(if: canMount, onlyRoot))
    func mounted() async throws {
        try await withTemporaryFolder { folder in
            var script = try TestSources.text(of: "ci/packaging/teleclaude.postrm")
            for path in layout.entries.filter({ $0.isData && $0.kind == .folder }).map(\.path) {
                script = script.replacing(path, with: folder + path)
            }
            // The mounts disappear with the last process, so the script itself shows what is left.
            let story = """
                cd "$1" && mkdir -p big etc/teleclaude var/lib/teleclaude var/log/teleclaude/disk usr/local/share/teleclaude
                echo said > big/recording && mount --bind big var/lib/teleclaude || exit 99
                mount -t tmpfs tmpfs var/log/teleclaude/disk && echo logged > var/log/teleclaude/disk/old || exit 99
                /bin/sh -c "$2" postrm purge || exit 1
                cat big/recording var/log/teleclaude/disk/old && find etc usr/local/share -mindepth 1 && echo end
                """
            let answer = try SystemCommand.run(
                ["unshare", "--mount", "--", "/bin/sh", "-c", story, "story", folder, script])
            for path in ["/var/lib/teleclaude", "/var/log/teleclaude"] {
                #expect(answer.text.contains("\(folder)\(path) is a file system of its own"), "\(answer)")
            }
            #expect(answer.code == 0 && answer.text.hasSuffix("said\nlogged\nend\n"), "\(answer)")
        }
    }

    /// Whether mounts are possible: they need root, and some containers forbid them.
    private static var canMount: Bool {
        isRoot && (try? SystemCommand.run(["unshare", "--mount", "true"]))?.code == 0
    }

    private static let onlyRoot: Comment = "only root may mount"

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
        #expect(script.contains("telec system install --upgrade"))
        #expect(layout.entries.contains { $0.path == "/etc/systemd/system/teleclauded.service" })
        #expect(!layout.entries.contains { $0.path.contains("/bin/") })
    }
}
