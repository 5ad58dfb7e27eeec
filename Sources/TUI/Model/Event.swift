import TCRuntime

/// What happens, in the order in which it is heard of.
enum Event: Sendable {
    case key(Key)
    case size(Size)
    case tick
    /// Somebody wants the program to end: Ctrl-C, a polite kill, a terminal that is gone.
    case interrupted
    /// The line to the daemon is open, and says who is calling.
    case connected(WhoamiDocument)
    case disconnected(String)
    case told(SessionDocument, isNew: Bool)
    /// More was told than could be listened to.
    case missedSome
    case projects(ProjectsDocument, generation: Int)
    case projectsFailed(String, generation: Int)
    case page(SessionsDocument, GroupKey, Int, generation: Int)
    case pageFailed(GroupKey, String, generation: Int)
    case audit(AuditDocument, Int, generation: Int)
    case auditFailed(String, generation: Int)
    case transcript(TranscriptNews, reading: Int)
    /// An action's outcome, as a sentence.
    case done(String)
    case failed(String)
    /// Something that has to be read before anything else goes on.
    case notice(String)
    case started(SessionDocument, notice: String?)
    /// The way into a session's terminal.
    case terminal(SessionDoors.Terminal)
    /// Nothing was loaded for a while, and the list is older than what was told.
    case quiet(generation: Int)
}

/// What comes of a recording.
enum TranscriptNews: Sendable {
    /// Lines of what the terminal showed; the first goes on where the last ended.
    case text(String)
    case ended
    case failed(String)
}

/// What is to be done outside of the state.
enum Effect: Sendable {
    case listen(afterSeconds: Int)
    case loadProjects(ListQuery, generation: Int)
    case loadPage(ListQuery, GroupKey, PageRequest, generation: Int)
    case loadAudit(PageRequest, generation: Int)
    case read(String, reason: String?, TranscriptView, reading: Int)
    case stopReading
    case start(NewSession)
    case send(String, text: String)
    case end(String)
    case share(String, isShared: Bool)
    case attach(String)
    /// After a while without news, the list is loaded again.
    case reloadSoon(generation: Int)
    /// The terminal is another program's for a while.
    case hand(SessionDoors.Terminal)
    case redraw
    case suspend
    case quit
}

enum TranscriptView: Equatable, Sendable {
    case terminal, conversation
}
