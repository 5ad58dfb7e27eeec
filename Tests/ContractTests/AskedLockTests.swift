import Dialects
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("asking for a lock")
struct AskedLockTests {
    @Test("who asks whether a lock is held takes it from nobody", arguments: Backend.available)
    func asking(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let lock = AdvisoryLock("daemon")
            let isOver = Mutex(false)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await database.withConnection { asking in
                            while !isOver.withLock({ $0 }) {
                                _ = try asking.isHeld(lock)
                                usleep(500)
                            }
                        }
                    }
                }
                let refusals = try await database.withConnection { connection in
                    defer { isOver.withLock { $0 = true } }
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
