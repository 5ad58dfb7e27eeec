import Dialects
import Foundation
import Synchronization
import Testing

@testable import Transfer

@Suite struct SourceRetryTests {
    private let change = DatabaseError(.changedMeanwhile, "another program wrote a.db", remedy: "stop it")

    /// Runs a reading that finds the file changed the given number of times.
    private func result(changes: Int) async throws -> (told: [String], remarks: [String], attempts: Int) {
        let attempts = Mutex(0)
        let told = Mutex<[String]>([])
        let (_, remarks) = try await SourceRetry.whenChanged(
            try Database(DatabaseURL(parsing: "postgresql:///nowhere")), { line in told.withLock { $0.append(line) } }
        ) {
            let attempt = attempts.withLock { attempts in
                attempts += 1
                return attempts
            }
            if attempt <= changes { throw change }
        }
        return (told.withLock { $0 }, remarks, attempts.withLock { $0 })
    }

    @Test func whatShowsOneMomentIsReadOnce() async throws {
        let result = try await result(changes: 0)
        #expect(result.attempts == 1 && result.remarks == [])
    }

    @Test func eachNewBeginningIsSaid() async throws {
        let result = try await result(changes: 2)
        #expect(result.attempts == 3 && result.remarks.count == 2 && result.told == result.remarks)
        #expect(result.remarks[0] == "another program wrote a.db: the whole source was read again")
    }

    @Test func itEndsWithWhatToDo() async throws {
        let error = await #expect(throws: DatabaseError.self) { _ = try await result(changes: 9) }
        #expect(error?.message == "another program wrote a.db, 3 times" && error?.remedy == "stop it")
    }

    @Test func aFileThatIsEmptyByThenIsRefused() async throws {
        let path = NSTemporaryDirectory() + "tc-retry-\(UInt32.random(in: .min ... .max)).db"
        try #require(FileManager.default.createFile(atPath: path, contents: nil))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let database = try Database(DatabaseURL(sqlitePath: path))
        let error = await #expect(throws: DatabaseError.self) {
            _ = try await SourceRetry.whenChanged(database, { _ in }) { () async throws -> Int in throw change }
        }
        #expect(error?.message == "another program wrote a.db, and the file is empty now" && error?.remedy == "stop it")
    }
}
