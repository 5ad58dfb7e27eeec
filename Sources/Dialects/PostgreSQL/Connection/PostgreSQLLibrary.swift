import TCPostgreSQL

/// libpq. A program is not linked with it, but loads it when the first PostgreSQL database is named: a command on a SQLite file starts
/// in half the time, and needs no libpq at all.
enum PostgreSQLLibrary {
    /// Throws where it is not installed, before anything of it is called.
    static func load() throws(DatabaseError) {
        guard let reason = cpostgresql_load() else { return }
        throw DatabaseError(
            .other, "PostgreSQL's client library can't be loaded: \(String(cString: reason))",
            remedy: "install libpq (libpq5 on Debian)")
    }
}
