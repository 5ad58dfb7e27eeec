import Dialects
import TestSupport
import Transfer

/// Runs a script in PostgreSQL and transfers the result to SQLite.
func transferToSQLite(
    _ script: String,
    _ body: (_ report: TransferReport, _ source: any Connection, _ target: any Connection) throws -> Void
) async throws {
    try await TestPostgreSQL.withFreshDatabase { url in
        try await withTemporaryFolder { folder in
            let source = try connect(to: url)
            defer { source.close() }
            try source.executeScript(script)
            let copy = try DatabaseURL(parsing: "sqlite:\(folder)/copy.db")
            let (from, to) = (try Database(url), try Database(copy))
            let report = try await DatabaseTransfer(from: from, to: to).run()
            await from.close()
            await to.close()
            let target = try connect(to: copy)
            defer { target.close() }
            try body(report, source, target)
        }
    }
}
