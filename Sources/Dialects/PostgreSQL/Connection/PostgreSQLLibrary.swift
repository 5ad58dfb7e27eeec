import TCPostgreSQL

/// libpq. A program is not linked with it, but loads it when the first PostgreSQL database is named. So a command on a SQLite
/// file starts in half the time, and needs no libpq at all.
enum PostgreSQLLibrary {
    /// Loads libpq. Throws if it is not installed, before any of its functions is called.
    static func load() throws(DatabaseError) {
        guard let reason = cpostgresql_load() else { return }
        throw DatabaseError(
            .other, "PostgreSQL's client library can't be loaded: \(String(cString: reason))",
            remedy: "install libpq (libpq5 on Debian)")
    }
}
