import Migrator

extension Migration {
    /// What others share, newest first, page by page: without an index of its own a member's list reads every session there is
    /// when nobody shares anything.
    static let sessionPages = Migration("0005-session-pages") {
        AlterTable("sessions") {
            AddIndex("visibility", "last_activity", "session_id")
        }
    }
}
