import Dialects
import Foundation
import Synchronization
import TestSupport
import Testing

/// A flag that threads share.
private final class Flag: Sendable {
    private let state = Mutex(false)
    var isSet: Bool { state.withLock { $0 } }
    func set() { state.withLock { $0 = true } }
}

@Suite("asking for a lock")
struct AskedLockTests {
    @Test("who asks whether a lock is held takes it from nobody", arguments: Backend.available)
    func asking(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let lock = AdvisoryLock("daemon")
            let over = Flag()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await database.withConnection { asking in
                            while !over.isSet {
                                _ = try asking.isHeld(lock)
                                usleep(500)
                            }
                        }
                    }
                }
                let refusals = try await database.withConnection { connection in
                    defer { over.set() }
                    var refusals = 0
                    for _ in 0..<200 {
                        guard let held = try connection.hold(lock) else {
                            refusals += 1
                            continue
                        }
                        held.release()
                    }
                    return refusals
                }
                #expect(refusals == 0)
                try await group.waitForAll()
            }
        }
    }
}
