import Foundation
import TestSupport
import Testing

/// Tests messages that no SDK sends. The daemon refuses them as the protocol prescribes, and nothing breaks.
@Suite("MCP's messages")
struct MCPMessageTests {
    private let conversations = Conversations()

    private struct Reply {
        var status: Int
        var type: String
        var text: String
        var document: [String: Any]
        var code: Int? { (document["error"] as? [String: Any])?["code"] as? Int }
        var message: String { (document["error"] as? [String: Any])?["message"] as? String ?? "" }
    }

    private func post(_ daemon: TestDaemon, _ body: String, _ headers: [String] = []) async throws -> Reply {
        let socket = try #require(daemon.variables["TELECLAUDE_SOCKET"] ?? nil)
        let run = try await daemon.box.run(
            try Program(inPath: "curl"),
            [
                "-sS", "--max-time", "20", "-w", "\n%{http_code} %{content_type}", "--unix-socket", socket,
                "http://x/mcp",
            ]
                + ["-H", "Content-Type: application/json", "-H", "Expect:", "--data-binary", "@-"]
                + headers.flatMap { ["-H", $0] }, input: body)
        #expect(run.code == 0, "\(run)")
        let (text, facts) = try #require(
            run.output.lastIndex(of: "\n").map { (run.output[..<$0], run.output[$0...].split(separator: " ")) })
        let document = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        try keep(String(text), to: body, headers)
        return Reply(
            status: try #require(Int(facts[0].trimmingCharacters(in: .whitespacesAndNewlines))),
            type: facts.count > 1 ? String(facts[1]) : "", text: String(text), document: document ?? [:])
    }

    /// Keeps the answer to such a message, which has to conform to the specification as well.
    private func keep(_ answer: String, to body: String, _ headers: [String]) throws {
        let said = headers.contains("MCP-Protocol-Version: 2026-07-28") ? "2026-07-28" : "2025-11-25"
        let lines = answer.split(separator: "\n")
        let events = lines.filter { $0.hasPrefix("data: ") }.map { $0.dropFirst(6) }
        let answers = (events.isEmpty ? lines : events).map { ["from": "server", "text": String($0)] }
        let messages = [["from": "client", "text": body, "meant": "wrong"]] + answers
        try conversations.add(["version": said, "messages": messages])
    }

    /// Runs a daemon whose answers all have to conform to the specification.
    private func withConformingDaemon(_ body: (TestDaemon) async throws -> Void) async throws {
        try await withDaemon(.sqlite) { daemon in
            try await body(daemon)
            try await conversations.expectConformance(daemon.box)
        }
    }

    /// Returns what is wrong with each of these conversations.
    private static func complaints(_ conversations: [[String: Any]]) async throws -> [[String]] {
        let list = String(decoding: try JSONSerialization.data(withJSONObject: conversations), as: UTF8.self)
        return try await withSandbox { try await MCPDriver.complaints(list, $0) }
    }

    /// The specification's schema rejects messages with small faults. Otherwise the other tests would prove nothing.
    @Test func theSchemaSaysNo() async throws {
        let (ask, list) = (
            #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{\#(Self.meta)}}"#,
            #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","tools":[],"ttlMs":1,"cacheScope":"private"}}"#
        )
        let meant: [(answer: String, words: String?)] = [
            (list, nil), (list.replacing("tools", with: "Tools"), "tools: Field required"),
            (list.replacing(#""tools""#, with: #""nextCursor":null,"tools""#), "nextCursor: Input should be"),
            (list.replacing(":1,", with: ":1,\"more\":true,"), "more: Extra inputs"),
            (list.replacing(#""ttlMs":1"#, with: #""ttlMs":"1""#), "ttlMs: Input should be"),
            (list.replacing(#""id":1"#, with: #""id":2"#), "answers what nobody has asked"),
            (list.replacing(#""id":1"#, with: #""id":1,"id":1"#), "a member is there twice"),
            (list.replacing(#""tools":[]"#, with: #""tools":[{"name":"x"}]"#), "inputSchema: Field required"),
            (#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"x"}}"#, "id"),
            (#"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"x"}}"#, "error.data: Field required"),
            (#"{"jsonrpc":"2.0","id":1,"error":{"code":-32600.5,"message":"x"}}"#, "error.code"),
            (#"{"jsonrpc":"2.0","method":"notifications/nonesuch"}"#, "has no notifications/nonesuch here"),
            (#"{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{}}"#, "has no elicitation/create"),
            ("[]", "not an object"), (#"{"a":NaN}"#, "NaN is no JSON"), ("{", "Expecting"),
        ]
        let conversations: [[String: Any]] = meant.map { one in
            [
                "version": "2026-07-28",
                "messages": [["from": "client", "text": ask], ["from": "server", "text": one.answer]],
            ]
        }
        let found = try await Self.complaints(conversations)
        for ((answer, words), complaints) in zip(meant, found) {
            #expect(complaints.isEmpty == (words == nil), "\(answer) \(complaints)")
            #expect(complaints.allSatisfy { $0.contains(words ?? "") }, "\(answer) \(complaints)")
        }
        #expect(found.count == meant.count)
    }

    /// A member that 2025-11-25 has added is not valid in 2025-06-18. `_meta` may hold anything in both.
    @Test func anEarlierRevisionHasNoLaterMembers() async throws {
        let ask = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#
        func list(_ members: String) -> String {
            #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"x","inputSchema":{"type":"object"}\#(members)}]}}"#
        }
        let meant = [(#","icons":[]"#, 1), (#","execution":{}"#, 1), (#","title":"X","_meta":{"a":1}"#, 0)]
        for (version, isEarlier) in [("2025-06-18", true), ("2025-11-25", false)] {
            let conversations: [[String: Any]] = meant.map { one in
                [
                    "version": version,
                    "messages": [["from": "client", "text": ask], ["from": "server", "text": list(one.0)]],
                ]
            }
            let found = try await Self.complaints(conversations)
            #expect(found.map(\.count) == meant.map { isEarlier ? $0.1 : 0 }, "\(found)")
        }
    }

    private static let meta = #"""
        "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}
        """#

    private static func stateless(_ method: String, name: String? = nil) -> [String] {
        ["MCP-Protocol-Version: 2026-07-28", "Mcp-Method: \(method)"] + (name.map { ["Mcp-Name: \($0)"] } ?? [])
    }

    @Test func whatIsNoMessage() async throws {
        try await withConformingDaemon { daemon in
            for (body, code) in [
                ("", -32700), ("{", -32700), (String(repeating: "[", count: 20_000), -32700), ("[]", -32600),
                (#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600), ("7", -32600), ("{}", -32600),
                (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600),
                (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
                (#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#, -32600),
                (#"{"jsonrpc":"2.0","id":"q","result":{}}"#, -32600),
            ] {
                let reply = try await post(daemon, body)
                #expect(
                    reply.status == 400 && reply.code == code && reply.type == "application/json", "\(body) \(reply)")
            }
            let name = String(repeating: "x", count: 1_100_000)
            let long = try await post(daemon, #"{"jsonrpc":"2.0","id":1,"method":"\#(name)"}"#)
            #expect(long.status == 413 && long.message == "the message is longer than 1048576 bytes", "\(long.status)")
            // A message just below the limit is read.
            let fits = try await post(daemon, #"{"jsonrpc":"2.0","id":1,"method":"\#(name.prefix(1_000_000))"}"#)
            #expect(fits.code == -32601, "\(fits.status)")
            let page = try await post(
                daemon, #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, ["Origin: http://evil.example"])
            #expect(page.status == 403 && page.message == "no web page may call this", "\(page)")
            let token = try await post(
                daemon, #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, ["Authorization: Bearer tcs_no"])
            #expect(token.status == 401 && token.message.contains("this session token is not valid here"), "\(token)")
            // The daemon still answers.
            let ping = try await post(daemon, #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
            #expect(ping.status == 200 && ping.text.contains(#""result":{}"#), "\(ping)")
        }
    }

    @Test func headersAndVersions() async throws {
        try await withConformingDaemon { daemon in
            let list = #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{\#(Self.meta)}}"#
            let call = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami",\#(Self.meta)}}"#
            for (body, headers, status, code) in [
                (list, [], 400, -32020), (list, Self.stateless("tools/call"), 400, -32020),
                (list, ["MCP-Protocol-Version: 2025-11-25", "Mcp-Method: tools/list"], 400, -32020),
                (list, Self.stateless("tools/list") + ["Mcp-Method: tools/list"], 400, -32020),
                (call, Self.stateless("tools/call"), 400, -32020),
                (call, Self.stateless("tools/call", name: "list_audit"), 400, -32020),
                (
                    list.replacing("2026-07-28", with: "2030-01-01"),
                    ["MCP-Protocol-Version: 2030-01-01", "Mcp-Method: tools/list"], 400, -32022
                ),
                (#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, Self.stateless("tools/list"), 400, -32602),
                (#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, ["MCP-Protocol-Version: 1999-01-01"], 400, -32022),
                (#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, ["Mcp-Session-Id: nonsense"], 400, -32600),
                (list.replacing("tools/list", with: "resources/list"), Self.stateless("resources/list"), 404, -32601),
                (list.replacing("tools/list", with: "ping"), Self.stateless("ping"), 404, -32601),
                (#"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#, [], 200, -32601),
                (#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":7}}"#, [], 200, -32602),
                (
                    call.replacing("whoami", with: "nonesuch"), Self.stateless("tools/call", name: "nonesuch"), 400,
                    -32602
                ),
            ] as [(String, [String], Int, Int)] {
                let reply = try await post(daemon, body, headers)
                #expect(reply.status == status && reply.code == code, "\(body) \(headers) \(reply)")
            }
            let good = try await post(daemon, call, Self.stateless("tools/call", name: "=?base64?d2hvYW1p?="))
            #expect(good.status == 200 && good.text.contains(#""resultType":"complete""#), "\(good)")
            let told = try await post(daemon, #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
            #expect(told.status == 202 && told.text.isEmpty, "\(told)")
            let socket = try #require(daemon.variables["TELECLAUDE_SOCKET"] ?? nil)
            let get = try await daemon.box.run(
                try Program(inPath: "curl"), ["-sS", "-i", "--unix-socket", socket, "http://x/mcp"])
            #expect(get.output.hasPrefix("HTTP/1.1 405") && get.output.contains("Allow: POST"), "\(get)")
        }
    }

    /// The model is told about arguments that a tool can't read, and may call the tool again.
    @Test func argumentsThatDoNotFit() async throws {
        try await withConformingDaemon { daemon in
            for (tool, arguments, words) in [
                ("get_session", "{}", "session_id is missing"),
                ("get_session", #"{"session_id":7}"#, "must be a text"),
                ("get_session", #"{"session_id":"\u0000"}"#, "NUL"), ("whoami", "[]", "must be an object"),
                ("list_sessions", #"{"limit":501}"#, "1 to 500"),
                ("list_sessions", #"{"after":"x"}"#, "not a place in a list"),
                ("list_sessions", #"{"computer":"elsewhere"}"#, "leave computer out"),
                ("get_session_data", #"{"session_id":"x","computer":"elsewhere"}"#, "leave computer out"),
                ("list_audit", #"{"from":"now"}"#, "2026-11-25T09:30:00Z"),
                ("whoami", #"{"sudo":true}"#, "takes no sudo"),
                ("get_session_data", #"{"session_id":"x","tail_chars":0}"#, "1 to 48000"),
                ("send_message", #"{"session_id":"x","keys":["F99"]}"#, "F99 is not a key"),
                ("start_session", #"{"title":"x","project_path":"/"}"#, "telec mcp"),
            ] {
                let body =
                    #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments)}}"#
                let reply = try await post(daemon, body)
                let result = reply.document["result"] as? [String: Any]
                #expect(result?["isError"] as? Bool == true && reply.text.contains(words), "\(body) \(reply)")
            }
        }
    }

    /// Tests pages that follow one another, and reading a recording from its end or for a period.
    @Test func pagesAndTails() async throws {
        try await withConformingDaemon { daemon in
            var ids: Set<String> = []
            for at in 0..<3 {
                ids.insert(
                    try await daemon.start("sh", "-c", "echo start; seq 1 3000; echo end; sleep 1000", title: "T\(at)"))
            }
            func result(_ tool: String, _ arguments: String) async throws -> [String: Any] {
                let body =
                    #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments)}}"#
                let result = try await post(daemon, body).document["result"] as? [String: Any]
                return try #require(result?["structuredContent"] as? [String: Any], "\(tool) \(arguments)")
            }
            // A session with new activity moves to the front meanwhile, but the sessions are quiet soon.
            let deadline = ContinuousClock.now + .seconds(20)
            var found: Set<String> = []
            while found != ids {
                try #require(ContinuousClock.now < deadline, "\(found) of \(ids)")
                found = []
                var place: String?
                repeat {
                    let after = place.map { #","after":"\#($0)""# } ?? ""
                    let page = try await result("list_sessions", "{\"limit\":1\(after)}")
                    let sessions = try #require(page["sessions"] as? [[String: Any]])
                    #expect(sessions.count <= 1)
                    found.formUnion(sessions.compactMap { $0["session_id"] as? String })
                    place = page["next"] as? String
                } while place != nil
            }
            let id = try #require(ids.first)
            while try await !daemon.telec("transcript", id).output.contains("end") {
                try #require(ContinuousClock.now < deadline)
                try await Task.sleep(for: .milliseconds(100))
            }
            let tail = try await result("get_session_data", #"{"session_id":"\#(id)","tail_chars":9}"#)
            #expect(tail["text"] as? String == "3000\nend\n" && tail["is_truncated"] as? Bool == true, "\(tail)")
            let all = try await result("get_session_data", #"{"session_id":"\#(id)","tail_chars":48000}"#)
            #expect(
                (all["text"] as? String)?.hasPrefix("start\n1\n2\n") == true && all["is_truncated"] as? Bool == false)
            for bound in [#""since_timestamp":"2999-01-01T00:00:00Z""#, #""until_timestamp":"2001-01-01T00:00:00Z""#] {
                let none = try await result("get_session_data", #"{"session_id":"\#(id)",\#(bound)}"#)
                #expect(none["text"] as? String == "" && none["from"] is NSNull, "\(none)")
            }
            let said = try await result("get_session_data", #"{"session_id":"\#(id)","view":"conversation"}"#)
            #expect(said["text"] as? String == "", "\(said)")
        }
    }

    /// Only the end of a long recording is read, unless a period is given.
    @Test func aLongRecordingIsReadFromItsEnd() async throws {
        try await withConformingDaemon { daemon in
            let id = try await daemon.start("sh", "-c", "echo start; seq 1 700000; echo e''nd; sleep 1000")
            let deadline = ContinuousClock.now + .seconds(60)
            while try await !daemon.telec("transcript", id).output.hasSuffix("end\n") {
                try #require(ContinuousClock.now < deadline)
                try await Task.sleep(for: .milliseconds(200))
            }
            func read(_ arguments: String) async throws -> (content: [String: Any], progress: [Int]) {
                let body =
                    #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"progressToken":"p"},"name":"get_session_data","arguments":{"session_id":"\#(id)"\#(arguments)}}}"#
                let reply = try await post(daemon, body, ["Accept: application/json, text/event-stream"])
                let messages = try reply.text.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map {
                    try #require(try JSONSerialization.jsonObject(with: Data($0.dropFirst(6).utf8)) as? [String: Any])
                }
                let result = messages.last?["result"] as? [String: Any]
                let content = try #require(result?["structuredContent"] as? [String: Any], "\(reply.text.prefix(500))")
                return (content, messages.compactMap { ($0["params"] as? [String: Any])?["progress"] as? Int })
            }
            let tail = try await read(#","tail_chars":11"#)
            #expect(tail.content["text"] as? String == "700000\nend\n" && tail.content["is_truncated"] as? Bool == true)
            #expect(tail.content["from"] is NSNull)
            let all = try await read(#","tail_chars":11,"since_timestamp":"2001-01-01T00:00:00Z""#)
            #expect(all.content["text"] as? String == "700000\nend\n" && all.content["from"] is String, "\(all)")
            // A client with persistent connections is told that this one will be closed.
            let socket = try #require(daemon.variables["TELECLAUDE_SOCKET"] ?? nil)
            let call = #"{"name":"get_session_data","arguments":{"session_id":"\#(id)"}}"#
            let body = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":\#(call)}"#
            let kept = try await daemon.box.run(
                Program(inPath: "curl"),
                ["-si", "--max-time", "20", "--unix-socket", socket, "http://x/mcp", "--data-binary", body]
                    + ["-H", "Content-Type: application/json", "-H", "Accept: application/json, text/event-stream"]
            ).output.lowercased()
            #expect(kept.contains("content-type: text/event-stream") && kept.contains("connection: close"), "\(kept)")
            #expect(all.progress == all.progress.sorted() && (all.progress.last ?? 0) > (tail.progress.last ?? 0))
        }
    }
}
