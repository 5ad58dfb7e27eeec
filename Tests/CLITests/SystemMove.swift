import Foundation
import TCPOSIX
import TestSupport
import Testing

/// A root with the service installed, and the home of an existing install that moves there.
struct Move: Sendable {
    let box: Sandbox
    let program: Program
    let daemonProgram: Program
    let alex: TestUser
    let bea: TestUser
    let admin: TestUser
    /// The URL of the new database.
    let url: String
    /// The command line options that name the new database.
    let database: [String]

    var root: String { box("root") }
    var home: String { "\(alex.home)/home" }
    var unitLink: String { "\(root)/etc/systemd/system/multi-user.target.wants/teleclaude.service" }

    /// The daemon's state folder, as a path below the root.
    static let state = "var/lib/teleclaude/"

    // MARK: - Commands

    func telec(_ arguments: String...) async throws -> Run { try await box.run(program, arguments) }

    func migrate(_ more: String...) async throws -> Run { try await migrate(more) }

    func migrate(_ more: [String]) async throws -> Run { try await box.run(program, arguments(more)) }

    func start(_ words: String..., more: [String] = []) throws -> RunningProgram {
        try box.start(program, arguments(Array(words.dropFirst(2))))
    }

    func arguments(_ more: [String]) -> [String] {
        let given = { (name: String) in more.contains(name) }
        var arguments = ["system", "migrate", "--root", root] + database
        if !given("--from") { arguments += ["--from", home] }
        if !given("--owner") { arguments += ["--owner", "Alex Smith"] }
        arguments += ["--map", "\(bea.name)=Béa O'Hara", "--map", "\(admin.name)=Chris"].filter { _ in !given("--map") }
        return arguments + more
    }

    /// Runs `telec` as a user against the daemon that `withDaemon` runs.
    func client(_ user: TestUser, _ arguments: String...) async throws -> Run {
        try await box.run(as: user, program, arguments, ["TELECLAUDE_SOCKET": "\(box.folder)/run/d.sock"])
    }

    // MARK: - The daemon

    private var service: TestUser {
        get throws {
            let line = try String(contentsOfFile: "\(root)/etc/passwd", encoding: .utf8).split(separator: "\n").first {
                $0.hasPrefix("teleclaude:")
            }
            let uid = try #require(line?.split(separator: ":")[2]).description
            return TestUser(name: "teleclaude", uid: try #require(UInt32(uid)), home: "/nonexistent")
        }
    }

    /// Starts the daemon as the unit does: under the service's account, with the secrets in a credentials folder.
    func daemon(as name: String) async throws -> RunningProgram {
        let service = try service
        let credentials = "\(box.folder)/credentials-\(name)"
        try FileManager.default.createDirectory(atPath: credentials, withIntermediateDirectories: true)
        try? FileManager.default.removeItem(atPath: "\(credentials)/secrets.yml")
        try FileManager.default.copyItem(
            atPath: "\(root)/etc/teleclaude/secrets.yml", toPath: "\(credentials)/secrets.yml")
        for path in [credentials, "\(credentials)/secrets.yml"] { chown(path, service.uid, service.uid) }
        var variables: [String: String?] = [
            "TELECLAUDE_CONFIG_PATH": "\(root)/etc/teleclaude/config.yml", "CREDENTIALS_DIRECTORY": credentials,
            "TELECLAUDE_STATE_PATH": "\(root)/var/lib/teleclaude",
            "TELECLAUDE_SOCKET": "\(box.folder)/run/\(name == "first" ? "d" : name).sock",
        ]
        if database.isEmpty { variables["TELECLAUDE_DATABASE_URL"] = url }
        return try box.start(as: service, daemonProgram, [], variables)
    }

    func withDaemon(_ body: () async throws -> Void) async throws {
        let service = try service
        let run = "\(box.folder)/run"
        try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
        chown(run, service.uid, service.uid)
        chmod(run, 0o755)
        let daemon = try await daemon(as: "first")
        try waitUntil("the daemon serves") {
            let text = try daemon.errorText()
            try #require(!text.contains("error:"), "\(text)")
            return text.contains("ready")
        }
        try await body()
        daemon.kill(SIGTERM)
        let ended = try await daemon.finish(timeout: 30)
        #expect(ended.code == 0, "\(ended)")
        #expect(!ended.error.contains("FAKE"), "\(ended)")
    }

    // MARK: - What is there

    /// Returns everything below the root: owners, modes, links and bytes, but not the times of folders.
    func rootTree(withoutDatabase: Bool = false) throws -> [String: String] {
        var tree: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
            let path = "\(root)/\(name)"
            if withoutDatabase && (name.hasPrefix(Move.state) || name.contains("migration")) { continue }
            let facts = try FileManager.default.attributesOfItem(atPath: path)
            let isFile = facts[.type] as? FileAttributeType == .typeRegular
            let contents =
                isFile ? FileManager.default.contents(atPath: path).map { "\($0.hashValue) \($0.count)" } : nil
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
            let numbers = [FileAttributeKey.ownerAccountID, .groupOwnerAccountID, .posixPermissions].map {
                "\(facts[$0] ?? "")"
            }
            tree[name] = "\(numbers.joined(separator: " ")) \(target ?? contents ?? "")"
        }
        return tree
    }

