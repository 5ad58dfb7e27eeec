import Dialects
import Foundation
import TestSupport
import Testing

/// Tests daemons that lose their lock, their disk or their processor time.
struct DaemonFaultTests {
    private static let quick = ["TELECLAUDE_SERVER_DRAIN_SECONDS": "1"]

    /// The network stalls: nothing is refused and nothing is answered. The daemon's data may be out of date, so it gives no answers.
    /// Another daemon can work meanwhile. When the network works again, the first daemon finds that out and ends.
    @Test(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func aDaemonBehindAStalledNetworkFallsSilentAndIsReplaced() async throws {
        try await withDatabase(.postgresql) { box, url in
            let proxy = try box.startProxy(to: url)
            let old = try await box.startDaemon(box.daemonVariables(proxy.url, Self.quick))
            proxy.process.suspend()
            try waitUntil("it notices") { try old.process.errorText().contains("the daemon's lock is not confirmed") }
            let silent = try await old.telec("whoami")
            #expect(
                silent.code == 2
                    && (silent.error.contains("does not confirm") || silent.error.contains("can't reach its database")),
                "\(silent)")
            let other = box.daemonVariables(url, ["TELECLAUDE_SOCKET": "\(box.folder)/e.sock"])
            let new = try await box.startDaemon(other, "--standby")
            proxy.process.kill(SIGCONT)
            let run = try await old.process.finish(timeout: 30)
            #expect(run.code == 2 && run.error.contains("another daemon has taken over"), "\(run)")
            let stopped = try await new.stop()
            #expect(stopped.code == 0, "\(stopped)")
            proxy.process.kill(SIGKILL)
            _ = try await proxy.process.finish()
        }
    }

