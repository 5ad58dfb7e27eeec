import Migrator

extension Migration {
    /// What is removed with a session is found by it, however many there are.
    static let retention = Migration("0009-retention") {
        AlterTable("mirrors") {
            AddIndex("session_id")
        }
        AlterTable("hook_outbox") {
            AddIndex("session_id")
        }
    }
}
