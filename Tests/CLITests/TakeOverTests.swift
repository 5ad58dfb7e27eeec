import Foundation
import TestSupport
import Testing

/// Tests faults of a working daemon while another one waits: the other takes over soon, and the first writes nothing more. Each
/// fault is tried `TC_TEST_TAKEOVERS` times; once if the variable is not set.
@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason), .serialized)
struct TakeOverTests {
    @Test(arguments: [false, true]) func afterAKill(sharingSocket: Bool) async throws {
        try await rounds("kill -9", sharingSocket) { pair in
            try await pair.measure {
                pair.first.kill(SIGKILL)
            }
        }
    }

    /// The kernel keeps accepting connections for a suspended process. When the process is continued, requests and orders wait for it.
    @Test(arguments: [false, true]) func ofADaemonThatWasStopped(sharingSocket: Bool) async throws {
        try await rounds("SIGSTOP", sharingSocket) { pair in
            try await pair.measure {
                pair.first.suspend()
            } afterwards: {
                try await wakesUpAndEnds(pair)
            }
        }
    }

    /// The server ends the database session that holds the lock, and the daemon is not notified.
    @Test(arguments: [false, true]) func ofADaemonThatLostItsLock(sharingSocket: Bool) async throws {
        try await rounds("lost lock", sharingSocket) { pair in
            let epoch = try pair.epoch
            return try await pair.measure {
                _ = try query(
                    "SELECT pg_terminate_backend(pid)::text FROM pg_locks WHERE locktype = 'advisory' AND granted AND "
                        + "database = (SELECT oid FROM pg_database WHERE datname = current_database())", on: pair.url)
            } afterwards: {
                try await oneIsLeft(pair, epoch)
            }
        }
    }

    /// When the server is back, the daemon that gets the lock first works: either the first one goes on, or it has been replaced.
    @Test func afterARestartOfTheServer() async throws {
        var times = TakeOverTimes("restart of PostgreSQL (1.3 s away)")
        for _ in 0..<TakeOver.rounds {
            try await withSandbox { box in
                try await OwnServer.with(in: box) { server in
                    try await TakeOver.start(box, server.url).use { pair in
                        let epoch = try pair.epoch
                        let time = try await pair.measure {
                            try await server.stop()
                            try await Task.sleep(for: .milliseconds(1_300))
                            try await server.start()
                        } afterwards: {
                            try await oneIsLeft(pair, epoch)
                        }
                        times.add(time)
                    }
                }
            }
        }
        try times.note()
    }