    /// The server is killed while sessions are created. The daemon waits for it, and every acknowledged session exists when the
    /// server is back.
    @Test(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func aKilledServerLosesNothingAcknowledged() async throws {
        try await withSandbox { box in
            let script = #"""
                url=$(bash "$CI/postgres" start "$cluster")
                export TELECLAUDE_DATABASE_URL="$url" TELECLAUDE_SERVER_DRAIN_SECONDS=1
                "$TELECLAUDED" 2> log & daemon=$!
                until grep -q "ready" log; do sleep 0.05; done
                make() {
                  curl -sf --unix-socket "$TELECLAUDE_SOCKET" -X POST http://x/sessions -H 'content-type: application/json' \
                    -d "{\"title\": \"$1\", \"project_path\": \"/\"}" > answer && echo "$1" >> acknowledged
                }
                load() { i=0; while make "load $i"; do i=$((i+1)); done; }
                load & loader=$!
                until [ -s acknowledged ] && [ "$(wc -l < acknowledged)" -gt 20 ]; do sleep 0.05; done
                kill -KILL "$(head -n 1 "$cluster/data/postmaster.pid")"
                wait $loader
                sleep 4
                "$TELEC" whoami > who 2>&1 && echo "answered while the server was away"
                rm -f "$cluster/data/postmaster.pid"
                control "$programs/pg_ctl" start -w -s -D "$cluster/data" -l "$cluster/log"
                until "$TELEC" sessions list --limit 500 --json > list 2> /dev/null; do sleep 0.05; done
                grep -o '"title":"[^"]*"' list | cut -d'"' -f4 | sort > found
                sort acknowledged | comm -23 - found > missing
                echo "missing $(wc -l < missing)"
                "$TELEC" audit verify > verdict
                kill -TERM $daemon; wait $daemon
                """#
            let run = try await OwnServer.run(script, in: box, ["TELECLAUDE_SOCKET": "\(box.folder)/d.sock"])
            #expect(run.ending == .exit(0) && run.output == "missing 0\n", "\(run)")
            let log = try String(contentsOfFile: box("log"), encoding: .utf8)
            #expect(log.contains("the daemon's lock is held again"), "\(log)")
        }
    }

    /// A client that follows a recording is released when the daemon ends.
    @Test func anEndingDaemonLetsGoOfWhoFollows() async throws {
        try await withSandbox { box in
            let daemon = try await box.startDaemon(box.daemonVariables("sqlite:\(box("a.db"))"))
            let id = try await daemon.start("sh", "-c", "echo begun; sleep 1000")
            try await daemon.waitForTranscript(of: id, toContain: "begun")
            let tail = try box.start(.telec, ["sessions", "tail", id], daemon.variables)
            try waitUntil("what there is has been read") { try tail.outputText().hasPrefix("begun\n") }
            let began = ContinuousClock.now
            #expect(try await daemon.stop().code == 0)
            #expect(ContinuousClock.now - began < .seconds(9))
            let run = try await tail.finish(timeout: 10)
            #expect(run.output.hasPrefix("begun\n") && run.code == 0, "\(run)")
            try await box.endSessions()
        }
    }

    /// The disk fails when the log is to be made durable: the daemon releases nothing of the transcript, and reports the error.
    @Test(.enabled(if: TestUser.areWanted, "attaching strace to a running daemon takes root"))
    func anAuditLogThatCanNotBeWrittenLetsNothingOut() async throws {
        try await withSandbox { box in
            let url = "sqlite:\(box("a.db"))"
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            let id = try await daemon.start("sh", "-c", "echo cAnArY")
            try await daemon.wait(for: id, toBe: "closed")
            try waitUntil("it can be found") { try query("SELECT count(*) FROM transcript_passages", on: url) == ["1"] }
            try execute("UPDATE sessions SET owner_person = 'Somebody', owner_uid = 4711", on: url)
            let strace = try box.start(
                Program(inPath: "strace"),
                ["-f", "-p", "\(daemon.pid())", "-o", "/dev/null", "-e", "inject=fdatasync,fsync:error=EIO"])
            try waitUntil("strace is attached") { try strace.errorText().contains("attached") }
            let refused = try await daemon.telec("transcript", id, "--reason", "test")
            #expect(refused.code == 2 && refused.output.isEmpty, "\(refused)")
            #expect(refused.error.contains("the audit log can't be written, so nothing was done"))
            let unfound = try await daemon.telec("search", "canary", "--reason", "test")
            #expect(
                unfound.code == 2 && unfound.output.isEmpty && unfound.error.contains("nothing was done"), "\(unfound)")
            strace.kill(SIGINT)
            _ = try await strace.finish()
            let found = try await daemon.telec("search", "canary", "--reason", "test")
            #expect(found.code == 0 && found.output.contains("cAnArY"), "\(found)")
            let read = try await daemon.telec("transcript", id, "--reason", "test")
            #expect(read.output == "cAnArY\n", "\(read)")
            #expect(try await daemon.telec("audit", "verify").code == 0)
            _ = try await daemon.stop()
        }
    }

    /// The disk does not answer while a recording is read: nothing can interrupt the read, and the daemon ends all the same.
    @Test(.enabled(if: TestUser.areWanted, "attaching strace to a running daemon takes root"))
    func aReadThatHangsKeepsNoDaemonFromItsEnd() async throws {
        try await withSandbox { box in
            let daemon = try await box.startDaemon(box.daemonVariables("sqlite:\(box("a.db"))", Self.quick))
            let id = try await daemon.start("echo", "hello")
            try await daemon.wait(for: id, toBe: "closed")
            let strace = try box.start(
                Program(inPath: "strace"),
                [
                    "-f", "-p", "\(daemon.pid())", "-o", box("calls"), "-e", "inject=pread64:delay_enter=600000000",
                    "-P", "\(box.home)/.teleclaude/transcripts/\(id).cast",
                ])
            try waitUntil("strace is attached") { try strace.errorText().contains("attached") }
            let reading = try box.start(.telec, ["transcript", id], daemon.variables)
            try waitUntil("the read hangs") {
                try String(contentsOfFile: box("calls"), encoding: .utf8).contains("pread64(")
            }
            daemon.process.kill(SIGTERM)
            try? waitUntil("the daemon ends", seconds: 60) { !isAlive(daemon.pid()) }
            let isOver = !isAlive(daemon.pid())
            // The process that is ended is a zombie for as long as strace holds one of its threads.
            strace.kill(SIGKILL)
            _ = try await strace.finish()
            let run = try await daemon.process.finish(timeout: 60)
            #expect(isOver && run.code == 2, "\(run)")
            _ = try await reading.finish(timeout: 60)
            try await box.endSessions()
        }
    }

    /// A pipe in the place of a recording is not waited for.
    @Test func aPipeInsteadOfARecordingIsRefused() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("echo", "hello")
            try await daemon.wait(for: id, toBe: "closed")
            let file = "\(daemon.box.home)/.teleclaude/transcripts/\(id).cast"
            try FileManager.default.removeItem(atPath: file)
            try #require(mkfifo(file, 0o600) == 0)
            for arguments in [["transcript", id], ["sessions", "tail", id]] {
                let run = try await daemon.box.run(.telec, arguments, daemon.variables, timeout: 20)
                #expect(run.code == 2 && run.error.contains("something else than a file is in its place"), "\(run)")
            }
        }
    }

    /// The daemon notifies systemd (sd_notify(3)), and uses the socket that systemd passes to it (sd_listen_fds(3)).
    @Test func theServiceManagerIsToldAndHeard() async throws {
        try await withSandbox { box in
            let manager = """
                import os, socket, sys
                n = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); n.bind("\(box.folder)/n.sock")
                if os.fork() == 0:
                    s = socket.socket(socket.AF_UNIX); s.bind("\(box.folder)/activated.sock"); s.listen()
                    os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
                    os.environ.update(NOTIFY_SOCKET="\(box.folder)/n.sock", LISTEN_FDS="1", LISTEN_PID=str(os.getpid()),
                        WATCHDOG_USEC="400000")
                    os.execv(sys.argv[1], [sys.argv[1]])
                while True: print(n.recv(4096).decode().replace("\\n", "|"), file=sys.stderr, flush=True)
                """
            let variables = box.daemonVariables("sqlite:\(box("a.db"))")
            let process = try box.start(
                Program(inPath: "python3"), ["-c", manager, Program.teleclauded.path], variables)
            try waitUntil("it is told") {
                let text = try process.errorText()
                return text.contains("READY=1|STATUS=serving") && text.contains("WATCHDOG=1")
            }
            let who = try await box.run(.telec, ["whoami", "--socket", "\(box.folder)/activated.sock"], variables)
            #expect(who.code == 0, "\(who)")
            process.kill(SIGTERM)
            _ = try await process.finish()
            // The daemon does not remove a socket that the service manager has passed to it.
            #expect(FileManager.default.fileExists(atPath: "\(box.folder)/activated.sock"))
            #expect(!FileManager.default.fileExists(atPath: "\(box.folder)/d.sock"))
        }
    }
}

extension TestDaemon {
    /// Returns the daemon's process id. It is also that of the shell that started the daemon by `exec`.
    func pid() -> pid_t { process.pid }
}

extension Sandbox {
    /// Starts a proxy in front of a PostgreSQL server's socket, and returns it with the URL that leads through it.
    func startProxy(to url: String) throws -> (process: RunningProgram, url: String) {
        let folder = try #require(url.components(separatedBy: "host=").last?.components(separatedBy: "&").first)
        let proxy = """
            import socket, threading
            s = socket.socket(socket.AF_UNIX); s.bind("\(self.folder)/.s.PGSQL.5432"); s.listen()
            def pipe(x, y):
                try:
                    while (d := x.recv(65536)): y.sendall(d)
                    y.shutdown(socket.SHUT_WR)
                except OSError: pass
            while True:
                a, _ = s.accept(); b = socket.socket(socket.AF_UNIX); b.connect("\(folder)/.s.PGSQL.5432")
                threading.Thread(target=pipe, args=(a, b), daemon=True).start()
                threading.Thread(target=pipe, args=(b, a), daemon=True).start()
            """
        let process = try start(Program(inPath: "python3"), ["-c", proxy])
        try waitUntil("the proxy listens") {
            FileManager.default.fileExists(atPath: "\(self.folder)/.s.PGSQL.5432")
        }
        return (process, url.replacingOccurrences(of: "host=\(folder)", with: "host=\(self.folder)"))
    }
}
