import Migrator

extension History {
    /// Returns TeleClaude's migrations, in the order in which they are applied. Throws if they contradict each other, which
    /// a test rules out.
    public static func teleclaude() throws(HistoryError) -> History {
        try History {
            Migration.singleUserTables
            Migration.sessionOwners
            Migration.auditLog
            Migration.daemonLease
            Migration.sessionPages
            Migration.events
            Migration.search
            Migration.imports
            Migration.retention
            Migration.transcriptSearch
            Migration.projectPages
        }
    }
}
