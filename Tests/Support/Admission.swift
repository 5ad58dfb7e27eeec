import Testing

/// Limits how many tests use databases of the server at the same time. Swift Testing begins further tests whenever one waits, so
/// without a limit hundreds of tests would ask for more connections than the server allows (`max_connections` in ci/postgres).
actor Admission {
    static let toServer = Admission(places: 48)
    /// Whether the current task has a place already; it then does not take another one.
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

extension Trait where Self == TimeLimitTrait {
    /// The limit of a test of the server that would never end if it failed. It is generous, since the wait for a place at the server
    /// counts, too: where all tests run at once on a slow machine, that alone takes many minutes.
    public static var mayHang: Self { .timeLimit(.minutes(30)) }
}
