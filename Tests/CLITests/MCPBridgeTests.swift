import Foundation
import TestSupport
import Testing

/// Tests `telec mcp` between an agent's pipes and a daemon that stops and starts.
@Suite("MCP's bridge", .serialized)
struct MCPBridgeTests {
    /// An agent that sends messages when a test tells it to.
    private final class Agent {
        let process: RunningProgram
        private let pipe: FileHandle

        init(_ box: Sandbox, _ variables: [String: String?]) throws {
            let fifo = "\(box.folder)/agent-\(UInt32.random(in: 0 ... .max))"
            try #require(mkfifo(fifo, 0o600) == 0)
            process = try box.start(
                Program(path: "/bin/sh"), ["-c", #"exec "$0" mcp < "$1""#, Program.telec.path, fifo], variables)
            // The descriptor is not inherited by other programs that tests start meanwhile.
            let descriptor = open(fifo, O_RDWR | O_CLOEXEC)
            try #require(descriptor >= 0)
            pipe = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        }

        func say(_ line: String) throws { try pipe.write(contentsOf: Data((line + "\n").utf8)) }

        /// Waits for the answer to this request, and returns it.
        func answer(_ id: Int) throws -> String {
            var found: String?
            try waitUntil("an answer to \(id)") {
                let lines = try process.outputText().split(separator: "\n")
                found = lines.first { $0.contains("\"id\":\(id),") }.map(String.init)
                return found != nil
            }
            return found ?? ""
        }

        func hangUp() async throws -> Run {
            try pipe.close()
            return try await process.finish(timeout: 30)
        }
    }

    private static func call(_ id: Int, _ tool: String, _ arguments: String = "{}") -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments)}}"#
    }

    private static let hello = #"""
        {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{"elicitation":{}},"clientInfo":{"name":"test","version":"1"}}}
        """#

    @Test func withoutADaemon() async throws {
        try await withSandbox { box in
            let variables: [String: String?] = ["TELECLAUDE_SOCKET": "\(box.folder)/none.sock"]
            let run = try await box.run(
                .telec, ["mcp"], variables,
                input: [
                    Self.hello, Self.call(1, "whoami"),
                    Self.call(2, "start_session", #"{"title":"x","project_path":"/"}"#),
                ]
                .joined(separator: "\n"))
            let sentence = "no daemon runs here: there is no \(box.folder)/none.sock; start teleclauded"
            #expect(run.code == 0 && run.error.components(separatedBy: sentence).count == 2, "\(run)")
            #expect(run.output.split(separator: "\n").count == 3, "\(run)")
            #expect(run.output.components(separatedBy: sentence).count >= 3, "\(run)")
        }
    }

    /// The socket answers, but not as a daemon with MCP. The bridge replies with a sentence and does not crash.
    @Test(arguments: [
        ("HTTP/1.1 404 Not Found\\r\\nContent-Length: 2\\r\\n\\r\\n{}", "it is older than this program"),
        ("HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n{}", "does not speak MCP: it answered 200"),
        (
            "HTTP/1.1 200 OK\\r\\nContent-Type: text/event-stream\\r\\nContent-Length: 3\\r\\n\\r\\n:\\n\\n",
            "ended too early"
        ),
        ("HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\n{", "ended in the middle of its answer"),
        ("220 mail.example.org\\r\\n", "is not teleclauded"), ("", "closed the connection without an answer"),
    ])
    func whatIsNoDaemonOfOurs(answer: String, words: String) async throws {
        try await withSandbox { box in
            let socket = "\(box.folder)/other.sock"
            let script = """
                import socket
                listener = socket.socket(socket.AF_UNIX)
                listener.bind("\(socket)")
                listener.listen()
                print("ready", flush=True)
                peer = listener.accept()[0]
                peer.recv(65536)
                peer.sendall(b"\(answer)")
                """
            let other = try box.start(try Program(inPath: "python3"), ["-c", script])
            try waitUntil("it listens") { try other.outputText().contains("ready") }
            let run = try await box.run(
                .telec, ["mcp"], ["TELECLAUDE_SOCKET": socket], input: #"{"jsonrpc":"2.0","id":"q","method":"ping"}"#)
            #expect(run.code == 0 && run.output.contains(words) && run.output.contains(#""id":"q""#), "\(run)")
            other.kill(SIGKILL)
            _ = try await other.finish()
        }
    }

    @Test func linesThatAreNoMessages() async throws {
        try await withDaemon(.sqlite) { daemon in
            let lines = [
                "no", "", "   ", "[]", #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
                #"{"jsonrpc":"2.0","id":2,"method":"no"}"#,
                "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"\(String(repeating: "x", count: 1_200_000))\"}",
                String(repeating: "y", count: 4_300_000),
                #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}"#,
                #"{"jsonrpc":"2.0","id":"never asked","result":{}}"#, #"{"jsonrpc":"2.0","id":4,"method":"ping"}"#,
            ]
            let run = try await daemon.telec("mcp", input: lines.joined(separator: "\n"))
            let answers = try run.output.split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            let codes = answers.map { (($0["error"] as? [String: Any])?["code"] as? Int) ?? 0 }
            #expect(run.code == 0 && run.error.isEmpty, "\(run)")
            #expect(codes.sorted() == [-32700, -32601, -32600, -32600, -32600, 0, 0], "\(run)")
            #expect(Set(answers.compactMap { $0["id"] as? Int }) == [1, 2, 3, 4], "\(run)")
        }
    }

    /// A daemon is stopped and another one started while an agent is connected. The agent notices only the wait.
    @Test(arguments: Backend.available)
    func aDaemonThatRestarts(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let variables = box.daemonVariables(url)
            let first = try await box.startDaemon(variables)
            let agent = try Agent(box, variables)
            try agent.say(Self.hello)
            #expect(try agent.answer(0).contains(#""protocolVersion":"2025-06-18""#))
            try agent.say(Self.call(1, "whoami"))
            #expect(try agent.answer(1).contains(#""isError":false"#))
            _ = try await first.stop()
            try agent.say(Self.call(2, "list_sessions"))
            try agent.say(Self.call(3, "whoami"))
            let second = try await box.startDaemon(variables)
            for id in 2...3 { #expect(try agent.answer(id).contains(#""isError":false"#)) }
            second.process.kill(SIGKILL)
            _ = try await second.process.finish()
            let third = try await box.startDaemon(variables)
            try agent.say(Self.call(4, "whoami"))
            #expect(try agent.answer(4).contains(#""isError":false"#))
            let run = try await agent.hangUp()
            #expect(run.code == 0, "\(run)")
            _ = try await third.stop()
        }
    }

    /// A cancelled request gets no answer, and does not block others. The last request is answered although the agent hangs up.
    @Test func whatIsTakenBack() async throws {
        try await withDaemon(.sqlite) { daemon in
            let agent = try Agent(daemon.box, daemon.variables)
            try agent.say(Self.hello)
            _ = try agent.answer(0)
            // A suspended daemon answers nothing.
            daemon.process.suspend()
            try agent.say(Self.call(1, "whoami"))
            try agent.say(Self.call(2, "whoami"))
            try agent.say(
                #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"no"}}"#)
            try await Task.sleep(for: .milliseconds(300))
            daemon.process.kill(SIGCONT)
            #expect(try agent.answer(2).contains(#""isError":false"#))
            try agent.say(Self.call(3, "whoami"))
            let run = try await agent.hangUp()
            #expect(run.code == 0 && run.output.contains("\"id\":3,") && !run.output.contains("\"id\":1,"), "\(run)")
        }
    }

    /// A session whose start is cancelled does not keep running.
    @Test func aStartThatIsTakenBack() async throws {
        try await withDaemon(.sqlite) { daemon in
            let agent = try Agent(daemon.box, daemon.variables)
            try agent.say(Self.hello)
            _ = try agent.answer(0)
            let arguments =
                "{\"title\":\"Unwanted\",\"project_path\":\"\(daemon.box.files)\",\"command\":[\"sleep\",\"1000\"]}"
            try agent.say(
                Self.call(1, "start_session", arguments) + "\n"
                    + #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
            let run = try await agent.hangUp()
            #expect(run.code == 0 && !run.output.contains("\"id\":1,"), "\(run)")
            let sessions = try await daemon.json("sessions", "list")["sessions"] as? [[String: Any]] ?? []
            for session in sessions {
                try await daemon.wait(for: session["session_id"] as? String ?? "", toBe: "closed")
            }
            #expect(sessions.count == 1)
        }
    }

    /// An agent hangs up while a session waits for the moment to type its first message: the session stays, and the answer is written.
    @Test func aStartThatTakesLonger() async throws {
        try await withDaemon(.sqlite) { daemon in
            let agent = try Agent(daemon.box, daemon.variables)
            try agent.say(Self.hello)
            _ = try agent.answer(0)
            let busy = #"["sh","-c","while :; do echo x; sleep 0.1; done"]"#
            try agent.say(
                Self.call(
                    1, "start_session",
                    "{\"title\":\"Busy\",\"project_path\":\"\(daemon.box.files)\",\"command\":\(busy),\"message\":\"hi\"}"
                ))
            let run = try await agent.hangUp()
            #expect(
                run.code == 0 && run.output.contains("\"id\":1,") && run.output.contains(#""isError":false"#), "\(run)")
            let sessions = try await daemon.json("sessions", "list")["sessions"] as? [[String: Any]] ?? []
            #expect(sessions.map { $0["status"] as? String } == ["active"])
            let id = sessions.first?["session_id"] as? String ?? ""
            #expect(try await daemon.telec("sessions", "end", id).code == 0)
        }
    }

    /// Standard input that can't be read is an error, not the agent's end.
    @Test func anInputThatCanNotBeRead() async throws {
        try await withSandbox { box in
            let variables: [String: String?] = ["TELECLAUDE_SOCKET": "\(box.folder)/none.sock"]
            let run = try await box.run(
                Program(path: "/bin/sh"), ["-c", #"exec "$0" mcp < /"#, Program.telec.path], variables)
            #expect(run.code == 2 && run.error.contains("error: standard input can't be read: "), "\(run)")
            #expect(run.output.isEmpty, "\(run)")
        }
    }

    /// An agent may pass on a pipe that does not block: an empty one is waited for, and is neither the end nor an error.
    @Test func anInputThatDoesNotBlock() async throws {
        try await withSandbox { box in
            let variables: [String: String?] = ["TELECLAUDE_SOCKET": "\(box.folder)/none.sock"]
            let agent = #"""
                import os, subprocess, sys, time
                end, other = os.pipe()
                os.set_blocking(end, False)
                child = subprocess.Popen([sys.argv[1], "mcp"], stdin=end)
                os.close(end)
                time.sleep(1)
                os.write(other, b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
                os.close(other)
                sys.exit(child.wait())
                """#
            let run = try await box.run(try Program(inPath: "python3"), ["-c", agent, Program.telec.path], variables)
            #expect(run.code == 0 && run.output.contains(#""id":1,"#), "\(run)")
        }
    }

    #if os(Linux)
        /// An agent, or whoever reads what `telec` prints, may pass on a pipe that does not block. A full one is waited for.
        @Test func anOutputThatDoesNotBlock() async throws {
            try await withDaemon(.sqlite) { daemon in
                let id = try await daemon.start("seq", "9999")
                try await daemon.wait(for: id, toBe: "closed")
                let reader = #"""
                    import fcntl, os, subprocess, sys, time
                    other, end = os.pipe()
                    fcntl.fcntl(end, 1031, 4096)
                    os.set_blocking(end, False)
                    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=end)
                    os.close(end)
                    try:
                        child.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n' * 999)
                        child.stdin.close()
                    except BrokenPipeError: pass
                    time.sleep(1)
                    with os.fdopen(other, "rb") as pipe: print(pipe.read().count(b"\n"))
                    sys.exit(child.wait())
                    """#
                for (words, lines) in [(["mcp"], "999\n"), (["transcript", id], "9999\n")] {
                    let run = try await daemon.box.run(
                        try Program(inPath: "python3"), ["-c", reader, Program.telec.path] + words, daemon.variables)
                    #expect(run.code == 0 && run.output == lines, "\(words) \(run)")
                }
            }
        }

        /// An answer that is lost is an error; an agent that reads no more is none.
        @Test func answersThatAreLost() async throws {
            try await withSandbox { box in
                let ask = #"echo '{"jsonrpc":"2.0","id":1,"method":"ping"}' | "#
                let variables: [String: String?] = ["TELECLAUDE_SOCKET": "\(box.folder)/none.sock"]
                let shell = Program(path: "/bin/sh")
                let full = try await box.run(
                    shell, ["-c", ask + #""$0" mcp > /dev/full"#, Program.telec.path], variables)
                #expect(full.code == 2 && full.error.contains("standard output can't be written"), "\(full)")
                let script = #"(\#(ask) "$0" mcp; echo "code $?" >&2) | true"#
                let closed = try await box.run(shell, ["-c", script, Program.telec.path], variables)
                #expect(closed.error.contains("code 0") && !closed.error.contains("can't be written"), "\(closed)")
            }
        }
    #endif

    /// The bridge gets more calls at once than it passes on, and says so for the rest.
    @Test func manyAtOnce() async throws {
        try await withDaemon(.sqlite) { daemon in
            let lines = (1...200).map { Self.call($0, "list_projects") }
            let run = try await daemon.telec("mcp", input: lines.joined(separator: "\n"))
            let answers = run.output.split(separator: "\n")
            let refused = answers.filter { $0.contains("32 calls are already running") }.count
            let done = answers.filter { $0.contains(#""isError":false"#) }.count
            #expect(answers.count == 200 && done >= 32 && done + refused == 200, "\(done) \(refused) \(run.error)")
        }
    }
}
