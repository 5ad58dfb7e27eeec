/// How many tests may have a database of the server's at once. Every test that waits lets others begin, so that without a limit
/// hundreds of them ask for more connections than the server gives out (`max_connections` in ci/postgres).
actor Admission {
    static let toServer = Admission(places: 48)
    /// A test that has a place already takes no other one.
    @TaskLocal private static var isAdmitted = false

    private var places: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int) { self.places = places }

    nonisolated func admitting<T>(_ body: () async throws -> T) async throws -> T {
        if Self.isAdmitted { return try await body() }
        await enter()
        do {
            let result = try await Self.$isAdmitted.withValue(true) { try await body() }
            await leave()
            return result
        } catch {
            await leave()
            throw error
        }
    }

    private func enter() async {
        if places > 0 {
            places -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func leave() {
        if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
    }
}
