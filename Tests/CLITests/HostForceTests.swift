import Dialects
import Foundation
import TestSupport
import Testing

/// Tests hosts that do not obey orders, and hosts that are too many or send too much.
struct HostForceTests {
    private static let quick: [String: String?] = ["TELECLAUDE_SERVER_HOST_SECONDS": "2"]

    private func whoami(_ daemon: TestDaemon, _ token: String) async throws -> Run {
        try await daemon.box.run(
            .telec, ["whoami"], daemon.variables.merging(["TELECLAUDE_SESSION_TOKEN": token]) { _, new in new })
    }

    /// The host is silent, or says "done" and stays. The session ends nevertheless, and its token at once.
    @Test(arguments: [
        "time.sleep(1000)",
        """
        for line in lines():
            if line.startswith(b"order"): send(b"done %s\\n" % line.split()[1])
            if b"order" in line: print("told", flush=True)
        """,
    ])
    func aHostThatRefusesToEndIsEndedByForce(script: String) async throws {
        try await withDaemon(.sqlite, Self.quick) { daemon in
            let host = try FakeHost(daemon, script)
            try await daemon.wait(for: host.session, toBe: "active")
            #expect(try await whoami(daemon, host.token).code == 0)
            let end = try daemon.box.start(.telec, ["sessions", "end", host.session], daemon.variables)
            let deadline = ContinuousClock.now + .seconds(8)
            while try await whoami(daemon, host.token).code == 0 {
                try #require(ContinuousClock.now < deadline, "the token outlives the order")
            }
            try await daemon.wait(for: host.session, toBe: "closed")
            let run = try await end.finish()
            #expect(run.code == 0, "\(run)")
            let late = try await daemon.telec("sessions", "send", host.session, "x")
            #expect(late.code == 2 && late.error.contains("the session ended at"), "\(late)")
            host.process.kill(SIGKILL)
        }
    }

    /// A suspended host delays callers only briefly, and the command ends although its host can't end it.
    @Test func aStoppedHostIsNotWaitedFor() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("sh", "-c", "trap '' HUP; while :; do sleep 1; done")
            let (host, command) = (try daemon.box.host(of: id), try daemon.box.command(of: id))
            kill(host, SIGSTOP)
            let sent = try await daemon.telec("sessions", "send", id, "x")
            #expect(sent.code == 2 && sent.error.contains("did not answer within"), "\(sent)")
            #expect(sent.error.contains("may still carry this out when it continues"), "\(sent)")
            let ended = try await daemon.telec("sessions", "end", id)
            #expect(ended.code == 0, "\(ended)")
            try await daemon.wait(for: id, toBe: "closed")
            try waitUntil("the command is gone") { !isAlive(command) }
            kill(host, SIGCONT)
            try waitUntil("the host delivers and goes") { !isAlive(host) }
            let recording = try await daemon.telec("transcript", id, "--raw").output
            #expect(recording.contains("\"x\","), "\(recording)")
        }
    }

    /// The user's tmux server is stopped, and answers nobody. A command whose end is ordered ends nevertheless, its host delivers and
    /// goes, and the owner's program does not hang. Without a daemon, the owner ends it alone.
    @Test(arguments: [true, false]) func aStoppedTmuxKeepsNoCommandAlive(hasDaemon: Bool) async throws {
        try await withSandbox { box in
            let variables = box.daemonVariables("sqlite:\(box("a.db"))")
            var daemon = try await box.startDaemon(variables)
            let id = try await daemon.start("sh", "-c", "trap '' HUP; while :; do sleep 1; done")
            let (host, command) = (try box.host(of: id), try box.command(of: id))
            let asked = try await box.run(
                Program(inPath: "tmux"), ["-S", box.tmuxSocket, "display-message", "-p", "#{pid}"])
            let server = try #require(pid_t(asked.output.trimmingCharacters(in: .newlines)), "\(asked)")
            if !hasDaemon { #expect(try await daemon.stop().code == 0) }
            kill(server, SIGSTOP)
            defer { kill(server, SIGCONT) }
            let ended = try await daemon.telec("sessions", "end", id)
            #expect(ended.code == 0, "\(ended)")
            try waitUntil("the command is gone") { !isAlive(command) }
            if hasDaemon {
                try await daemon.wait(for: id, toBe: "closed")
                // It waits several times for a tmux that does not answer, and for its own client.
                try waitUntil("the host delivers and goes", seconds: 120) { !isAlive(host) }
                let recording = try await daemon.telec("transcript", id, "--raw").output
                #expect(recording.contains("\"x\","), "\(recording)")
            }
            kill(server, SIGCONT)
            if !hasDaemon { daemon = try await box.startDaemon(variables) }
            try await daemon.wait(for: id, toBe: "closed")
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// A host floods the daemon and reads nothing. Neither the memory nor the number of rows grows, and others are served.
    @Test(arguments: Backend.available)
    func aFloodOfAHostIsBounded(backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            let before = try memory(of: daemon.process.pid)
            let floods = try [
                "data = b'ping\\n' * 10000",
                "data = b''.join(b'native %s\\n' % (b'/x/%d.jsonl' % n).hex().encode() for n in range(5000))",
                "data = b''.join(b'done %d\\n' % n for n in range(5000))",
            ].map { flood in
                try FakeHost(daemon, "\(flood)\nwhile True: send(data)")
            }
            let deadline = ContinuousClock.now + .seconds(8)
            while ContinuousClock.now < deadline {
                let run = try await daemon.telec("whoami")
                #expect(run.code == 0, "\(run)")
            }
            #expect(try memory(of: daemon.process.pid) < before + 60_000)
            let files = try query("SELECT coalesce(transcript_files, '[]') FROM sessions", on: url)
            for row in files { #expect(row.split(separator: ",").count <= 64, "\(row)") }
            for flood in floods { flood.process.kill(SIGKILL) }
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// Returns a process's resident memory in kilobytes.
    private func memory(of process: pid_t) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    }

    /// Hosts do not use up their owner's limit of requests. If there are too many hosts, only hosts are refused.
    @Test func hostsDoNotCountAmongTheirOwnersRequests() async throws {
        let limits = ["TELECLAUDE_SERVER_CONNECTIONS_PER_USER": "3", "TELECLAUDE_SERVER_HOSTS_PER_USER": "5"]
        try await withDaemon(.sqlite, limits) { daemon in
            var ids: [String] = []
            for _ in 0..<5 { ids.append(try await daemon.start("sh", "-c", "read x")) }
            for id in ids { try await daemon.wait(for: id, toBe: "active") }
            #expect(try await daemon.telec("whoami").code == 0)
            let extra = try FakeHost(daemon, "print(h.recv(65536).decode(), flush=True)\ntime.sleep(1000)")
            try waitUntil("it is refused") { try extra.process.outputText().contains("has too many hosts") }
            #expect(try await daemon.telec("sessions", "end", ids[0]).code == 0)
            try await daemon.wait(for: ids[0], toBe: "closed")
            ids.append(try await daemon.start("sh", "-c", "read x"))
            try await daemon.wait(for: ids[5], toBe: "active")
            extra.process.kill(SIGKILL)
        }
    }
}
