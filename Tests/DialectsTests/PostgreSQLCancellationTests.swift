import Dispatch
import TestSupport
import Testing

@testable import Dialects

/// Tests cancellations that the server does not take. The server stays silent here, as one that is stopped.
@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLCancellationTests {
    private static let greeting =
        ImitatedServer.message("R", [0, 0, 0, 0]) + ImitatedServer.message("K", [0, 0, 0, 1, 0, 0, 0, 2])
        + ImitatedServer.message("Z", Array("I".utf8))

    /// Runs `body` with a connection to a server that answers nothing.
    private func withSilentServer(_ body: (PostgreSQLConnection) throws -> Void) throws {
        try PostgreSQLLibrary.load()
        try ImitatedServer.answering(Self.greeting, staysSilent: true) { url in
            guard case .postgresql(let parameters) = url.target else { throw TestFailure("no server") }
            let options = ConnectionOptions()
            let handle = try #require(PostgreSQLDriver(parameters: parameters, options: options).open())
            let connection = PostgreSQLConnection(handle, options)
            defer { connection.close() }
            #expect(!connection.isLost)
            try body(connection)
        }
    }

    @Test(.timeLimit(.minutes(2))) func whoeverCancelsIsNotKeptWaiting() throws {
        try withSilentServer { connection in
            // The server accepts one connection only. libpq waits for its answer to the second one without a limit.
            for _ in 0..<3 { connection.interrupter.interrupt() }
            #expect(connection.cancellation.take())
            #expect(!connection.cancellation.isSettled(within: 0.2))
        }
    }

    @Test(.timeLimit(.minutes(2))) func whoeverWaitsForTheStatementIsNotKeptWaitingEither() throws {
        try withSilentServer { connection in
            let interrupter = connection.interrupter
            DispatchQueue.global().asyncAfter(deadline: .now() + 0.3) { interrupter.interrupt() }
            let error = #expect(throws: DatabaseError.self) { try connection.execute("SELECT 1") }
            #expect(error?.kind == .lost && error?.message.contains("does not take the cancellation") == true)
            #expect(connection.isLost)
        }
    }
}
