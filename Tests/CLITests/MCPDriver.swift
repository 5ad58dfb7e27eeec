import Foundation
import TestSupport
import Testing

/// Clients of the server that use the official SDK of the Model Context Protocol from PyPI.
struct MCPDriver: Sendable {
    /// A version of the SDK.
    enum SDK: String, CaseIterable, Sendable {
        /// The current major version, with revision 2026-07-28 and earlier ones.
        case current
        /// The last version of the previous major version.
        case before
        /// The last version that supports no revision after 2025-06-18.
        case june
    }

    /// The folder of the Python environments. They are created if they are missing; `ci/test` creates them in advance.
    private static let folder: Result<String, any Error> = Result {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "\(Built.project)/ci/mcp/environment")
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "ci/mcp/environment can't make what these tests need")
        return text.trimmingCharacters(in: .newlines)
    }

    /// A connection and the steps to take on it.
    struct Plan {
        var transport = "http"
        var mode = "auto"
        /// The revision that `initialize` offers; `nil` for the SDK's newest.
        var offers: String?
        var asks = false
        var reason: String?
        var token: String?
        var steps: [[String: Any]]

        fileprivate func document(_ socket: String, _ telec: String) -> [String: Any] {
            var members: [String: Any] = [
                "transport": transport, "mode": mode, "asks": asks, "steps": steps, "socket": socket, "telec": telec,
            ]
            members["reason"] = reason
            members["offers"] = offers
            members["token"] = token
            return members
        }
    }

    /// The outcome of a step: a result, or an error of the protocol.
    struct Outcome {
        var isError: Bool
        var text: String
        var content: [String: Any]
        var progress: [Double]
        var tools: [[String: Any]]
        /// The error's code; `nil` for a result.
        var code: Int?

        init(_ document: [String: Any]) {
            isError = document["is_error"] as? Bool ?? (document["error"] != nil)
            text = document["text"] as? String ?? document["message"] as? String ?? ""
            content = document["content"] as? [String: Any] ?? [:]
            progress = document["progress"] as? [Double] ?? []
            tools = document["tools"] as? [[String: Any]] ?? []
            code = document["error"] as? Int
        }
    }

    struct Answer {
        var version: String
        var outcomes: [Outcome]
        /// The questions that the client's user was asked.
        var asked: [String]
    }

    let box: Sandbox
    let socket: String
    let telec: Program
    let conversations: Conversations

    /// Checks the messages of conversations, a list in JSON, against the specification's own schema, and returns the faults of each.
    static func complaints(_ conversations: String, _ box: Sandbox) async throws -> [[String]] {
        let python = Program(path: "\(try folder.get())/\(SDK.current.rawValue)/bin/python")
        let check = "\(Built.project)/ci/mcp/check.py"
        let run = try await box.run(python, [check], input: conversations, in: "/", timeout: 120)
        try #require(run.code == 0, "\(run)")
        return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String]])
    }

    /// Runs the plans one after the other as this user. Every message of both sides has to conform to the specification, which is
    /// checked at the end of the test.
    func run(_ sdk: SDK, as user: TestUser, _ plans: [Plan]) async throws -> [Answer] {
        let python = Program(path: "\(try Self.folder.get())/\(sdk.rawValue)/bin/python")
        let input = try JSONSerialization.data(withJSONObject: plans.map { $0.document(socket, telec.path) })
        let run = try await box.run(
            python, ["\(Built.project)/ci/mcp/drive.py", String(user.uid)], ["HOME": user.home, "TMPDIR": "/tmp"],
            input: String(decoding: input, as: UTF8.self), in: "/", timeout: 120)
        try #require(run.code == 0, "\(run)")
        let answers = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]]
        for answer in try #require(answers) {
            let messages = try #require(answer["messages"] as? [[String: String]])
            #expect(Set(messages.map { $0["from"] }) == ["client", "server"], "nothing was kept of what went over it")
            try conversations.add(answer)
        }
        return try #require(answers).map { answer in
            Answer(
                version: try #require(answer["version"] as? String),
                outcomes: try #require(answer["results"] as? [[String: Any]]).map(Outcome.init),
                asked: try #require(answer["asked"] as? [String]))
        }
    }

    /// Runs one plan and returns its answer.
    func run(_ sdk: SDK, as user: TestUser, _ plan: Plan) async throws -> Answer {
        try #require(try await run(sdk, as: user, [plan]).first)
    }
}

extension SharedMachine {
    var mcp: MCPDriver {
        MCPDriver(box: box, socket: "\(box.folder)/run/d.sock", telec: client, conversations: conversations)
    }
}

/// Returns a step that calls this tool.
func call(_ tool: String, _ arguments: [String: Any] = [:], save: String? = nil) -> [String: Any] {
    var step: [String: Any] = ["call": tool, "arguments": arguments]
    step["save"] = save
    return step
}
