import Foundation
import TestSupport
import Testing

/// A shared machine with adapters: `chat` and `mail` run as the stranger's account, `other` as Bob's.
struct AdapterMachine: Sendable {
    static let (alice, ada, carol) = ("111000111", "222000222", "333000333")
    static let tokens = [
        "chat": "tca_" + String(repeating: "c4a7", count: 16), "mail": "tca_" + String(repeating: "3a11", count: 16),
        "other": "tca_" + String(repeating: "07e5", count: 16),
    ]

    /// The answer to a request.
    struct Answer {
        var status: Int
        var text: String
        var document: [String: Any]
        var statuses: [String: Int]

        /// The code of a refusal; `-` if there is none.
        var code: String { document["code"] as? String ?? "-" }
        var summary: String { "\(status) \(code)" }
        var session: [String: Any] { document["session"] as? [String: Any] ?? [:] }
        var sessionIDs: [String] {
            (document["sessions"] as? [[String: Any]] ?? []).compactMap { $0["session_id"] as? String }
        }
    }

    let machine: SharedMachine

    /// Writes the system's settings: people, agents, adapters. `more` is added at the end of the people.
    func settings(chat token: String = tokens["chat"] ?? "", more: String = "") throws {
        let file = "\(machine.box.folder)/etc/config.yml"
        let text = """
            mode: system
            people:
              - {name: Alice, email: alice@example.org, os_username: \(machine.alice.name), creds: {telegram: {user_id: \(Self.alice)}, whatsapp: {phone_number: "+31612345678"}}}
              - {name: Bob, email: bob@example.org, os_username: \(machine.bob.name)}
              - {name: Ada, os_username: \(machine.admin.name), role: admin, creds: {telegram: {user_id: \(Self.ada)}}}
              - {name: Carol, creds: {telegram: {user_id: \(Self.carol)}}}
            \(more)
            agents:
              robot: {command: [sh, -c, 'echo "robot of $(id -un)"; cat']}
            adapters:
              chat: {os_username: \(machine.stranger.name), platforms: [telegram, whatsapp]}
              mail: {os_username: \(machine.stranger.name), platforms: [email]}
              other: {os_username: \(machine.bob.name), platforms: [telegram]}
            """
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        chmod(file, 0o644)
        let secrets = "\(machine.box.folder)/etc/secrets.yml"
        let lines = Self.tokens.map { name, usual in "  \(name): {token: \(name == "chat" ? token : usual)}" }
        try ("adapters:\n" + lines.joined(separator: "\n") + "\n").write(
            toFile: secrets, atomically: true, encoding: .utf8)
        chmod(secrets, 0o600)
        chown(secrets, machine.service.uid, machine.service.uid)
    }

    func reload(until words: String = "settings were read anew: people") throws {
        let before = try machine.daemon.errorText().components(separatedBy: words).count
        machine.daemon.kill(SIGHUP)
        try waitUntil("settings are read anew") {
            try machine.daemon.errorText().components(separatedBy: words).count > before
        }
    }

    /// Sends requests as this account, one after the other.
    func ask(_ user: TestUser, _ requests: [[String: Any]]) async throws -> [Answer] {
        let input = try JSONSerialization.data(withJSONObject: requests)
        let run = try await machine.box.run(
            Program(inPath: "python3"),
            ["\(Built.project)/ci/adapters/drive.py", "\(machine.box.folder)/run/d.sock", String(user.uid)],
            input: String(decoding: input, as: UTF8.self), in: "/", timeout: 120)
        try #require(run.code == 0, "\(run)")
        let answers = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]]
        return try #require(answers).map { answer in
            Answer(
                status: try #require(answer["status"] as? Int), text: answer["text"] as? String ?? "",
                document: answer["document"] as? [String: Any] ?? [:],
                statuses: answer["statuses"] as? [String: Int] ?? [:])
        }
    }

    /// Sends a request of the adapter `chat` on behalf of a Telegram user.
    func chat(_ what: String, _ user: String, _ more: [String: Any] = [:]) async throws -> Answer {
        try #require(try await ask(machine.stranger, [request(what, user, more)]).first)
    }

    func request(
        _ what: String, _ user: Any, _ more: [String: Any] = [:], platform: String = "telegram",
        as adapter: String = "chat"
    ) -> [String: Any] {
        let body = ["platform": platform, "user": user].merging(more) { $1 }
        return ["path": "/adapter/\(what)", "token": Self.tokens[adapter] ?? adapter, "body": body]
    }

    /// Returns the log, oldest entry first, each as `who action outcome from`.
    func log() async throws -> [String] {
        let rows = try await machine.telec(machine.admin, "audit", "list", "--limit", "500", "--json").entries()
        return rows.reversed().map { row in
            ["person", "action", "outcome", "caller_session"].map { row[$0] as? String ?? "-" }.joined(separator: " ")
        }
    }
}

func withAdapters(_ backend: Backend, _ body: (AdapterMachine) async throws -> Void) async throws {
    try await withSharedMachine(backend) { machine in
        let adapters = AdapterMachine(machine: machine)
        try adapters.settings()
        try adapters.reload()
        try await body(adapters)
        #expect(try !machine.daemon.errorText().contains("tca_"))
    }
}
