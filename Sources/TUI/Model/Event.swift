import TCRuntime

/// Something that has happened. The state handles events in the order in which they arrive.
enum Event: Sendable {
    case key(Key)
    case size(Size)
    case tick
    /// The program is to end: Ctrl-C, SIGTERM, or a terminal that is gone.
    case interrupted
    /// The connection to the daemon is open; the document says as whom the daemon knows the caller.
    case connected(WhoamiDocument)
    case disconnected(String)
    case told(SessionDocument, isNew: Bool)
    /// Events of the daemon may have been missed.
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
    /// A text that the user has to read before anything else.
    case notice(String)
    case started(SessionDocument, notice: String?)
    /// The program that enters a session's terminal.
    case terminal(SessionDoors.Terminal)
    /// The pause that `Request.reloadSoon` asked for is over: the list is out of date and may be loaded again.
    case quiet(generation: Int)
}

/// News about a recording that is being read.
enum TranscriptNews: Sendable {
    /// The next part of the text. It continues where the last part ended, which may be in the middle of a line. The first part may be
    /// empty: the daemon has answered, and there is nothing to read so far.
    case text(String)
    case ended
    case failed(String)
}

/// Something that a state of `telec tui` wants done outside of it.
enum Effect: Sendable {
    case terminal(TerminalEffect)
    case request(Request)
    case action(Action)
}

/// An effect on the terminal itself.
enum TerminalEffect: Sendable {
    case redraw
    case suspend
    case quit
    /// Gives the terminal to another program until that program ends.
    case hand(SessionDoors.Terminal)
}

/// Something that the state wants to be told, once or from now on.
enum Request: Sendable {
    case listen(afterSeconds: Int)
    case loadProjects(ListQuery, generation: Int)
    case loadPage(ListQuery, GroupKey, PageRequest, generation: Int)
    case loadAudit(PageRequest, generation: Int)
    case read(String, reason: String?, TranscriptView, reading: Int)
    case stopReading
    /// Posts `Event.quiet` after a pause, so that the list is loaded again.
    case reloadSoon(generation: Int)
}

/// Something that the user wants done with a session.
enum Action: Sendable {
    case start(NewSession)
    case send(String, text: String)
    case end(String)
    case share(String, isShared: Bool)
    case attach(String)
}

enum TranscriptView: Equatable, Sendable {
    case terminal, conversation
}
