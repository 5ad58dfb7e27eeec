import Foundation
import TestSupport
import Testing

/// Tests every tool with the official SDK, as several people of one machine.
@Suite("MCP's tools", .enabled(if: TestUser.areWanted, TestUser.skipReason))
struct MCPToolTests {
    private static let all = [
        "whoami", "list_sessions", "get_session", "get_session_data", "start_session", "send_message", "end_session",
        "list_projects", "list_agents", "list_audit",
    ]

    /// Each person sees and may do what the policy says, by either transport.
    @Test(arguments: Backend.available)
    func eachSeesAndDoesWhatHeMay(backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            let on: [String: Any] = ["session_id": id]
            let steps = [
                ["list": true], call("whoami"), call("list_sessions"), call("get_session", on),
                call("get_session_data", on), call("send_message", ["session_id": id, "message": "hello"]),
                call("list_projects"), call("list_agents"), call("list_audit"),
            ]
            let plan = MCPDriver.Plan(steps: steps)
            let alice = try await machine.mcp.run(.current, as: machine.alice, plan)
            #expect(alice.version == "2026-07-28")
            #expect(alice.names == Self.all.filter { $0 != "list_audit" })
            #expect(alice.outcomes[1].content["person"] as? String == "Alice")
            #expect(alice.titles(2) == ["Alice's work"])
            #expect(alice.outcomes[4].text.contains(MultiUserTests.canary), "\(alice.outcomes[4])")
            #expect(alice.outcomes[4].content["view"] as? String == "terminal")
            #expect(!alice.outcomes[4].progress.isEmpty && alice.asked.isEmpty)
            #expect(alice.outcomes[5].content["status"] as? String == "sent")
            #expect(alice.projects(6) == [machine.alice.home])
            #expect(alice.outcomes[8].isError && alice.outcomes[8].text.hasPrefix("not_allowed: "))

            let bob = try await machine.mcp.run(.current, as: machine.bob, plan)
            #expect(bob.titles(2) == [] && bob.projects(6) == [])
            for step in 3...5 {
                let said = "not_found: there is no session \(id); telec sessions list shows them"
                #expect(bob.outcomes[step].isError && bob.outcomes[step].text == said, "\(bob.outcomes[step])")
            }
            let stranger = try await machine.mcp.run(.current, as: machine.stranger, plan)
            #expect(stranger.names == ["whoami"])
            #expect(stranger.outcomes[2...].allSatisfy { $0.isError && $0.text.hasPrefix("not_allowed: ") })

            let log = try await machine.telec(machine.admin, "audit", "list", "--json").entries()
            #expect(log.filter { $0["person"] as? String == "Alice" }.isEmpty, "\(log)")
            #expect(
                log.filter { $0["person"] as? String == "Bob" && $0["outcome"] as? String == "refused" }.count == 2,
                "\(log)")
        }
    }

    /// The revisions with `initialize` allow each person the same tools, with every version of the SDK and by both transports.
    @Test(arguments: Backend.available)
    func earlierRevisionsSayTheSame(backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            let on: [String: Any] = ["session_id": id]
            let new: [String: Any] = ["title": "New", "project_path": "/tmp", "command": ["sleep", "1000"]]
            let steps =
                [
                    ["list": true], call("whoami"), call("list_sessions"), call("list_projects"), call("list_agents"),
                    call("list_audit"), call("get_session", on), call("get_session_data", on),
                    call("send_message", ["session_id": id, "message": "hello"]), call("start_session", new),
                    call("end_session", ["session_id": "none-such"]),
                ]
            func plan(_ transport: String, _ mode: String, _ offers: String) -> MCPDriver.Plan {
                MCPDriver.Plan(
                    transport: transport, mode: mode, offers: offers, asks: true, reason: "an incident", steps: steps)
            }
            let ways: [(MCPDriver.SDK, [MCPDriver.Plan])] = [
                (.current, [plan("stdio", "legacy", "2025-11-25"), plan("http", "legacy", "2025-06-18")]),
                (.before, [plan("http", "", "2025-11-25"), plan("stdio", "", "2025-06-18")]),
                (.june, [plan("http", "", "2025-06-18"), plan("stdio", "", "2025-06-18")]),
            ]
            for (sdk, plans) in ways {
                for user in [machine.alice, machine.admin, machine.bob, machine.stranger] {
                    let answers = try await machine.mcp.run(sdk, as: user, plans)
                    #expect(answers.map(\.version) == plans.map(\.offers))
                    for (plan, answer) in zip(plans, answers) {
                        #expect(
                            answer.succeeded(steps) == Self.mayCall(user, machine, by: plan.transport),
                            "\(sdk) \(user.name) \(answer)")
                        let isAsked = user.uid == machine.admin.uid
                        #expect(answer.asked.count == (isAsked ? 1 : 0), "\(answer)")
                    }
                }
            }
        }
    }

    /// Returns the tools whose calls about Alice's session succeed for a user.
    private static func mayCall(_ user: TestUser, _ machine: SharedMachine, by transport: String) -> Set<String> {
        let start: Set<String> = transport == "stdio" ? ["start_session"] : []
        let any: Set<String> = ["whoami", "list_sessions", "list_projects", "list_agents"]
        switch user.uid {
        case machine.alice.uid: return any.union(start).union(["get_session", "get_session_data", "send_message"])
        case machine.admin.uid:
            return any.union(start).union(["get_session", "get_session_data", "send_message", "list_audit"])
        case machine.bob.uid: return any.union(start)
        default: return ["whoami"]
        }
    }

    /// An admin who reads another person's session is asked for a reason in the way that the client supports. The log has the reason.
    @Test(arguments: Backend.available)
    func readingSomebodyElsesTakesAReason(backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            let read = [call("get_session_data", ["session_id": id])]
            func plan(_ transport: String, _ mode: String, _ reason: String?) -> MCPDriver.Plan {
                MCPDriver.Plan(transport: transport, mode: mode, asks: true, reason: reason, steps: read)
            }
            let ways = [
                plan("http", "auto", "way 1"), plan("http", "legacy", "way 2"), plan("stdio", "2026-07-28", "way 3"),
                plan("stdio", "legacy", "way 4"), plan("http", "auto", nil), plan("stdio", "legacy", nil),
            ]
            let answers =
                try await machine.mcp.run(.current, as: machine.admin, ways)
                + (try await machine.mcp.run(
                    .before, as: machine.admin, [plan("http", "", "way 5"), plan("stdio", "", "way 6")]))
            for answer in answers {
                #expect(answer.asked == ["This is Alice's session. Reading it is logged. Why do you read it?"])
            }
            for (at, answer) in answers.enumerated() {
                let outcome = try #require(answer.outcomes.first)
                if [4, 5].contains(at) {
                    #expect(outcome.isError && outcome.text.hasPrefix("reason_required: "), "\(outcome)")
                } else {
                    #expect(!outcome.isError && outcome.text.contains(MultiUserTests.canary), "\(at) \(outcome)")
                }
            }
            let log = try await machine.telec(machine.admin, "audit", "list", "--json").entries()
            let reasons = log.filter { $0["outcome"] as? String == "allowed" }.compactMap { $0["reason"] as? String }
            #expect(reasons.reversed() == (1...6).map { "way \($0)" }, "\(log)")
            #expect(log.filter { $0["reason"] as? String == "no reason was given" }.count == 2, "\(log)")
        }
    }

    /// A client that can't ask its user passes the reason itself, or is told that it is missing.
    @Test func aClientThatAsksNobody() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            let steps = [
                call("get_session_data", ["session_id": id]),
                call("get_session_data", ["session_id": id, "reason": " "]),
                call("get_session_data", ["session_id": id, "reason": "an incident"]),
                call("list_audit", ["session": id, "outcome": "allowed"]),
            ]
            let modern = try await machine.mcp.run(.current, as: machine.admin, MCPDriver.Plan(steps: steps))
            #expect(modern.outcomes[0].code == -32021 && modern.outcomes[1].code == -32021, "\(modern)")
            let before = try await machine.mcp.run(.before, as: machine.admin, MCPDriver.Plan(steps: steps))
            #expect(before.version == "2025-11-25")
            #expect(before.outcomes[0].isError && before.outcomes[0].text.contains("give it as the argument reason"))
            for answer in [modern, before] {
                #expect(answer.outcomes[2].text.contains(MultiUserTests.canary), "\(answer)")
                let entries = answer.outcomes[3].content["entries"] as? [[String: Any]]
                #expect(entries?.first?["reason"] as? String == "an incident", "\(answer)")
            }
        }
    }

    /// A session that the bridge starts runs as the bridge's user. Over the socket no session can be started, and the answer says so.
    @Test(arguments: Backend.available)
    func startedSessionsRunAsWhoHasAsked(backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            let arguments: [String: Any] = [
                "title": "From an agent", "project_path": machine.bob.home,
                "command": ["sh", "-c", "id -un; read line; echo \"heard $line\"; sleep 1000"],
                "message": "the first word",
            ]
            let steps = [
                call("start_session", arguments, save: "it"),
                call("get_session_data", ["session_id": "$it", "tail_chars": 200]),
                call("send_message", ["session_id": "$it", "keys": ["Enter"]]),
                call("send_message", ["session_id": "$it", "keys": ["Enter"], "message": "x"]),
                call("send_message", ["session_id": "$it"]),
                call("send_message", ["session_id": "$it", "keys": [String]()]),
                call("end_session", ["session_id": "$it"]),
                call("end_session", ["session_id": "$it"]),
            ]
            let plans = ["auto", "legacy"].map { MCPDriver.Plan(transport: "stdio", mode: $0, steps: steps) }
            for answer in try await machine.mcp.run(.current, as: machine.bob, plans) {
                let session = answer.outcomes[0].content["session"] as? [String: Any]
                #expect(session?["owner_person"] as? String == "Bob", "\(answer.outcomes[0])")
                #expect(
                    answer.outcomes[0].content["notice"] as? String
                        == "Sessions on this system are subject to admin audit.")
                #expect(answer.outcomes[0].progress == [1, 2])
                #expect(answer.outcomes[1].text.contains(machine.bob.name), "\(answer.outcomes[1])")
                #expect(!answer.outcomes[2].isError)
                #expect(answer.outcomes[3].text == "bad_request: give a message or keys, not both")
                #expect(answer.outcomes[4].text == "bad_request: a message needs a text or keys")
                #expect(answer.outcomes[5].text == answer.outcomes[4].text)
                #expect(!answer.outcomes[6].isError && !answer.outcomes[7].isError, "\(answer.outcomes)")
            }
            let over = try await machine.mcp.run(
                .current, as: machine.bob, MCPDriver.Plan(steps: [call("start_session", arguments)]))
            #expect(over.outcomes[0].isError && over.outcomes[0].text.contains("telec mcp"), "\(over)")
        }
    }

    /// A question is bound to the person who was asked and to its subject. Nobody else can answer it, and it can be cancelled.
    @Test func questionsAreBoundToWhoIsAsked() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            let other = try await machine.start(machine.alice, title: "Alice's other work")
            let meta = #"""
                "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}
                """#
            let modern = ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call", "Mcp-Name: get_session_data"]
            func read(_ session: String, _ more: String = "", as user: TestUser) async throws -> [String: Any] {
                let body =
                    #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_session_data","arguments":{"session_id":"\#(session)"},\#(meta)\#(more)}}"#
                let text = try await machine.post(body, modern, as: user).finish().output
                let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
                return try #require(document?["result"] as? [String: Any], "\(text)")
            }
            func again(_ state: Any?) -> String {
                #","requestState":"\#(state as? String ?? "")","inputResponses":{"reason":{"action":"accept","content":{"reason":"mine"}}}"#
            }
            let asked = try await read(id, as: machine.admin)
            #expect(asked["resultType"] as? String == "input_required")
            let state = asked["requestState"]
            // A person who may not read the session is not asked, even with another person's state.
            let bob = try await read(id, again(state), as: machine.bob)
            #expect(bob["isError"] as? Bool == true, "\(bob)")
            // The answer is not valid for another session, and neither is an answer to a question that was not asked.
            for (session, state) in [(other, state), (id, "made up"), (id, nil)] as [(String, Any?)] {
                let refused = try await read(session, again(state), as: machine.admin)
                #expect(refused["resultType"] as? String == "input_required", "\(refused)")
            }
            let answered = try await read(id, again(state), as: machine.admin)
            #expect(answered["resultType"] as? String == "complete" && answered["isError"] as? Bool == false)
            // An answer is accepted only once.
            #expect(try await read(id, again(state), as: machine.admin)["resultType"] as? String == "input_required")

            let legacy = ["Mcp-Session-Id: 2025-11-25.asks.test", "Accept: application/json, text/event-stream"]
            let call =
                #"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"get_session_data","arguments":{"session_id":"\#(id)"}}}"#
            let stream = try machine.post(call, legacy, as: machine.admin)
            try waitUntil("the admin is asked") { try stream.outputText().contains("elicitation/create") }
            let event = try #require(try stream.outputText().split(separator: "\n").first { $0.hasPrefix("data: ") })
            let question = try JSONSerialization.jsonObject(with: Data(event.dropFirst(6).utf8)) as? [String: Any]
            let key = try #require(question?["id"] as? String)
            let answer = #"{"jsonrpc":"2.0","id":"\#(key)","result":{"action":"accept","content":{"reason":"mine"}}}"#
            let foreign = try await machine.post(answer, legacy, as: machine.bob).finish()
            #expect(foreign.output.contains("this answers a question that was not asked here"), "\(foreign)")
            let cancel = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#
            for (user, session) in [(machine.bob, "test"), (machine.admin, "another")] {
                let headers = ["Mcp-Session-Id: 2025-11-25.asks.\(session)"]
                _ = try await machine.post(cancel, headers, as: user).finish()
            }
            try await Task.sleep(for: .milliseconds(500))
            #expect(isAlive(stream.pid))
            _ = try await machine.post(cancel, legacy, as: machine.admin).finish()
            let ended = try await stream.finish()
            #expect(!ended.output.contains("isError") && !ended.output.contains(MultiUserTests.canary), "\(ended)")
            let log = try await machine.telec(machine.admin, "audit", "list", "--json").entries()
            #expect(log.filter { $0["outcome"] as? String == "allowed" }.count == 1, "\(log)")
        }
    }

    /// Clients that disconnect in the middle or stop reading do not affect others.
    @Test func clientsThatGoAwayOrStopReading() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let id = try await machine.start(machine.alice, title: "Alice's work")
            let call =
                #"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"get_session_data","arguments":{"session_id":"\#(id)"}}}"#
            let headers = ["Mcp-Session-Id: 2025-11-25.asks.test", "Accept: text/event-stream"]
            var streams: [RunningProgram] = []
            for _ in 0..<4 {
                let stream = try machine.post(call, headers, as: machine.admin)
                try waitUntil("the admin is asked") { try stream.outputText().contains("elicitation/create") }
                streams.append(stream)
            }
            streams[0].kill(SIGKILL)
            streams[1].suspend()
            let whoami = MCPDriver.Plan(steps: [["call": "whoami"]])
            let answer = try await machine.mcp.run(.current, as: machine.admin, whoami)
            #expect(!answer.outcomes[0].isError)
            // The daemon does not wait for pending answers when it ends (`withSharedMachine` ends it).
            streams[1].kill(SIGCONT)
            _ = try await streams[0].finish()
            machine.daemon.kill(SIGTERM)
            for stream in streams.dropFirst() {
                let run = try await stream.finish(timeout: 30)
                #expect(!run.output.contains("isError"), "\(run)")
            }
        }
    }

    /// A session's token shows from which session an agent calls. Once the session is over, the token is worthless.
    @Test func aTokenSaysWhichSessionCalls() async throws {
        try await withSharedMachine(.sqlite) { machine in
            let file = "\(machine.alice.home)/token"
            let started = try await machine.telec(
                machine.alice,
                [
                    "sessions", "start", "--title", "Inside", "--project", machine.alice.home, "--", "sh", "-c",
                    "printenv TELECLAUDE_SESSION_TOKEN > \(file).new; mv \(file).new \(file); sleep 1000",
                ])
            let id = started.output.trimmingCharacters(in: .newlines)
            try waitUntil("the session has written its token") { FileManager.default.fileExists(atPath: file) }
            let token = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .newlines)
            func ask(_ transport: String) -> MCPDriver.Plan {
                MCPDriver.Plan(transport: transport, token: token, steps: [call("whoami")])
            }
            for answer in try await machine.mcp.run(.current, as: machine.alice, [ask("http"), ask("stdio")]) {
                #expect(answer.outcomes[0].content["session_id"] as? String == id, "\(answer)")
            }
            _ = try await machine.telec(machine.alice, "sessions", "end", id)
            for user in [machine.alice, machine.bob] {
                let run = try await machine.box.run(
                    as: user, machine.client, ["mcp"],
                    machine.variables.merging(["TELECLAUDE_SESSION_TOKEN": token]) { _, new in new },
                    input: #"{"jsonrpc":"2.0","id":"q","method":"ping"}"#)
                #expect(run.code == 0 && run.output.contains("this session token is not valid here"), "\(run)")
                #expect(run.output.contains(#""id":"q""#) && !"\(run)".contains(token), "\(run)")
            }
        }
    }
}

extension MCPDriver.Answer {
    fileprivate var names: [String] { outcomes[0].tools.compactMap { $0["name"] as? String } }

    fileprivate func titles(_ step: Int) -> [String] {
        (outcomes[step].content["sessions"] as? [[String: Any]] ?? []).compactMap { $0["title"] as? String }
    }

    /// Returns the tools whose calls succeeded.
    fileprivate func succeeded(_ steps: [[String: Any]]) -> Set<String> {
        Set(zip(steps, outcomes).compactMap { step, outcome in outcome.isError ? nil : step["call"] as? String })
    }

    fileprivate func projects(_ step: Int) -> [String] {
        (outcomes[step].content["projects"] as? [[String: Any]] ?? []).compactMap { $0["project_path"] as? String }
    }
}

extension SharedMachine {
    /// Sends a message to the socket as a user.
    fileprivate func post(_ body: String, _ headers: [String], as user: TestUser) throws -> RunningProgram {
        let words = ["-sS", "-N", "--max-time", "60", "--unix-socket", "\(box.folder)/run/d.sock", "http://x/mcp"]
        return try box.start(
            as: user, try Program(inPath: "curl"),
            words + ["-H", "Content-Type: application/json", "--data-binary", body] + headers.flatMap { ["-H", $0] })
    }
}
