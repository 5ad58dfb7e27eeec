/// Which servers are worked with, by the number of `server_version_num`: 150004 for 15.4.
enum PostgreSQLVersion {
    /// The first in which `gen_random_uuid()` is no extension's (https://www.postgresql.org/docs/release/13.0/). Whatever is older got
    /// its last fix in 2024 (https://www.postgresql.org/support/versioning/).
    static let oldest: Int32 = 130_000

    /// Refuses a server before anything is asked of it. A pooler that does not say what stands behind it (0) is believed.
    ///
    /// - Throws: `DatabaseError` of the kind `other`.
    static func require(_ version: Int32) throws(DatabaseError) {
        guard version > 0, version < oldest else { return }
        // Before version 10, two numbers made a major version.
        let name = version < 100_000 ? "\(version / 10_000).\(version / 100 % 100)" : "\(version / 10_000)"
        throw DatabaseError(
            .other, "the server is PostgreSQL \(name), and \(oldest / 10_000) is the oldest that is worked with",
            remedy: "upgrade the server")
    }
}
