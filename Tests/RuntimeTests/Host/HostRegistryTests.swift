import Testing

@testable import TCRuntime

struct HostRegistryTests {
    private func waitUntilGone(_ session: String, _ registry: HostRegistry) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while await registry.isConnected(session) {
            try #require(ContinuousClock.now < deadline, "the host stays")
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// A connection that ends before anything is written on it, or for which something fails, is known to be over.
    @Test func whatNobodyHoldsIsNoConnection() async throws {
        let registry = HostRegistry()
        do {
            let host = await registry.connect("s", of: 1_000)
            #expect(await registry.presence(of: "s") == .connected)
            withExtendedLifetime(host) {}
        }
        try await waitUntilGone("s", registry)
        #expect(await registry.presence(of: "s") == .away)
    }

    /// The end of an earlier connection does not end the present one.
    @Test func aLaterConnectionStays() async throws {
        let registry = HostRegistry()
        var first: ConnectedHost? = await registry.connect("s", of: 1_000)
        let second = await registry.connect("s", of: 1_000)
        await first?.disconnect()
        first = nil
        let other = await registry.connect("t", of: 1_000)
        await other.disconnect()
        #expect(await registry.sessionIDs == ["s"])
        await second.disconnect()
        #expect(await registry.sessionIDs == [])
    }
}
