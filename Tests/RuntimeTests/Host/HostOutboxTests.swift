import Testing

@testable import TCRuntime

struct HostOutboxTests {
    /// Several pings get one answer. Each chunk is acknowledged. While many answers wait, the daemon reads nothing more from the host.
    @Test func aHostThatReadsNothingIsHeardNoMore() async throws {
        let outbox = HostOutbox()
        outbox.put(.next(3))
        for _ in 0..<1_000_000 { outbox.put(.ping) }
        for number in 0..<UInt64(1_024) {
            try await outbox.waitForRoom()
            outbox.put(.ack(number))
        }
        let isFull = Task { try await outbox.waitForRoom() }
        try await Task.sleep(for: .milliseconds(50))
        isFull.cancel()
        await #expect(throws: CancellationError.self) { try await isFull.value }
        outbox.put(.send(1, [97]))
        outbox.put(.ended)
        let orders: [HostOrder] = [.next(3), .send(1, [97])] + (0..<1_024).map { .ack($0) } + [.ping, .ended]
        #expect(outbox.take() == orders && outbox.take().isEmpty)
        try await outbox.waitForRoom()
    }

    @Test func whoReadsNothingIsKnown() async throws {
        let outbox = HostOutbox()
        #expect(outbox.stalled == .zero)
        outbox.put(.ping)
        _ = outbox.take()
        try await Task.sleep(for: .milliseconds(20))
        #expect(outbox.stalled >= .milliseconds(20))
        outbox.noteWritten()
        #expect(outbox.stalled == .zero)
    }
}

struct PaceTests {
    @Test func whoeverSendsMoreWaits() {
        let start = ContinuousClock.now
        var pace = Pace(atOnce: 2, perSecond: 4, at: start)
        #expect((0..<2).allSatisfy { _ in pace.next(at: start) == .zero })
        #expect(pace.next(at: start) == .milliseconds(250))
        #expect(pace.next(at: start + .milliseconds(500)) == .zero)
        #expect((0..<2).allSatisfy { _ in pace.next(at: start + .seconds(60)) == .zero })
        #expect(pace.next(at: start + .seconds(60)) > .zero)
    }
}

struct HostPlaceTests {
    /// Whether the connection or its role as a host ends first, the counts return to zero.
    @Test(arguments: [true, false])
    func aHostIsCountedApart(closesFirst: Bool) throws {
        let limits = ConnectionLimits(perUser: 1, ofPublic: 1, hostsPerUser: 2, inAll: 9)
        let alice = ConnectionLimits.Party.user(7)
        for _ in 0..<5 {
            #expect(limits.enter(alice) && !limits.enter(alice))
            var place = HostPlace(limits, alice)
            #expect(place != nil && limits.enter(alice) && !limits.enter(alice))
            if closesFirst { limits.leave(alice) }
            place = nil
            if !closesFirst { limits.leave(alice) }
            limits.leave(alice)
        }
        var places: [HostPlace] = []
        for _ in 0..<2 {
            #expect(limits.enter(alice))
            places.append(try #require(HostPlace(limits, alice)))
        }
        #expect(limits.enter(alice) && HostPlace(limits, alice) == nil)
    }
}
