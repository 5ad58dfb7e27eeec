import Foundation
import TestSupport
import Testing

/// Tests the messages of `telec` if there is no daemon or an unsuitable one: one sentence with the remedy.
@Suite("telec without the right daemon")
struct WrongDaemonTests {
    @Test(
        "each command says what is wrong and what to do",
        arguments: [["search", "x"], ["sessions", "list"], ["transcript", "x"], ["open"], ["whoami"]])
    func places(_ command: [String]) async throws {
        try await withSandbox { box in
            try "x".write(toFile: box("file"), atomically: true, encoding: .utf8)
            for (socket, words) in [
                ("none", "no daemon runs here"), ("file", "is not a socket"), ("file/x", "is not the path of a socket"),
                (String(repeating: "x", count: 120), "longer than"),
            ] {
                let run = try await box.run(.telec, command + ["--socket", box(socket)])
                #expect(run.code == 2 && run.output == "" && run.error.contains(words), "\(socket) \(run)")
                let lines = run.error.split(separator: "\n")
                #expect(lines.count == 1 && run.error.contains("--socket"), "\(socket) \(run)")
            }
        }
    }

    @Test("somebody else's daemon lets nobody in", .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func permission() async throws {
        try await withDaemon(.sqlite) { daemon in
            try await daemon.box.withUsers(["mallory"]) { users in
                let telec = try await daemon.box.published(.telec)
                for command in [["whoami"], ["search", "x"], ["sessions", "list"]] {
                    let run = try await daemon.box.run(as: users[0], telec, command, daemon.variables)
                    #expect(run.code == 2 && run.output == "", "\(run)")
                    #expect(
                        run.error == "error: this account may not open \(daemon.box.folder)/d.sock; "
                            + "ask an admin of this machine for access\n", "\(run)")
                }
            }
        }
    }

    @Test("a daemon that is older than telec is named")
    func old() async throws {
        try await withSandbox { box in
            let server = """
                import socket, json
                s = socket.socket(socket.AF_UNIX); s.bind("\(box("old.sock"))"); s.listen(8); print("up", flush=True)
                while True:
                    c, _ = s.accept()
                    path = c.recv(65536).split()[1].decode()
                    body = json.dumps({"code": "not_found", "detail": "there is no " + path.split("?")[0] + " here"}).encode()
                    c.sendall(b"HTTP/1.1 404 Not Found\\r\\ncontent-length: %d\\r\\n\\r\\n" % len(body) + body)
                    c.close()
                """
            let old = try box.start(Program(inPath: "python3"), ["-c", server])
            defer { old.kill(SIGKILL) }
            try waitUntil("it listens") { try old.outputText().contains("up") }
            let run = try await box.run(.telec, ["search", "x", "--socket", box("old.sock")])
            #expect(
                run.code == 2
                    && run.error.contains("is older than this telec, and does not have /search; ask an admin"),
                "\(run)")
        }
    }
}
