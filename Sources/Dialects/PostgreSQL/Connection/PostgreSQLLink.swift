import TCPOSIX
import TCPostgreSQL

/// The way to the server. Whoever waits for the server looks now and then whether anything can still come.
extension PostgreSQLConnection {
    /// How long a server may be out of reach before the connection counts as lost, in seconds.
    static let patience = 60.0
    /// How long a server may leave a cancellation on its way, in seconds.
    private static let patienceWithCancellation = 10.0

    /// Takes in what the server sends until something whole is there. Returns false if the connection is broken. If nothing comes in time, it
    /// closes the connection and throws. A server that sends is not silent, so that each wait for more has the whole time.
    func awaitInput(_ statement: String, until isThere: () -> Bool) throws(DatabaseError) -> Bool {
        guard !isThere() else { return true }
        // The rest of an encrypted record, also of one that an earlier wait has begun, may be held back in libpq's buffers, of which the
        // socket tells nothing.
        let isEncrypted = PQsslInUse(handle) == 1 || PQgssEncInUse(handle) == 1
        var (began, mayHaveRest) = (ContinuousClock.now, isEncrypted)
        var cancelling: ContinuousClock.Instant?
        while PQsocket(handle) >= 0 {
            var wanted = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            let hasCome = poll(&wanted, 1, mayHaveRest ? 0 : Self.pulse) > 0
            mayHaveRest = isEncrypted && hasCome
            if hasCome || isEncrypted {
                guard PQconsumeInput(handle) == 1 else { return false }
                if isThere() { return true }
            }
            if hasCome {
                (began, cancelling) = (.now, nil)
                continue
            }
            if heedsCancellation && Task.isCancelled {
                throw breakOff("the opening of the connection was stopped", statement, .interrupted)
            }
            if let answerTimeout, ContinuousClock.now - began >= .wait(seconds: answerTimeout) {
                throw breakOff("the server has not answered for \(answerTimeout) s", statement)
            }
            try requireReach(since: began, &cancelling, statement)
        }
        return false
    }

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
    func breakOff(
        _ message: String, _ statement: String, _ kind: DatabaseError.Kind = .lost
    ) -> DatabaseError {
        shutdown(PQsocket(handle), Int32(SHUT_RDWR))
        close()
        return DatabaseError(kind, message, statement: statement, remedy: "check the server and the network")
    }
}
