import Migrator

extension Migration {
    /// Adds the owner of a session. A uid is an unsigned number of 32 bits, so its column is a bigint. The index serves
    /// "my sessions, newest first", page by page.
    static let sessionOwners = Migration("0002-session-owners") {
        AlterTable("sessions") {
            AddColumn("owner_person", .text).nullable()
            AddColumn("owner_uid", .bigint).nullable()
            AddIndex("owner_person", "last_activity", "session_id")
        }
    }
}
