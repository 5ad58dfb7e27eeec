import Foundation
import TestSupport
import Testing

/// Tests the clients of a daemon whose process was stopped: its socket is there, and it answers nothing.
@Suite("a daemon whose process is stopped")
struct StoppedDaemonTests {
    @Test("is not waited for, and what is asked of it is not called undone")
    func alone() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sleep", "1000")
            let tail = try daemon.box.start(.telec, ["sessions", "tail", id], daemon.variables)
            defer { tail.kill(SIGKILL) }
            try waitUntil("it is read") {
                try query("SELECT lifecycle_status FROM sessions", on: daemon.variables["TELECLAUDE_DATABASE_URL"]!!)
                    == ["active"]
            }
            daemon.process.suspend()
            let silent = "does not answer: its process may be stopped"
            async let reading = daemon.telec("whoami")
            let writing = try await daemon.telec("sessions", "share", id)
            #expect(writing.code == 2 && writing.error.contains("\(silent); this may still be done"), "\(writing)")
            let run = try await reading
            #expect(run.code == 2 && run.error.contains("\(silent); continue or restart teleclauded"), "\(run)")
            let ended = try await tail.finish(timeout: 60)
            #expect(ended.code == 2 && ended.error.contains(silent), "\(ended)")
            daemon.process.kill(SIGCONT)
            #expect(try await daemon.telec("whoami").code == 0)
        }
    }

    @Test(
        "is asked no more once another has taken over",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func replaced() async throws {
        try await withDatabase(.postgresql) { box, url in
            let pair = try TakeOver.start(box, url, sharingSocket: true)
            let run = try await box.run(
                .telec, ["sessions", "start", "--title", "x", "--project", box.files, "--", "sleep", "1000"],
                pair.firstVariables)
            let tail = try box.start(.telec, ["sessions", "tail", "x"], pair.firstVariables)
            defer { tail.kill(SIGKILL) }
            try waitUntil("it is read") {
                try query("SELECT lifecycle_status FROM sessions", on: url) == ["active"] && isAlive(tail.pid)
            }
            try await Task.sleep(for: .seconds(1))
            pair.first.suspend()
            async let reading = box.run(.telec, ["whoami"], pair.firstVariables, timeout: 60)
            async let writing = box.run(
                .telec, ["audit", "archive"], pair.firstVariables, timeout: 60)
            let (read, wrote) = (try await reading, try await writing)
            #expect(read.code == 0, "\(read)")
            #expect(wrote.code == 2 && wrote.error.contains("another daemon took over before the answer"), "\(wrote)")
            let ended = try await tail.finish(timeout: 60)
            #expect(ended.code == 2 && ended.error.contains("another daemon took over"), "\(run) \(ended)")
            let sent = try await box.run(.telec, ["sessions", "send", "x", "y"], pair.firstVariables, timeout: 60)
            #expect(sent.code == 0 || sent.error.contains("host is not connected; try again soon"), "\(sent)")
            try await box.endSessions()
            await pair.end()
        }
    }

    /// A daemon that works on an answer for long is asked now and then whether it lives, and not cut off.
    @Test("is told apart from one that works for long")
    func slow() async throws {
        try await withSandbox { box in
            let server = """
                import socket, threading, time
                s = socket.socket(socket.AF_UNIX); s.bind("\(box("x.sock"))"); s.listen(8); print("up", flush=True)
                def serve(c):
                    path = c.recv(65536).split()[1].decode()
                    print(path, flush=True)
                    if path != "/health": time.sleep(8)
                    c.sendall(b"HTTP/1.1 503 No\\r\\ncontent-length: 0\\r\\n\\r\\n")
                    c.close()
                while True: threading.Thread(target=serve, args=(s.accept()[0],)).start()
                """
            let daemon = try box.start(Program(inPath: "python3"), ["-c", server])
            defer { daemon.kill(SIGKILL) }
            try waitUntil("it listens") { try daemon.outputText().contains("up") }
            let run = try await box.run(.telec, ["whoami", "--socket", box("x.sock")], timeout: 60)
            #expect(run.code == 2 && run.error.contains("the daemon answered 503"), "\(run)")
            let asked = try daemon.outputText().split(separator: "\n")
            #expect(Array(asked.prefix(3)) == ["up", "/whoami", "/health"] && !asked.dropFirst(2).contains("/whoami"))
        }
    }
}
