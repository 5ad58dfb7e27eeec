import Dialects
import Foundation
import TestSupport
import Testing

/// Two daemons on one database, of which the first works and the second waits.
struct TakeOver: Sendable {
    let box: Sandbox
    /// A URL of the database that no fault affects.
    let url: String
    let first: RunningProgram
    let second: RunningProgram
    let firstVariables: [String: String?]
    let secondVariables: [String: String?]
    var firstSocket: String { "\(box.folder)/d.sock" }
    let secondSocket: String

    /// The number of times that each fault is tried, and the number of seconds that a take-over may take (ci/soak takeover). The
    /// default limit allows for tests that run side by side.
    static let rounds = TestSupport.environment("TC_TEST_TAKEOVERS").flatMap { Int($0) } ?? 1
    static let limit = TestSupport.environment("TC_TEST_TAKEOVER_SECONDS").flatMap { Double($0) } ?? 25

    /// Starts both daemons.
    /// - Parameter launch: The words before the first daemon's program name, for a program that runs it.
    static func start(
        _ box: Sandbox, _ url: String, firstURL: String? = nil, sharingSocket: Bool = false, launch: [String] = []
    ) throws -> TakeOver {
        let quick = ["TELECLAUDE_SERVER_DRAIN_SECONDS": "2"]
        let firstVariables = box.daemonVariables(firstURL ?? url, quick)
        let secondSocket = sharingSocket ? "\(box.folder)/d.sock" : "\(box.folder)/e.sock"
        let secondVariables = box.daemonVariables(url, quick.merging(["TELECLAUDE_SOCKET": secondSocket]) { $1 })
        let words = launch + [Program.teleclauded.path, "--standby"]
        let first = try box.start(
            launch.isEmpty ? .teleclauded : Program(inPath: words[0]), Array(words.dropFirst()), firstVariables)
        try waitUntil("the first serves") { try first.errorText().contains("ready") }
        let second = try box.start(.teleclauded, ["--standby"], secondVariables)
        try waitUntil("the second waits") { try second.errorText().contains("standby: another daemon works") }
        return TakeOver(
            box: box, url: url, first: first, second: second, firstVariables: firstVariables,
            secondVariables: secondVariables, secondSocket: secondSocket)
    }

    /// Passes the pair to `body`, and ends the daemons afterwards.
    func use(_ body: (TakeOver) async throws -> Void) async throws {
        do { try await body(self) } catch {
            await end()
            throw error
        }
        await end()
    }

    /// Ends the daemons that still run.
    func end() async {
        for process in [first, second] {
            process.kill(SIGCONT)
            process.kill(SIGKILL)
            _ = try? await process.finish()
        }
    }

    var epoch: String { get throws { try query("SELECT epoch::text FROM daemon_lease", on: url).joined() } }

    /// Causes a fault, waits until it is settled which daemon serves, and runs `afterwards`. If the daemons have two sockets, it
    /// expects that the first does not serve after the second has begun to.
    /// - Returns: The number of seconds from the fault until a daemon answered again.
    func measure(
        _ fault: () async throws -> Void, afterwards: () async throws -> Void = {}
    ) async throws -> Double {
        let isShared = secondSocket == firstSocket
        // If both daemons share a socket, a client that is connected to the first one has to connect again.
        let probes =
            [Probe(firstSocket, patience: isShared ? 0.25 : 20)] + (isShared ? [] : [Probe(secondSocket, patience: 20)])
        defer { for probe in probes { probe.stop() } }
        try waitUntil("the first is heard") { probes[0].served.count > 3 }
        let began = ContinuousClock.now
        try await fault()
        try waitUntil("it is settled who serves") {
            try second.errorText().contains("ready") || first.errorText().contains("nobody else has worked meanwhile")
        }
        let settled = ContinuousClock.now
        try waitUntil("somebody serves") { probes.contains { $0.served.contains { $0.asked > settled } } }
        let seconds = Self.endOfGap(probes.flatMap(\.served), from: began)
        try await afterwards()
        if probes.count == 2, let other = probes[1].served.first {
            #expect(!probes[0].served.contains { $0.answered > other.answered }, "both served")
        }
        return seconds
    }

    /// Returns the end of the longest period without an answer, in seconds since `began`.
    private static func endOfGap(_ answers: [Probe.Answer], from began: ContinuousClock.Instant) -> Double {
        let times = [began] + answers.map(\.answered).filter { $0 > began }.sorted()
        let gaps = zip(times, times.dropFirst())
        let longest = gaps.max { $0.1 - $0.0 < $1.1 - $1.0 }
        return ((longest?.1 ?? began) - began) / .seconds(1)
    }
}

/// The durations of take-overs after one kind of fault, which ci/soak puts into a table.
struct TakeOverTimes {
    let fault: String
    private var seconds: [Double] = []

    init(_ fault: String) { self.fault = fault }

    mutating func add(_ time: Double) {
        seconds.append(time)
        #expect(time < TakeOver.limit, "\(fault): take-over took \(time) s")
    }

    /// Adds a line to the file that `TC_TEST_TAKEOVER_FIGURES` names.
    func note() throws {
        guard let path = TestSupport.environment("TC_TEST_TAKEOVER_FIGURES") else { return }
        let sorted = seconds.sorted()
        guard let least = sorted.first, let most = sorted.last else { return }
        let numbers = [least, sorted[sorted.count / 2], most].map { String(format: "%.2f", $0) }
        let line = "| \(fault) | \(sorted.count) | \(numbers.joined(separator: " | ")) |\n"
        let file = try #require(fopen(path, "a"))
        fputs(line, file)
        fclose(file)
    }
}
