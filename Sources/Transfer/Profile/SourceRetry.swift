import Dialects

/// Reads a source again from the beginning if another program wrote it while it had to stay unchanged, because the rows that were
/// read then show no single state. The new attempt reads beside the programs that have the database open by then.
enum SourceRetry {
    private static let attempts = 3

    /// Runs `body` until it succeeds, three times at most. An attempt that throws an error of kind `changedMeanwhile` must have
    /// left nothing behind. Each new attempt begins when the source's file is no longer written, and is reported to `tell` and in the
    /// returned remarks.
    static func whenChanged<T: Sendable>(
        _ source: Database, _ tell: @Sendable (String) -> Void, _ body: @Sendable () async throws -> T
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
                try await source.untilQuiet(after: error)
                let remark = "\(error.message): the whole source was read again"
                tell(remark)
                remarks.append(remark)
            }
        }
    }
}

extension ConnectionPair {
    /// Opens both databases, runs `body` and closes them. If an error occurs and the file that the first connection read was
    /// written meanwhile, the error thrown says so.
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

    /// Returns the cause of an error: if the file that the first connection read was written meanwhile, that change; otherwise
    /// the error itself.
    func cause(of error: any Error) async -> any Error {
        // The rows may be in the target, so nothing is to be tried again.
        if case TransferError.outcomeUnknown = error { return error }
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
