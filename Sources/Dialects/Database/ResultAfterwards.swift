extension Result where Failure == any Error {
    /// Returns the value, once `cleanUp` has run. Of two errors the first one is thrown: an error of the cleanup says nothing
    /// about what went wrong before.
    func get(after cleanUp: () throws -> Void) throws -> Success {
        do { try cleanUp() } catch {
            _ = try get()
            throw error
        }
        return try get()
    }
}
