import Migrator
import TestSupport

extension Backend {
    /// Passes a database to `body` with an empty table `p`, and an empty table `c` whose column `pid` refers to it.
    func withParentAndChild(
        pid: Column = Column("pid", .bigint), onDelete: ForeignKey.Action = .cascade,
        _ body: (inout CaseDatabase) async throws -> Void
    ) async throws {
        try await withCase { test in
            try await test.migrate {
                CreateTable("p") {
                    Column("id", .bigint).primaryKey()
                    Column("n", .text)
                }
                CreateTable("c") {
                    Column("id", .bigint).primaryKey()
                    pid.references("p", onDelete: onDelete)
                }
            }
            try await body(&test)
        }
    }
}