    /// Gives the home back to its user after a test has written to it.
    func own() throws {
        for name in [""] + (try FileManager.default.subpathsOfDirectory(atPath: home)) {
            lchown("\(home)/\(name)", alex.uid, alex.uid)
        }
    }

    /// Runs `body` while a file has another content.
    func changing(_ path: String, to text: String, _ body: () async throws -> Void) async throws {
        let (kept, wal) = ("\(path).kept", "\(path)-wal")
        rename(path, kept)
        let hasWAL = rename(wal, "\(wal).kept") == 0
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        chown(path, alex.uid, alex.uid)
        try await body()
        rename(kept, path)
        if hasWAL { rename("\(wal).kept", wal) }
    }

    func bareRoot() throws -> String {
        try Move.makeRoot(box("bare"))
        return box("bare")
    }

    static func makeRoot(_ root: String) throws {
        try FileManager.default.createDirectory(atPath: "\(root)/etc", withIntermediateDirectories: true)
        for (name, text) in [("passwd", "root:x:0:0:root:/root:/bin/sh\n"), ("group", "root:x:0:\n")] {
            try text.write(toFile: "\(root)/etc/\(name)", atomically: true, encoding: .utf8)
        }
    }

    // MARK: - What has to be so

    /// Expects the inventory of the install (check 3).
    func expectInventory(_ output: String) throws {
        for line in [
            "database +found +\(home)/teleclaude/teleclaude.db ", "its -wal +found", "events +found",
            "settings +found +\(home)/teleclaude/config.yml", "experiments +found", "secrets +found",
            "global settings +found", "settings of alex +found", "settings of stranger +found", "documents +found",
            "\\.teleclaude/\\.env also leads to it", "Old units, disabled", "the Telegram bot",
        ] {
            let isThere = output.range(of: line, options: .regularExpression) != nil
            #expect(isThere, "\(line) in \(output)")
        }
    }

