import Migrator

extension Migration {
    /// Adds indexes for the rows that are removed together with their session, so that they are found quickly however
    /// many there are.
    static let retention = Migration("0009-retention") {
        AlterTable("mirrors") {
            AddIndex("session_id")
        }
        AlterTable("hook_outbox") {
            AddIndex("session_id")
        }
    }
}
