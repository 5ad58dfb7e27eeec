import Dialects

/// Reads a source again from the beginning when it was written although it was to stay as it was found: what was read of it then
/// shows no single state. Who has the database open by then is read beside.
enum SourceRetry {
    private static let attempts = 3

    /// Runs `body` until it comes through, three times at most. Whatever throws an error of kind `changedMeanwhile` must have left
    /// nothing behind. `tell` hears of each new beginning, and so does who reads the report.
    static func whenChanged<T: Sendable>(
        _ tell: @Sendable (String) -> Void, _ body: @Sendable () async throws -> T
    ) async throws -> (result: T, remarks: [String]) {
        var remarks: [String] = []
        while true {
            do {
                return (try await body(), remarks)
            } catch var error as DatabaseError where error.kind == .changedMeanwhile {
                guard remarks.count < attempts - 1 else {
                    error.message += ", \(attempts) times"
                    throw error
                }
                let remark = "\(error.message): everything was read again from the beginning"
                tell(remark)
                remarks.append(remark)
            }
        }
    }
}

extension ConnectionPair {
    /// Opens both, hands them over and closes them. When something went wrong and the file that the first connection read was
    /// written meanwhile, that is what is thrown.
    static func reading<T: Sendable>(
        _ source: Database, _ target: Database, _ body: @Sendable (ConnectionPair) async throws -> T
    ) async throws -> T {
        let pair = try await open(source, target)
        do {
            let result = try await body(pair)
            await pair.close()
            return result
        } catch {
            let cause = await pair.cause(of: error)
            await pair.close()
            throw cause
        }
    }

    /// What is to blame when something went wrong with what the first connection read: the file, where it was written meanwhile.
    func cause(of error: any Error) async -> any Error {
        do {
            try await run { reading, _ in try reading.confirmSnapshot() }
            return error
        } catch let change as DatabaseError where change.kind == .changedMeanwhile {
            return change
        } catch {
            return error
        }
    }
}
