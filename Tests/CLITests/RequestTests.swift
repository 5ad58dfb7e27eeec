import Foundation
import TestSupport
import Testing

/// Tests requests that `telec` itself does not make, sent by an independent client.
struct RequestTests {
    @Test func aMessageIsATextOrKeys() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("cat")
            for (body, words) in [
                (#"{"text": "x", "keys": ["Enter"]}"#, "give a text or keys, not both"),
                (#"{"text": "x", "keys": []}"#, "give a text or keys, not both"),
                (#"{"keys": []}"#, "a message needs a text or keys"), ("{}", "a message needs a text or keys"),
            ] {
                let answer = try await daemon.asked("/sessions/\(id)/messages", "--data", body)
                #expect(answer.contains("\"status\":400") && answer.contains(words), "\(body) \(answer)")
            }
            for body in [#"{"text": "the text", "enter": false}"#, #"{"keys": ["Enter"]}"#] {
                let answer = try await daemon.asked("/sessions/\(id)/messages", "--data", body)
                #expect(answer.contains("sent"), "\(body) \(answer)")
            }
            try await daemon.waitForTranscript(of: id, toContain: "the textthe text")
            _ = try await daemon.telec("sessions", "end", id)
            // The description says the same.
            let description = try await JSONSerialization.jsonObject(
                with: Data(daemon.asked("/openapi.json").utf8))
            let schemas = try #require((description as? [String: Any])?["components"] as? [String: [String: Any]])
            for name in ["Message", "AdapterSend"] {
                let schema = try #require(schemas["schemas"]?[name] as? [String: Any])
                #expect((schema["oneOf"] as? [[String: [String]]])?.map(\.["required"]) == [["text"], ["keys"]])
            }
        }
    }

    @Test func aPlusInAQueryIsABlank() async throws {
        try await withDaemon(.sqlite) { daemon in
            let two = try await daemon.start("true", title: "two words")
            let sum = try await daemon.start("true", title: "1+1")
            for (query, found) in [
                ("title=two+words", two), ("title=two%20words", two), ("title=1%2B1", sum), ("ti%74le=1%2B1", sum),
            ] {
                let answer = try await daemon.asked("/sessions?\(query)")
                #expect(answer.contains(found) && !answer.contains(found == two ? sum : two), "\(query) \(answer)")
            }
        }
    }

    @Test func whatIsNotKnownIsRefusedByItsName() async throws {
        try await withDaemon(.sqlite) { daemon in
            for (query, words) in [
                ("sessions?satte=active", "/sessions takes no satte\",\"remedy\":\"did you mean state?\""),
                ("report?x=1", "/report takes no x\",\"remedy\":\"it takes only format, days, verify, reason\""),
                ("sessions?state=active&state=closed", "state is given twice"),
                ("sessions?since=2026-01-02T03:04:05+02:00", "write a time such as"),
            ] {
                let answer = try await daemon.asked("/\(query)")
                #expect(answer.contains(words) && answer.contains("\"status\":400"), "\(query) \(answer)")
            }
            for time in ["2026-01-02T03:04:05.123456789Z", "2026-01-02t03:04:05z"] {
                #expect(try await daemon.asked("/sessions?since=\(time)").contains("\"sessions\":[]"), "\(time)")
            }
            for (path, body, words) in [
                (
                    "sessions/x/messages", #"{"text": "x", "entre": false}"#,
                    "takes no entre\",\"remedy\":\"did you mean enter?"
                ),
                ("sessions", #"{"titel": "x"}"#, "the body takes no titel\",\"remedy\":\"did you mean title?"),
                ("sessions", #"{"title": "x"}"#, "project_path is missing"),
                ("sessions", "", "the body must be a JSON object"),
                ("sessions", "[1]", "the body must be a JSON object"),
                ("sessions", "{", "the body must be a JSON object"),
                ("sessions", #"{"title": 7, "project_path": "/"}"#, "title must be a text"),
                ("sessions", #"{"title": null, "project_path": "/"}"#, "title must be a text"),
                ("sessions/x/messages", #"{"keys": "Enter"}"#, "keys must be a list"),
                ("sessions/x/messages", #"{"text": "x", "\u0074ext": "y"}"#, "a member of the body is given twice"),
                (
                    "sessions", #"{"title": "x", "project_path": "/", "preferences": "{\"ui\": 1, \"ui\": 2}"}"#,
                    "a key is given twice"
                ),
                ("sessions/x/messages", #"{"keys": [1]}"#, "each of keys must be a text"),
                ("sessions/x/messages", #"{"text": "x", "enter": "no"}"#, "enter must be true or false"),
            ] {
                let answer = try await daemon.asked("/\(path)", "--data", body)
                #expect(answer.contains(words) && answer.contains("\"status\":400"), "\(body) \(answer)")
                #expect(!answer.contains("\"remedy\":null"), "\(body) \(answer)")
            }
        }
    }

    /// A route that takes nothing refuses what it does not know, as the others do.
    @Test func aRouteThatTakesNothingRefusesWhatIsGiven() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("cat")
            for path in ["whoami", "status", "health", "metrics", "openapi.json", "sessions/\(id)", "events"] {
                let answer = try await daemon.asked("/\(path)?zzz=1", "--max-time", "20")
                #expect(answer.contains("/\(path) takes no zzz\",\"remedy\":\"leave it out\""), "\(answer)")
            }
            let posts = ["", "/\(id)/messages", "/\(id)/end", "/\(id)/attach", "/\(id)/visibility", "/\(id)/revive"]
            for path in posts {
                let answer = try await daemon.asked("/sessions\(path)?zzz=1", "--data", "{}")
                #expect(answer.contains("takes no zzz") && answer.contains("\"status\":400"), "\(path) \(answer)")
            }
            let answer = try await daemon.asked("/mcp?zzz=1", "--data", #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#)
            #expect(answer.contains("/mcp takes no zzz") && answer.contains("bad_request"), "\(answer)")
            for action in ["end", "attach", "revive"] {
                for (body, words) in [
                    (#"{"zzz":1}"#, "the body takes no zzz\",\"remedy\":\"leave it out"),
                    ("garbage", "the body must be a JSON object\",\"remedy\":\"send {}, or no body"),
                ] {
                    let answer = try await daemon.asked("/sessions/\(id)/\(action)", "--data", body)
                    #expect(answer.contains(words), "\(action) \(answer)")
                }
            }
            for more in [[], ["--data", "{}"]] {
                let curl = ["-s", "-X", "POST", "--unix-socket", "\(daemon.box.folder)/d.sock"] + more
                let run = try await daemon.box.run(
                    Program(inPath: "curl"), curl + ["http://localhost/sessions/\(id)/attach"])
                #expect(run.output.contains(#""state":"connected""#), "\(run)")
            }
            _ = try await daemon.telec("sessions", "end", id)
        }
    }

    /// The daemon does not wait for a body that is announced as too long.
    @Test func aBodyThatIsAnnouncedAsTooLongIsRefusedAtOnce() async throws {
        try await withDaemon(.sqlite) { daemon in
            for path in ["sessions", "sessions/x/end", "mcp"] {
                let answer = try await daemon.asked(
                    "/\(path)", "--data", "{}", "--header", "Content-Length: 99999999999", "--max-time", "20",
                    "--write-out", "%{http_code}")
                #expect(answer.hasSuffix("413"), "\(path) \(answer)")
            }
        }
    }

    /// A client that gets a body as the answer to HEAD takes it for the next answer (RFC 9110, section 9.3.2).
    @Test func anAnswerToHeadEndsWithItsHead() async throws {
        try await withDaemon(.sqlite) { daemon in
            let client = """
                import socket, sys
                s = socket.socket(socket.AF_UNIX); s.connect("\(daemon.box.folder)/d.sock")
                for method, more in [("HEAD", ""), ("GET", "Connection: close\\r\\n")]:
                    s.sendall(f"{method} /health HTTP/1.1\\r\\nHost: x\\r\\n{more}\\r\\n".encode())
                while (data := s.recv(65536)): sys.stdout.buffer.write(data)
                """
            let run = try await daemon.box.run(Program(inPath: "python3"), ["-c", client])
            let parts = run.output.components(separatedBy: "\r\n\r\n")
            try #require(run.code == 0 && parts.count == 3, "\(run)")
            #expect(parts[0].hasPrefix("HTTP/1.1 405") && parts[1].hasPrefix("HTTP/1.1 200"), "\(run)")
            let hasLength = parts[0].lowercased().contains(#/content-length: [1-9]/#)
            #expect(hasLength && parts[2].contains("\"ok\""), "\(run)")
        }
    }

    /// A client of HTTP/1.0 knows by the connection's end that its answer is complete (RFC 9112, section 9.3), and so does every client
    /// that asks for that end, however it writes it.
    @Test func theConnectionEndsWithTheAnswerToWhoeverExpectsIt() async throws {
        try await withDaemon(.sqlite) { daemon in
            for (version, more) in [
                ("1.0", ""), ("1.0", "Connection: keep-alive\\r\\n"), ("1.1", "Connection: Close\\r\\n"),
                ("1.1", "Connection: x, close\\r\\n"),
            ] {
                let client = """
                    import socket, sys
                    s = socket.socket(socket.AF_UNIX); s.connect("\(daemon.box.folder)/d.sock"); s.settimeout(10)
                    s.sendall(b"GET /health HTTP/\(version)\\r\\nHost: x\\r\\n\(more)\\r\\n")
                    while (data := s.recv(65536)): sys.stdout.buffer.write(data)
                    """
                let run = try await daemon.box.run(Program(inPath: "python3"), ["-c", client])
                #expect(run.code == 0 && run.output.contains("\"ok\""), "\(version) \(more) \(run)")
                #expect(run.output.lowercased().contains("connection: close\r\n"), "\(version) \(more) \(run)")
            }
        }
    }

    /// A client of HTTP/1.0 can't read chunks (RFC 9112, section 6.1), also if it asks after one that can.
    @Test func anAnswerWithoutALengthHasChunksForWhoeverReadsThem() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sh", "-c", "echo shown; cat")
            try await daemon.waitForTranscript(of: id, toContain: "shown")
            let client = """
                import json, socket, sys
                s = socket.socket(socket.AF_UNIX); s.connect("\(daemon.box.folder)/d.sock"); s.settimeout(60)
                for version in sys.argv[1:]:
                    s.sendall(f"GET /sessions/\(id)/transcript HTTP/{version}\\r\\nHost: x\\r\\n\\r\\n".encode())
                answer = b""
                while (data := s.recv(65536)): answer += data
                for head in answer.split(b"HTTP/")[1:]: print(head.split(b"\\r\\n\\r\\n")[0].decode().lower())
                body = answer.split(b"\\r\\n\\r\\n")[-1].decode()
                for line in body.splitlines(): json.loads(line)
                print("shown" in body)
                """
            for versions in [["1.0"], ["1.1", "1.0"]] {
                let run = try await daemon.box.run(Program(inPath: "python3"), ["-c", client] + versions)
                let heads = run.output.components(separatedBy: " 200 ok")
                try #require(run.code == 0 && heads.count == versions.count + 1, "\(run)")
                #expect(run.output.hasPrefix(versions[0]) && run.output.hasSuffix("True\n"), "\(run)")
                let last = try #require(heads.last)
                #expect(last.contains("connection: close") && !last.contains("transfer-encoding"), "\(run)")
                #expect(heads[versions.count - 1].hasSuffix("1.0"), "\(run)")
                #expect(heads.count == 2 || heads[1].contains("transfer-encoding: chunked"), "\(run)")
            }
            _ = try await daemon.telec("sessions", "end", id)
        }
    }

    /// What the description names is known.
    @Test func everyDescribedParameterIsKnown() async throws {
        try await withDaemon(.sqlite) { daemon in
            let description = try await JSONSerialization.jsonObject(
                with: Data(daemon.asked("/openapi.json").utf8))
            let paths = try #require((description as? [String: Any])?["paths"] as? [String: [String: Any]])
            var count = 0
            for (path, operations) in paths {
                let get = operations["get"] as? [String: Any]
                for parameter in get?["parameters"] as? [[String: Any]] ?? [] {
                    let name = try #require(parameter["name"] as? String)
                    let answer = try await daemon.asked("\(path.replacing("{id}", with: "x"))?\(name)=%00")
                    #expect(!answer.contains("takes no"), "\(path) \(answer)")
                    count += 1
                }
            }
            #expect(count > 30)
        }
    }

    /// Every answer about a session says whether a host runs it.
    @Test func answersTellOfTheHost() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sh", "-c", "echo findable; cat")
            for (action, body) in [("attach", "{}"), ("visibility", #"{"visibility": "shared"}"#)] {
                let answer = try await daemon.asked("/sessions/\(id)/\(action)", "--data", body)
                #expect(answer.contains(#""state":"connected""#), "\(answer)")
            }
            let deadline = ContinuousClock.now + .seconds(60)
            var found = ""
            while !found.contains(id) {
                try #require(ContinuousClock.now < deadline, "what was shown is never found: \(found)")
                try await Task.sleep(for: .milliseconds(200))
                found = try await daemon.asked("/search?words=findable")
            }
            #expect(found.contains(#""state":"connected""#), "\(found)")
            _ = try await daemon.telec("sessions", "end", id)
        }
    }

    /// A refusal's words are the daemon's own, so that nothing in them is masked as a secret.
    @Test func whatToDoAboutATokenIsReadable() async throws {
        try await withDaemon(.sqlite) { daemon in
            for (path, words) in [
                ("whoami", "send it in the header Authorization, after the word Bearer"),
                (
                    "whoami?x=y",
                    "send the token in the header Authorization, after the word Bearer; if this URL held it"
                ),
            ] {
                let answer = try await daemon.asked("/adapter/\(path)", "--data", "{}")
                #expect(answer.contains(words) && !answer.contains("***"), "\(answer)")
            }
        }
    }
}

extension TestDaemon {
    /// Returns the body of the answer to a request. The arguments after the path are curl's.
    func asked(_ path: String, _ more: String...) async throws -> String {
        let socket = variables["TELECLAUDE_SOCKET"].flatMap { $0 } ?? "\(box.folder)/d.sock"
        return try await box.run(
            Program(inPath: "curl"), ["-s", "--unix-socket", socket, "http://localhost\(path)"] + more
        ).output
    }
}
