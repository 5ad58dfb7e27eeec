import Foundation
import TestSupport
import Testing

/// A misbehaving host: a script that has started a session, and speaks the hosts' protocol with the daemon itself.
struct FakeHost {
    let process: RunningProgram
    let session: String
    let token: String

    /// Returns the beginning of each script, which defines `send(text)`, `lines()` (the daemon's lines), and the session's `id`.
    private static func prelude(_ socket: String) -> String {
        """
        import json, os, socket, sys, time
        def connect():
            s = socket.socket(socket.AF_UNIX); s.connect("\(socket)"); return s
        body = json.dumps({"title": "Fake", "project_path": "/"}).encode()
        s = connect()
        s.sendall(b"POST /sessions HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\ncontent-type: application/json\\r\\n"
            b"content-length: %d\\r\\n\\r\\n" % len(body) + body)
        answer = b""
        while (part := s.recv(65536)): answer += part
        started = json.loads(answer.split(b"\\r\\n\\r\\n", 1)[1])
        id = started["session"]["session_id"]
        print(id, started["token"], flush=True)
        h = connect()
        h.sendall(b"POST /sessions/%s/host HTTP/1.1\\r\\nhost: x\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n" % id.encode())
        def send(text): h.sendall(b"%x\\r\\n" % len(text) + text + b"\\r\\n")
        def lines():
            data = b""
            while (part := h.recv(65536)):
                data += part
                while b"\\n" in data:
                    line, data = data.split(b"\\n", 1)
                    yield line.strip()

        """
    }

    init(_ daemon: TestDaemon, _ script: String) throws {
        process = try daemon.box.start(
            Program(inPath: "python3"), ["-c", Self.prelude("\(daemon.box.folder)/d.sock") + script])
        var words: [String] = []
        let started = process
        try waitUntil("the session is there") {
            words = try started.outputText().split(whereSeparator: \.isWhitespace).map(String.init)
            return words.count >= 2
        }
        (session, token) = (words[0], words[1])
    }
}
