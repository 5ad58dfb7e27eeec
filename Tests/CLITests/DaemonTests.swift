import Dialects
import Foundation
import TestSupport
import Testing

struct DaemonTests {
    @Test(arguments: Backend.available)
    func itMigratesServesAndStops(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            let me = try await daemon.json("whoami")
            #expect(me["role"] as? String == "admin" && me["mode"] as? String == "single-user")
            let socket = "\(box.folder)/d.sock"
            let mode = try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let run = try await daemon.stop()
            #expect(run.code == 0, "\(run)")
            #expect(!FileManager.default.fileExists(atPath: socket))
            let first = run.error.split(separator: "\n").first ?? ""
            for text in ["mode=single-user", "socket=\(socket)", "settings=", "database="] {
                #expect(first.contains(text), "\(first)")
            }
        }
    }

    /// A second daemon on the same database refuses to start, even with another socket; a standby waits and takes over.
    @Test(arguments: Backend.available)
    func oneDaemonADatabase(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let first = try await box.startDaemon(box.daemonVariables(url))
            let other = box.daemonVariables(url, ["TELECLAUDE_SOCKET": "\(box.folder)/e.sock"])
            let refused = try await box.run(.teleclauded, [], other)
            #expect(refused.code == 2 && refused.error.contains("another daemon works on this database"), "\(refused)")
            let standby = try box.start(.teleclauded, ["--standby"], other)
            try waitUntil("the standby waits") { try standby.errorText().contains("standby") }
            first.process.kill(SIGKILL)
            _ = try await first.process.finish()
            try waitUntil("the standby takes over") { try standby.errorText().contains("ready") }
            let who = try await box.run(.telec, ["whoami"], other)
            #expect(who.code == 0, "\(who)")
            standby.kill(SIGTERM)
            #expect(try await standby.finish().code == 0)
        }
    }

    @Test(arguments: Backend.available)
    func ofManyAtOnceOneMigratesAndServes(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let many = try (0..<4).map { number in
                try box.start(
                    .teleclauded, [], box.daemonVariables(url, ["TELECLAUDE_SOCKET": "\(box.folder)/\(number).sock"]))
            }
            try waitUntil("one serves") { try many.contains { try $0.errorText().contains("ready") } }
            let serving = try #require(try many.first { try $0.errorText().contains("ready") })
            // The others find it at work, so they end first: one that comes later would serve in its place.
            for process in many where process.pid != serving.pid {
                let run = try await process.finish()
                #expect(run.code == 2 && run.error.contains("another daemon works on this database"), "\(run)")
            }
            serving.kill(SIGTERM)
            #expect(try await serving.finish().code == 0)
        }
    }

    @Test(arguments: Backend.available)
    func aDaemonThatMayNotMigrateRefuses(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let variables = box.daemonVariables(url)
            let refused = try await box.run(.teleclauded, ["--migration", "refuse-if-behind"], variables)
            #expect(refused.code == 2 && refused.error.contains("the database lacks the migrations 0001"), "\(refused)")
            let waiting = try box.start(.teleclauded, ["--migration", "wait"], variables)
            try waitUntil("it waits") { try waiting.errorText().contains("waiting for migrations") }
            #expect(try await box.run(.tcMigrate, ["up", "--database", url], variables).code == 0)
            try waitUntil("it serves") { try waiting.errorText().contains("ready") }
            waiting.kill(SIGTERM)
            #expect(try await waiting.finish().code == 0)
            let checked = try await box.run(.teleclauded, ["--check"], variables)
            #expect(checked.code == 0 && checked.output == "settings, database and schema are right\n", "\(checked)")
        }
    }

    /// A migration that waits for a table is interrupted; those before it stay.
    @Test(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func aDaemonThatIsToldToEndWhileItMigratesRollsBack() async throws {
        try await withDatabase(.postgresql) { box, url in
            let variables = box.daemonVariables(url)
            let first = ["up", "--to", "0001-single-user-tables", "--database", url]
            #expect(try await box.run(.tcMigrate, first, variables).code == 0)
            let holder = try connect(to: DatabaseURL(parsing: url))
            defer { holder.close() }
            try holder.begin()
            try holder.execute("LOCK TABLE sessions IN ACCESS SHARE MODE")
            let daemon = try box.start(.teleclauded, [], variables)
            try waitUntil("its migration waits") { try daemon.errorText().contains("waits for a table") }
            daemon.kill(SIGTERM)
            let run = try await daemon.finish(timeout: 30)
            #expect(run.code == 0, "\(run)")
            #expect(run.error.contains("told to end while it started"), "\(run)")
            #expect(run.error.contains("stopped before it served"), "\(run)")
            try holder.rollback()
            #expect(try query("SELECT id FROM tc_migrations", on: url) == ["0001-single-user-tables"])
            #expect(!FileManager.default.fileExists(atPath: "\(box.folder)/d.sock"))
        }
    }

    @Test func socketsOfOthersAreLeftAlone() async throws {
        try await withSandbox { box in
            let socket = "\(box.folder)/d.sock"
            let variables = box.daemonVariables("sqlite:\(box("a.db"))")
            try "mine".write(toFile: socket, atomically: false, encoding: .utf8)
            let file = try await box.run(.teleclauded, [], variables)
            #expect(file.code == 2 && file.error.contains("exists and is not a socket"), "\(file)")
            #expect(try String(contentsOfFile: socket, encoding: .utf8) == "mine")
            try FileManager.default.removeItem(atPath: socket)
            // A killed daemon leaves its socket behind, and the next daemon replaces it.
            let killed = try await box.startDaemon(variables)
            killed.process.kill(SIGKILL)
            _ = try await killed.process.finish()
            let dead = try await killed.telec("whoami")
            #expect(dead.code == 2 && dead.error.contains("no daemon answers at"), "\(dead)")
            let daemon = try await box.startDaemon(variables)
            // Another database with the same socket: the socket of a running daemon is not taken over.
            let second = try await box.run(.teleclauded, [], box.daemonVariables("sqlite:\(box("b.db"))"))
            #expect(second.code == 2 && second.error.contains("a daemon answers at"), "\(second)")
            #expect(try await daemon.stop().code == 0)
        }
    }

    @Test func withoutADaemonOneSentenceSaysWhatToDo() async throws {
        try await withSandbox { box in
            let run = try await box.run(.telec, ["whoami"], ["TELECLAUDE_SOCKET": "\(box.folder)/none.sock"])
            #expect(run.code == 2)
            #expect(
                run.error
                    == "error: no daemon runs here: there is no \(box.folder)/none.sock; start teleclauded, or name its "
                    + "socket with --socket\n")
            let json = try await box.run(
                .telec, ["whoami", "--json"], ["TELECLAUDE_SOCKET": "\(box.folder)/none.sock"])
            #expect(json.output.contains(#""code": "no_daemon""#))
        }
    }

    /// Another program listens at the daemon's socket, and `telec` says so.
    @Test func whatIsNoDaemonIsSaid() async throws {
        try await withSandbox { box in
            let other = """
                import socket
                s = socket.socket(socket.AF_UNIX); s.bind("\(box.folder)/o.sock"); s.listen()
                while True: c, _ = s.accept(); c.recv(100); c.sendall(b"220 mail.example.org\\r\\n"); c.close()
                """
            let process = try box.start(Program(inPath: "python3"), ["-c", other])
            try waitUntil("it listens") { FileManager.default.fileExists(atPath: "\(box.folder)/o.sock") }
            let run = try await box.run(.telec, ["whoami", "--socket", "\(box.folder)/o.sock"])
            #expect(run.code == 2 && run.error.contains("is not teleclauded"), "\(run)")
            process.kill(SIGKILL)
        }
    }

    @Test("a daemon that ends with a request unread: who only reads asks once more, who changes something is told")
    func askedOnceMore() async throws {
        try await withSandbox { box in
            // The program answers only one of the connections, and closes all others without reading them.
            let socket = box("s.sock")
            let other = """
                import socket, sys
                s = socket.socket(socket.AF_UNIX); s.bind("\(socket)"); s.listen(9)
                print("ready", flush=True)
                answer = b'HTTP/1.1 404 Not Found\\r\\ncontent-length: 2\\r\\nconnection: close\\r\\n\\r\\n{}'
                for isAnswered in [False, True, False, False, False]:
                    c, _ = s.accept()
                    if isAnswered:
                        c.recv(65536)
                        c.sendall(answer)
                    c.close()
                """
            let process = try box.start(Program(inPath: "python3"), ["-c", other])
            try waitUntil("it listens") { try process.outputText().contains("ready") }
            let variables = ["TELECLAUDE_SOCKET": socket]
            // The command gets an id, because a title would first be looked up by a request of its own.
            let id = "00000000-0000-4000-8000-000000000000"
            let read = try await box.run(.telec, ["whoami"], variables)
            #expect(!read.error.contains("without an answer"), "\(read)")
            let changed = try await box.run(.telec, ["sessions", "end", id], variables)
            #expect(
                changed.code == 2 && changed.error.contains("closed the connection without an answer"), "\(changed)")
            // A request that only reads is tried twice, and not more often.
            let unread = try await box.run(.telec, ["whoami"], variables)
            #expect(unread.code == 2 && unread.error.contains("closed the connection without an answer"), "\(unread)")
            #expect(try await process.finish().code == 0)
        }
    }

    /// Headers that claim an identity, and an invalid token, give no rights.
    @Test func headersProveNothing() async throws {
        try await withDaemon(.sqlite) { daemon in
            let socket = "\(daemon.box.folder)/d.sock"
            let curl = try Program(inPath: "curl")
            let claims = ["X-Telec-Email: root@example.org", "X-Web-User-Role: admin", "X-Caller-Session-Id: 1"]
            let run = try await daemon.box.run(
                curl, ["-s", "--unix-socket", socket] + claims.flatMap { ["-H", $0] } + ["http://x/whoami"])
            #expect(run.output.contains(#""session_id":null"#), "\(run)")
            // The name of a scheme ignores case: a token that is not seen would leave its caller the rights of a person.
            for scheme in ["Bearer", "bearer", "BEARER"] {
                let token = try await daemon.box.run(
                    curl, ["-s", "--unix-socket", socket, "-H", "Authorization: \(scheme) tcs_1234", "http://x/whoami"])
                #expect(token.output.contains(#""code":"unknown_token""#) && token.output.contains(#""status":401"#))
            }
        }
    }

    /// After a clean stop there is a single file with everything in it, so a copy of that file is a copy of the database.
    @Test func aStopLeavesOneFile() async throws {
        try await withSandbox { box in
            let variables = box.daemonVariables("sqlite:\(box("a.db"))")
            for count in 1...3 {
                let daemon = try await box.startDaemon(variables)
                let id = try await daemon.start("true")
                try await daemon.wait(for: id, toBe: "closed")
                #expect(try await daemon.stop().code == 0)
                let names = try FileManager.default.contentsOfDirectory(atPath: box.files)
                #expect(names.filter { $0.hasPrefix("a.db-") } == [])
                try FileManager.default.copyItem(atPath: box("a.db"), toPath: box("copy\(count).db"))
                let sessions = try query(
                    "SELECT session_id FROM sessions", on: "sqlite:\(box("copy\(count).db"))")
                #expect(sessions.count == count)
            }
        }
    }
}
