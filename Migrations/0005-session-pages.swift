import Migrator

extension Migration {
    /// Adds an index for the sessions that others share, newest first, page by page. Without it, a member's list reads every
    /// session if nobody shares anything.
    static let sessionPages = Migration("0005-session-pages") {
        AlterTable("sessions") {
            AddIndex("visibility", "last_activity", "session_id")
        }
    }
}
