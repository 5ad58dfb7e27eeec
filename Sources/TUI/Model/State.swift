import Dialects
import TCRuntime

/// Everything that the program knows and shows.
struct State {
    enum Link: Equatable {
        case connecting
        case up
        /// The daemon can't be reached; the text is a sentence with the reason.
        case down(String)
    }

    enum Page: Equatable {
        case sessions, transcript, audit
    }

    struct Message: Equatable {
        var text: String
        var isTrouble = false
    }

    var size: Size
    var now = Timestamp.now
    var me: WhoamiDocument?
    var link = Link.connecting
    /// The number of failed connection attempts in a row.
    var attempts = 0
    var query = ListQuery()
    var browser = Browser()
    var hasMore = false
    /// Whether the list was loaded at least once.
    var isLoaded = false
    /// Whether something has changed that the list does not show.
    var hasNews = false
    var page = Page.sessions
    var help: Int?
    var transcript: TranscriptPane?
    var audit = AuditPane()
    var dialog: Dialog?
    var message: Message?
    /// The number of the current list. An answer with an earlier number belongs to an earlier list.
    var generation = 0
    var readings = 0
    /// The folder where a new session starts, unless the user names another one.
    let folder: String

    init(size: Size, folder: String) {
        self.size = size
        self.folder = folder
    }

    /// Whether sessions show their owners' names. On an installation with a single user, the names would only take up room.
    var showsOwners: Bool { me?.isShared ?? false }

    func isMine(_ session: SessionDocument) -> Bool {
        session.ownerPerson == me?.person && session.ownerUID == me?.uid
    }

    /// Returns the owner's badge that stands before a title, such as `[alice]`; `nil` for the user's own sessions.
    func badge(_ session: SessionDocument) -> String? {
        showsOwners && !isMine(session) ? "[\(session.ownerPerson ?? "nobody")]" : nil
    }
}