    /// The first daemon's machine is cut off. A network namespace stands for the machine; its only link goes down and comes back.
    @Test(.enabled(if: TestUser.areWanted, "network namespaces are made by root")) func ofADaemonThatWasCutOff()
        async throws
    {
        var times = TakeOverTimes("link down")
        for _ in 0..<TakeOver.rounds {
            try await withSandbox { box in
                try await box.withNetwork { network in
                    try await OwnServer.with(in: box, options: "listen_addresses='\(network.here)'") { server in
                        try await server.bash(
                            #"""
                            echo "host all all \#(network.range) trust" >> "$cluster/data/pg_hba.conf"
                            control "$programs/pg_ctl" reload -s -D "$cluster/data"
                            """#)
                        let pair = try TakeOver.start(
                            box, server.url, firstURL: "postgresql://tc@\(network.here)/postgres",
                            launch: network.inside)
                        try await pair.use { pair in
                            let time = try await pair.measure {
                                try await network.set("down")
                            } afterwards: {
                                try await network.set("up")
                                try await ends(pair.first)
                            }
                            times.add(time)
                        }
                    }
                }
            }
        }
        try times.note()
    }
}

extension TakeOverTests {
    private func rounds(
        _ fault: String, _ sharingSocket: Bool,
        _ measure: (TakeOver) async throws -> Double
    ) async throws {
        var times = TakeOverTimes(fault + (sharingSocket ? ", one socket for both" : ""))
        for _ in 0..<TakeOver.rounds {
            try await withDatabase(.postgresql) { box, url in
                try await TakeOver.start(box, url, sharingSocket: sharingSocket).use { pair in
                    times.add(try await measure(pair))
                    let who = try await box.run(.telec, ["whoami"], pair.secondVariables)
                    #expect(sharingSocket == false || who.code == 0, "\(who)")
                }
            }
        }
        try times.note()
    }

    /// Continues the suspended daemon, which first reads the orders that were given meanwhile, and expects that it ends.
    private func wakesUpAndEnds(_ pair: TakeOver) async throws {
        let body = #"{"title": "from the past", "project_path": "/"}"#
        let order =
            "POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
            + "Connection: close\r\n\r\n\(body)"
        if pair.secondSocket != pair.firstSocket {
            for _ in 0..<8 {
                Thread.detachNewThread { _ = Probe.answer(pair.firstSocket, 20, order) }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        pair.first.kill(SIGCONT)
        try await ends(pair.first)
        #expect(try query("SELECT title FROM sessions", on: pair.url).isEmpty)
        #expect(try !pair.second.errorText().contains("error teleclauded"))
    }

    private func ends(_ process: RunningProgram) async throws {
        let run = try await process.finish(timeout: 30)
        #expect(run.code == 2 && run.error.contains("another daemon has taken over"), "\(run)")
    }

    /// Expects that either the first daemon has gone on in its epoch and the second waits, or the second has begun a new epoch and the
    /// first has ended.
    private func oneIsLeft(_ pair: TakeOver, _ epoch: String) async throws {
        if try pair.epoch == epoch {
            #expect(try pair.first.errorText().contains("nobody else has worked meanwhile"))
            #expect(try !pair.second.errorText().contains("ready"))
        } else {
            try await ends(pair.first)
        }
    }
}

/// A network namespace with one link to the namespace of the tests.
struct TestNetwork: Sendable {
    let box: Sandbox
    let name: String
    let subnet: String
    /// The address of the outer end of the link.
    var here: String { "\(subnet).1" }
    var range: String { "\(subnet).0/24" }
    /// The words before a command that run it inside the namespace.
    /// `ip netns exec` and `ip -n` mount /sys anew, which is forbidden where / is no mount, as in a chroot.
    var inside: [String] { ["nsenter", "--net=/run/netns/\(name)", "--"] }

    /// Brings the outer end up or down. Programs inside are not notified.
    func set(_ state: String) async throws { try await ip("link", "set", "\(name)a", state) }

    func ip(_ words: String...) async throws {
        let run = try await box.run(try Program(inPath: "ip"), words)
        try #require(run.code == 0, "ip \(words.joined(separator: " ")): \(run)")
    }
}

extension Sandbox {
    /// Makes a network namespace, and removes it afterwards.
    func withNetwork(_ body: (TestNetwork) async throws -> Void) async throws {
        let number = Int.random(in: 0..<65_536)
        let network = TestNetwork(
            box: self, name: "tc\(number)", subnet: "10.\(number / 256).\(number % 256)")
        try await network.ip("netns", "add", network.name)
        do {
            try await network.ip("link", "add", "\(network.name)a", "type", "veth", "peer", "name", "\(network.name)b")
            try await network.ip("link", "set", "\(network.name)b", "netns", network.name)
            try await network.ip("addr", "add", "\(network.here)/24", "dev", "\(network.name)a")
            try await network.set("up")
            for words in [["addr", "add", "\(network.subnet).2/24", "dev"], ["link", "set", "up", "dev"]] {
                let run = try await run(
                    try Program(inPath: network.inside[0]),
                    network.inside.dropFirst() + ["ip"] + words + ["\(network.name)b"])
                try #require(run.code == 0, "\(run)")
            }
            try await body(network)
        } catch {
            try await network.ip("netns", "delete", network.name)
            throw error
        }
        try await network.ip("netns", "delete", network.name)
    }
}
