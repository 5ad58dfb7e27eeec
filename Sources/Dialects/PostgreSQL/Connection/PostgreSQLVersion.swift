/// The supported server versions, by `server_version_num`: 150004 for 15.4.
enum PostgreSQLVersion {
    /// The oldest supported version. It is the first with a built-in `gen_random_uuid()`, for which older versions need an
    /// extension (https://www.postgresql.org/docs/release/13.0/). All older versions received their last fixes in 2024 or
    /// before (https://www.postgresql.org/support/versioning/).
    static let oldest: Int32 = 130_000

    /// Refuses an older server before any statement is sent to it. A pooler that does not tell the version of its server (0) is
    /// accepted.
    ///
    /// - Throws: `DatabaseError` of the kind `other`.
    static func require(_ version: Int32) throws(DatabaseError) {
        guard version > 0, version < oldest else { return }
        // Before version 10, the major version consisted of two numbers.
        let name = version < 100_000 ? "\(version / 10_000).\(version / 100 % 100)" : "\(version / 10_000)"
        throw DatabaseError(
            .other, "the server is PostgreSQL \(name), and \(oldest / 10_000) is the oldest supported version",
            remedy: "upgrade the server")
    }
}
