import Foundation
import Testing

@testable import TCSettings

@Suite("who could change the settings, as ssh looks at it")
struct TrustTests {
    @Test(
        "a file that others may write to is refused",
        arguments: [(0o644, true), (0o600, true), (0o664, false), (0o646, false), (0o666, false)])
    func file(_ mode: Int, isAccepted: Bool) async throws {
        try await withSettingsFolder { folder in
            try folder.write("etc/config.yml", "project_name: x\n", mode: mode)
            if isAccepted {
                #expect(try folder.load().settings.mode == .system)
            } else {
                let error = try #require(folder.refusal())
                #expect(error.code == .writableByOthers && error.place == "\(folder.path)/etc/config.yml")
            }
        }
    }

    @Test("so is one in a folder that others may write to, also where a link leads to; a sticky one is fine")
    func folders() async throws {
        try await withSettingsFolder { folder in
            try folder.write("etc/config.yml", "project_name: x\n")
            try folder.write("real/secrets.yml", "OPENAI_API_KEY: x\n", mode: 0o600)
            let manager = FileManager.default
            try manager.createSymbolicLink(
                atPath: "\(folder.path)/etc/secrets.yml", withDestinationPath: "../real/secrets.yml")
            #expect(try folder.load().files.count == 2)
            try manager.setAttributes([.posixPermissions: 0o777], ofItemAtPath: "\(folder.path)/real")
            #expect(folder.refusal()?.place == "\(folder.path)/real")
            try manager.setAttributes([.posixPermissions: 0o1777], ofItemAtPath: "\(folder.path)/real")
            #expect(try folder.load().files.count == 2)
            try manager.setAttributes([.posixPermissions: 0o775], ofItemAtPath: "\(folder.path)/etc")
            #expect(folder.refusal()?.code == .writableByOthers)
        }
    }

    @Test("a command that helps can be pasted whatever the path is")
    func remedies() async throws {
        let open = FileFacts(kind: .file, mode: 0o666, owner: 0)
        #expect(Trust(reader: 0).objection(to: "/a b/$(id)", open)?.remedy == "chmod go-w '/a b/$(id)'")
        try await withSettingsFolder { folder in
            try folder.write("a b/config.yml", "mode: single-user\ndiscord: {token: x}\n", mode: 0o644)
            let loaded = try folder.load(["TELECLAUDE_CONFIG_PATH": "\(folder.path)/a b/config.yml"])
            let message = try #require(loaded.remarks.first { $0.isFailure }?.message)
            #expect(message.hasSuffix(": chmod 600 '\(folder.path)/a b/config.yml'"), "\(message)")
        }
    }

    @Test("an owner who is neither root nor the reader is refused")
    func owner() {
        let trust = Trust(reader: 1_000)
        #expect(trust.objection(to: "/x", FileFacts(kind: .file, mode: 0o600, owner: 0)) == nil)
        #expect(trust.objection(to: "/x", FileFacts(kind: .file, mode: 0o600, owner: 1_000)) == nil)
        #expect(trust.objection(to: "/x", FileFacts(kind: .file, mode: 0o600, owner: 7))?.code == .foreignOwner)
        #expect(trust.objection(to: "/x", FileFacts(kind: .folder, mode: 0o1777, owner: 7))?.code == .foreignOwner)
    }

    @Test("secrets that others can read are a failure, wherever they are", arguments: [0o644, 0o640, 0o604])
    func readable(_ mode: Int) async throws {
        try await withSettingsFolder { folder in
            try folder.write("etc/config.yml", "project_name: x\n")
            try folder.write("etc/secrets.yml", "OPENAI_API_KEY: x\n", mode: mode)
            try folder.write("home/.env", "OPENAI_API_KEY=x\n", mode: mode)
            try folder.write("home/config.yml", "discord: {token: x}\n", mode: mode)
            #expect(try folder.load().remarks.map(\.isFailure) == [true])
            let single = try folder.load(["TELECLAUDE_CONFIG_PATH": "\(folder.path)/home/config.yml"])
            #expect(single.remarks.map(\.isFailure) == [true, true])
        }
    }

    @Test("a secret in the system's file is a failure, a reference to one is not")
    func misplacedSecret() async throws {
        try await withSettingsFolder { folder in
            try folder.write(
                "etc/config.yml", "discord: {token: '${DISCORD_BOT_TOKEN}'}\ndatabase: {host: h, password: x}\n")
            try folder.write("etc/secrets.yml", "DISCORD_BOT_TOKEN: x1\n", mode: 0o600)
            let loaded = try folder.load()
            #expect(loaded.remarks.map(\.isFailure) == [true])
            #expect(loaded.settings.secrets["discord.token"] == "x1")
        }
    }

    @Test("what is no file is not waited for")
    func pipe() async throws {
        try await withSettingsFolder { folder in
            try folder.write("etc/other", "")
            try #require(mkfifo("\(folder.path)/etc/config.yml", 0o600) == 0)
            #expect(folder.refusal()?.code == .notAFile)
        }
    }
}