    /// Expects the settings (checks 34 to 38 and 40). `SplitTests` tests the split of the settings itself.
    func expectSettings() throws {
        func text(_ path: String) throws -> String { try String(contentsOfFile: root + path, encoding: .utf8) }
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: root + path)[.posixPermissions] as? Int
        }
        let settings = try text("/etc/teleclaude/config.yml")
        let secrets = try text("/etc/teleclaude/secrets.yml")
        #expect(try mode("/etc/teleclaude/config.yml") == 0o644 && mode("/etc/teleclaude/secrets.yml") == 0o600)
        #expect(!settings.contains("FAKE") && secrets.contains("FAKE-inline-redis-pw"))
        #expect(settings.contains("os_username: \"\(alex.name)\"") && settings.contains("os_username: \"\(bea.name)\""))
        #expect(settings.contains("my_custom_key:") && settings.contains("help_desk_channel_id: '1100000000000000001'"))
        #expect(!settings.contains("tts:") && !settings.contains("\nui:"))
        let preferences = try text("/etc/teleclaude/users/alex/config.yml")
        #expect(
            preferences.contains("tts:") && preferences.contains("new_projection") && !preferences.contains("people:"))
        #expect(try mode("/etc/teleclaude/users/alex/config.yml") == 0o600)
        #expect(try text("/etc/teleclaude/unclaimed/stranger/config.yml").contains("discord"))
    }

    /// Expects that the values with the word FAKE are only in the secrets' file, apart from the database (check 35).
    func expectNoSecret(in texts: [String]) throws {
        for text in texts { #expect(!text.contains("FAKE"), "\(text)") }
        for (name, _) in try rootTree() {
            guard name != "etc/teleclaude/secrets.yml", !name.hasPrefix("var/lib/teleclaude/"),
                !name.hasPrefix("usr/local/bin/"),
                let bytes = FileManager.default.contents(atPath: "\(root)/\(name)")
            else { continue }
            #expect(bytes.range(of: Data("FAKE".utf8)) == nil, "\(name)")
        }
        let page = try String(contentsOfFile: box("report.html"), encoding: .utf8)
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("Going back") && !page.contains("FAKE"))
    }

    /// Expects the documents (check 39).
    func expectDocuments(_ output: String) throws {
        let (old, new) = ("\(home)/.teleclaude/docs", "\(root)/usr/local/share/teleclaude/docs")
        var names = Set(try FileManager.default.subpathsOfDirectory(atPath: old))
        names.remove("dangling.md")
        #expect(Set(try FileManager.default.subpathsOfDirectory(atPath: new)) == names)
        for name in names {
            let facts = try FileManager.default.attributesOfItem(atPath: "\(new)/\(name)")
            let isFile = facts[.type] as? FileAttributeType == .typeRegular
            #expect(facts[.posixPermissions] as? Int == (isFile ? 0o644 : 0o755) && facts[.ownerAccountID] as? Int == 0)
            guard isFile else { continue }
            let copy = FileManager.default.contents(atPath: "\(new)/\(name)")
            #expect(copy == FileManager.default.contents(atPath: "\(old)/\(name)"), "\(name)")
        }
        for words in [
            "docs/dangling.md is a symbolic link to /nonexistent/elsewhere: not followed",
            "/policy/commits.md:8 refers to ~/.teleclaude/docs/principle/one.md: for everybody it is",
            "193 are gone",
        ] { #expect(output.contains(words), "\(words)") }
        let index = try String(contentsOfFile: "\(root)/usr/local/share/teleclaude/index.yaml", encoding: .utf8)
        #expect(index.contains("general/policy/commits") && index.contains("teleclaude/docs/policy/commits.md"))
    }
}

/// Makes users and a root with the installed service and old units. The new database is of the given kind.
func withMove(_ backend: Backend, _ body: (Move) async throws -> Void) async throws {
    try await withSandbox { box in
        try await box.withUsers(["alex", "bea", "ada"]) { users in
            switch backend {
            case .sqlite:
                let url = "sqlite:\(box("root"))/var/lib/teleclaude/teleclaude.db"
                try await makeMove(box, users, url: url, database: [], body)
            case .postgresql:
                try await OwnServer.with(in: box) { server in
                    // All users get access to the server's socket, because the service's account is not the server's owner.
                    try await server.bash(#"chmod 711 "$cluster" && chmod 777 "$cluster"/.s.PGSQL.5432"#)
                    let url = "\(server.url)"
                    try await makeMove(box, users, url: url, database: ["--database", url], body)
                }
            }
        }
    }
}

private func makeMove(
    _ box: Sandbox, _ users: [TestUser], url: String, database: [String], _ body: (Move) async throws -> Void
) async throws {
    // All users get access to the world-readable files in the root.
    for folder in [box.folder, box.files] { chmod(folder, 0o755) }
    try Move.makeRoot(box("root"))
    let units = box("root/etc/systemd/system")
    try FileManager.default.createDirectory(
        atPath: "\(units)/multi-user.target.wants", withIntermediateDirectories: true)
    for unit in ["teleclaude.service", "teleclaude-config.path"] {
        try "[Unit]\nDescription=old\n".write(toFile: "\(units)/\(unit)", atomically: true, encoding: .utf8)
        try FileManager.default.createSymbolicLink(
            atPath: "\(units)/multi-user.target.wants/\(unit)", withDestinationPath: "../\(unit)")
    }
    let move = Move(
        box: box, program: try await box.published(.telec), daemonProgram: try await box.published(.teleclauded),
        alex: users[0], bea: users[1], admin: users[2], url: url, database: database)
    _ = try await box.published(.tcMigrate)
    _ = try await box.legacyHome(in: users[0].home)
    // The fixture's only admin owns everything, so the test needs another admin to look at sessions of others.
    let people = "\(move.home)/.teleclaude/teleclaude.yml"
    let text = try String(contentsOfFile: people, encoding: .utf8)
    try text.replacing("role: contributor", with: "role: admin").write(
        toFile: people, atomically: false, encoding: .utf8)
    try move.own()
    let installed = try await box.run(move.program, ["system", "install", "--root", move.root])
    #expect(installed.code == 0, "\(installed)")
    try await body(move)
}
