import Foundation
import Testing

@testable import TCSettings

@Suite("docs/settings.md")
struct SettingsPageTests {
    private var page: String {
        get throws {
            let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4)
            return try String(
                contentsOfFile: NSString.path(withComponents: Array(root)) + "/docs/settings.md", encoding: .utf8)
        }
    }

    /// Returns the text of the example with this file name.
    private func example(_ name: String) throws -> String {
        let parts = try page.components(separatedBy: "```yaml \(name)\n")
        try #require(parts.count == 2)
        return try #require(parts[1].components(separatedBy: "```").first)
    }

    @Test("the three files load, without a remark")
    func examples() async throws {
        try await withSettingsFolder { folder in
            try folder.write("etc/config.yml", try example("config.yml"))
            try folder.write("etc/secrets.yml", try example("secrets.yml"), mode: 0o600)
            try folder.write("home/.teleclaude/config.yml", try example("user.yml"))
            let loaded = try folder.load(["TELECLAUDE__AGENTS__CLAUDE__DELIVER_KEY": "true"])
            #expect(loaded.remarks.isEmpty, "\(loaded.remarks)")
            #expect("\(loaded.settings.database)" == "postgresql://teleclaude:***@db.example.org/teleclaude")
            #expect(loaded.settings.people.map(\.role) == [.admin, .member])
            #expect(loaded.effective["computer.default_working_dir"]?.value.text == "/srv/work/projects")
        }
    }

    @Test("the table names the defaults and every key of our own")
    func keys() throws {
        let page = try page
        let standard = Server()
        for limit in Server.limits {
            #expect(page.contains("\(limit.name)` \(standard[keyPath: limit.property])"), "\(limit.name)")
        }
        for quota in Quotas.all {
            #expect(page.contains("\(quota.name)` \(Quotas()[keyPath: quota.property])"), "\(quota.name)")
        }
        for section in Preferences.sectionNames + ["chiptunes", "experiments", "creds"] {
            #expect(page.contains("`\(section)`"), "\(section)")
        }
    }
}
