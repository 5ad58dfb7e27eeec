extension Result where Failure == any Error {
    /// The value, once `cleanUp` has run. Of two errors the first is the one to report: what cleaning up says then says nothing of
    /// what went wrong.
    func get(after cleanUp: () throws -> Void) throws -> Success {
        do { try cleanUp() } catch {
            _ = try get()
            throw error
        }
        return try get()
    }
}
