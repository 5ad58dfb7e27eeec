import Foundation
import TestSupport
import Testing

/// A machine that several people share, with a daemon in system mode.
struct SharedMachine: Sendable {
    let box: Sandbox
    let alice: TestUser
    let bob: TestUser
    let admin: TestUser
    let stranger: TestUser
    let service: TestUser
    let daemon: RunningProgram
    let client: Program
    let variables: [String: String?]
    let state: String
    let database: String
    /// What MCP's clients and the daemon say.
    let conversations = Conversations()

    func telec(_ user: TestUser, _ arguments: String...) async throws -> Run { try await telec(user, arguments) }

    func telec(_ user: TestUser, _ arguments: [String]) async throws -> Run {
        try await box.run(as: user, client, arguments, variables)
    }

    /// Starts a session that prints the canary and waits, and returns the session's id.
    func start(_ user: TestUser, title: String) async throws -> String {
        let run = try await telec(
            user,
            [
                "sessions", "start", "--title", title, "--project", user.home, "--", "sh", "-c",
                // The canary must not stand whole in the arguments of any process.
                "printf 'c%s-4b1d\\n' AnArY; sleep 1000",
            ])
        #expect(run.code == 0 && run.error == "Sessions on this system are subject to admin audit.\n", "\(run)")
        let id = run.output.trimmingCharacters(in: .newlines)
        let deadline = ContinuousClock.now + .seconds(20)
        while try await !telec(user, "transcript", id).output.contains(MultiUserTests.canary) {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(100))
        }
        return id
    }

    /// Returns the titles of the sessions that a user sees, sorted.
    func titles(_ user: TestUser) async throws -> [String] {
        let run = try await telec(user, "sessions", "list", "--json")
        let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
        let sessions = try #require(object?["sessions"] as? [[String: Any]], "\(run)")
        return sessions.compactMap { $0["title"] as? String }.sorted()
    }

    /// Writes the system's settings with these people.
    func settings(_ people: [(String, TestUser, String)]) async throws {
        try SharedMachine.write(people, to: "\(box.folder)/etc/config.yml")
    }

    fileprivate static func write(_ people: [(String, TestUser, String)], to file: String) throws {
        let lines = people.map { name, user, role in
            "  - {name: \(name), email: \(name)@example.org, os_username: \(user.name), role: \(role)}"
        }
        let text = "mode: system\npeople:\n" + lines.joined(separator: "\n") + "\n"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        chmod(file, 0o644)
    }
}

/// Makes a machine with a running daemon on an empty database of the given kind, and removes it afterwards.
func withSharedMachine(_ backend: Backend, _ body: (SharedMachine) async throws -> Void) async throws {
    try await withDatabase(backend) { box, url in
        try await box.withUsers(["alice", "bob", "ada", "zed", "svc"]) { users in
            // The test's server admits only the user who started it, and root.
            let service = backend == .sqlite ? users[4] : TestUser(name: "root", uid: 0, home: users[4].home)
            let state = backend == .sqlite ? "\(service.home)/state" : "\(box.folder)/state"
            for folder in ["\(box.folder)/etc", "\(box.folder)/run"] {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                chmod(folder, 0o755)
            }
            chown("\(box.folder)/run", service.uid, service.uid)
            try SharedMachine.write(
                [("Alice", users[0], "member"), ("Bob", users[1], "member"), ("Ada", users[2], "admin")],
                to: "\(box.folder)/etc/config.yml")
            let database = backend == .sqlite ? "sqlite:\(state)/teleclaude.db" : url
            let variables: [String: String?] = ["TELECLAUDE_SOCKET": "\(box.folder)/run/d.sock"]
            let own: [String: String?] = [
                "TELECLAUDE_CONFIG_PATH": "\(box.folder)/etc/config.yml", "TELECLAUDE_STATE_PATH": state,
                "TELECLAUDE_DATABASE_URL": database,
            ]
            let daemon = try box.start(
                as: service, try await box.published(.teleclauded), [], variables.merging(own) { _, new in new })
            let machine = SharedMachine(
                box: box, alice: users[0], bob: users[1], admin: users[2], stranger: users[3], service: service,
                daemon: daemon, client: try await box.published(.telec), variables: variables, state: state,
                database: database)
            try waitUntil("the daemon serves") {
                let text = try daemon.errorText()
                try #require(!text.contains("error:"), "\(text)")
                return text.contains("ready")
            }
            try await body(machine)
            try await machine.conversations.expectConformance(box)
            daemon.kill(SIGTERM)
            let run = try await daemon.finish(timeout: 30)
            #expect(run.code == 0, "\(run)")
            #expect(!run.error.contains(MultiUserTests.canary) && !run.error.contains("tcs_"), "\(run)")
        }
    }
}
