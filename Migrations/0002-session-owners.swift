import Migrator

extension Migration {
    /// Whose session it is. A uid is unsigned and has 32 bits, so it needs a bigint; the index serves "my sessions, newest
    /// first", page by page.
    static let sessionOwners = Migration("0002-session-owners") {
        AlterTable("sessions") {
            AddColumn("owner_person", .text).nullable()
            AddColumn("owner_uid", .bigint).nullable()
            AddIndex("owner_person", "last_activity", "session_id")
        }
    }
}
