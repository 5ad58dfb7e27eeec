import Migrator

extension Migration {
    /// A project's sessions, newest first, page by page: without an index of its own a page of a project in which little happens
    /// reads every session there is. How many each project has is counted of it, too.
    static let projectPages = Migration("0011-project-pages") {
        AlterTable("sessions") {
            AddIndex("project_path", "last_activity", "session_id")
        }
    }
}
