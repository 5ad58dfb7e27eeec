import Migrator

extension Migration {
    /// Adds an index for a project's sessions, newest first, page by page. Without it, a page of a project with few sessions
    /// reads every session there is. The index also serves to count each project's sessions.
    static let projectPages = Migration("0011-project-pages") {
        AlterTable("sessions") {
            AddIndex("project_path", "last_activity", "session_id")
        }
    }
}
