import Foundation
import Testing

@testable import TCSettings

@Suite("what can't be seen is not taken for what is not there")
struct PathWalkTests {
    /// Obstacles at the path of the system's settings. If they were ignored, each would lead to single-user mode, with other people,
    /// another database and another log.
    private static let obstacles: [(String, @Sendable (SettingsFolder) throws -> Void)] = [
        ("a link to nothing", { try $0.link("etc/config.yml", to: "nowhere.yml") }),
        (
            "a link to a link to nothing",
            { folder in
                try folder.link("etc/config.yml", to: "../etc/next.yml")
                try folder.link("etc/next.yml", to: "/nowhere/at/all.yml")
            }
        ),
        ("a link to itself", { try $0.link("etc/config.yml", to: "config.yml") }),
        (
            "a circle",
            { folder in
                try folder.link("etc/config.yml", to: "b.yml")
                try folder.link("etc/b.yml", to: "config.yml")
            }
        ),
        (
            "a folder",
            {
                try FileManager.default.createDirectory(
                    atPath: "\($0.path)/etc/config.yml", withIntermediateDirectories: true)
            }
        ),
        (
            "a folder that is a link to nothing",
            { folder in
                try FileManager.default.removeItem(atPath: "\(folder.path)/etc")
                try folder.link("etc", to: "gone")
            }
        ),
        (
            "a folder that is a file",
            { folder in
                try FileManager.default.removeItem(atPath: "\(folder.path)/etc")
                try folder.write("etc", "x")
            }
        ),
    ]

    @Test(arguments: 0..<7)
    func isAnError(_ number: Int) async throws {
        let (name, make) = Self.obstacles[number]
        try await withSettingsFolder { folder in
            try folder.write("etc/other", "")
            try make(folder)
            let error = folder.refusal()
            #expect(
                ["unreadable", "not_a_file", "forbidden"].contains(error?.code.rawValue),
                "\(name): \(String(describing: error))"
            )
            #expect((try? folder.context().stateFolder()) != "\(folder.path)/home/.teleclaude", "\(name)")
            #expect((try? folder.context().socketPath(argument: nil))?.hasPrefix(folder.path) != true, "\(name)")
        }
    }

    @Test("so it is for every other file of settings")
    func others() async throws {
        for name in ["etc/secrets.yml", "home/.teleclaude/config.yml"] {
            try await withSettingsFolder { folder in
                try folder.write("etc/config.yml", "project_name: x\n")
                try folder.write("home/.teleclaude/other", "")
                _ = try folder.load()
                try folder.link(name, to: "nowhere.yml")
                #expect(folder.refusal()?.code == .unreadable, "\(name)")
            }
        }
        for name in ["config.yml", ".env", "experiments.yml"] {
            try await withSettingsFolder { folder in
                let named = ["TELECLAUDE_CONFIG_PATH": "\(folder.path)/x/config.yml"]
                try folder.write("x/config.yml", "project_name: x\n")
                _ = try folder.load(named)
                try? FileManager.default.removeItem(atPath: "\(folder.path)/x/\(name)")
                try folder.link("x/\(name)", to: "nowhere")
                #expect(throws: SettingsError.self, "\(name)") { try folder.load(named) }
            }
        }
    }

    @Test("every link and folder on the way is looked at, those in the middle too")
    func middle() async throws {
        try await withSettingsFolder { folder in
            try folder.write("etc/other", "")
            try folder.write("open/other", "")
            try folder.write("real/config.yml", "project_name: x\n")
            try folder.link("etc/config.yml", to: "../open/next.yml")
            try folder.link("open/next.yml", to: "../real/config.yml")
            #expect(try folder.load().settings.mode == .system)
            chmod("\(folder.path)/open", 0o777)
            #expect(folder.refusal()?.place == "\(folder.path)/open")
            chmod("\(folder.path)/open", 0o1777)
            #expect(try folder.load().settings.mode == .system)
            guard geteuid() == 0 else { return }
            // In a sticky folder, the owner of a link can change it.
            lchown("\(folder.path)/open/next.yml", 12_345, 12_345)
            #expect(folder.refusal()?.place == "\(folder.path)/open/next.yml")
        }
    }

    @Test("a place that the daemon lives by is trusted by the same rule")
    func places() async throws {
        try await withSettingsFolder { folder in
            try folder.write("state/db/teleclaude.db", "", mode: 0o600)
            let path = "\(folder.path)/state/db/teleclaude.db"
            func refusal() -> SettingsError? {
                do throws(SettingsError) {
                    try TrustedPlace.check(path, endings: ["-wal"], for: "the database", by: geteuid())
                    return nil
                } catch { return error }
            }
            #expect(refusal() == nil)
            chmod("\(folder.path)/state", 0o777)
            #expect(refusal()?.code == .writableByOthers && refusal()?.message.contains("the database") == true)
            chmod("\(folder.path)/state", 0o1777)
            #expect(refusal() == nil)
            chmod(path, 0o666)
            #expect(refusal()?.place == path)
            chmod(path, 0o600)
            try folder.write("state/db/teleclaude.db-wal", "", mode: 0o666)
            #expect(refusal()?.place == path + "-wal")
        }
    }
}

extension SettingsFolder {
    fileprivate func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
    }
}
