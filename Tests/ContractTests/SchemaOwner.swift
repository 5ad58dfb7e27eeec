import Dialects
import TestSupport

/// A role that owns the schema `public` of a PostgreSQL database, and may make no other schema.
struct SchemaOwner {
    let name: String
    /// The database, as this role opens it.
    let database: Database
    /// The same database, as the tests' own role opens it, which may do everything.
    let administrator: Database

    /// Makes a database and such a role, passes them to `body`, and removes them afterwards.
    static func with(_ body: (SchemaOwner) async throws -> Void) async throws {
        let name = "tc_owner_\(UInt32.random(in: .min ... .max))"
        let options = ConnectionOptions(access: .create)
        try await Backend.postgresql.withURL { url in
            try await url.withOpenDatabase(options) { administrator in
                try await administrator.run("CREATE ROLE \(name) LOGIN; ALTER SCHEMA public OWNER TO \(name)")
                try await url.with(["user": name]).withOpenDatabase(options) { database in
                    try await body(SchemaOwner(name: name, database: database, administrator: administrator))
                }
                try await administrator.run(
                    "REASSIGN OWNED BY \(name) TO CURRENT_USER; DROP OWNED BY \(name); DROP ROLE \(name)")
            }
        }
    }
}
