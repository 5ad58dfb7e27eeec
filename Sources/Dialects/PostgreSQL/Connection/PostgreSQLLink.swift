import TCPOSIX
import TCPostgreSQL

/// The way to the server. Whoever waits for the server looks now and then whether anything can still come.
extension PostgreSQLConnection {
    /// How long a server may be out of reach before the connection counts as lost, in seconds.
    static let patience = 60.0
    /// How long a server may leave a cancellation on its way, in seconds.
    private static let patienceWithCancellation = 10.0

    /// Checks, while somebody waits, that the server is in reach and takes cancellations.
    ///
    /// - Parameters:
    ///   - began: When the wait began.
    ///   - cancelling: Since when a cancellation is on its way; `nil` if none is. It is brought up to date.
    /// - Throws: `DatabaseError`; the connection is then closed.
    func requireReach(
        since began: ContinuousClock.Instant, _ cancelling: inout ContinuousClock.Instant?, _ statement: String
    ) throws(DatabaseError) {
        let now = ContinuousClock.now
        if now - began >= .wait(seconds: Self.patience), let link = TCPLink(PQsocket(handle)),
            link.isDead(after: Self.patience)
        {
            throw breakOff("the server has been out of reach for \(Int(link.silence)) s", statement)
        }
        cancelling = cancellation.isSettled(within: 0) ? nil : cancelling ?? now
        if let cancelling, now - cancelling >= .wait(seconds: Self.patienceWithCancellation) {
            throw breakOff("the server does not take the cancellation of the statement", statement)
        }
    }

    /// Closes the connection without a farewell, for which a full socket would wait, and returns the error that says why.
    func breakOff(_ message: String, _ statement: String) -> DatabaseError {
        shutdown(PQsocket(handle), Int32(SHUT_RDWR))
        close()
        return DatabaseError(.lost, message, statement: statement, remedy: "check the server and the network")
    }
}
