import Dialects
import TCRuntime

/// All that the program knows and shows.
struct State {
    enum Link: Equatable {
        case connecting
        case up
        /// With the reason, as a sentence.
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
    /// How often in a row nobody has answered.
    var attempts = 0
    var query = ListQuery()
    var browser = Browser()
    var hasMore = false
    /// Whether the list has come at all.
    var isLoaded = false
    /// Something has changed that the list does not show.
    var hasNews = false
    var page = Page.sessions
    var help: Int?
    var transcript: TranscriptPane?
    var audit = AuditPane()
    var dialog: Dialog?
    var message: Message?
    /// What belongs to an earlier list is told by an earlier number.
    var generation = 0
    var readings = 0
    /// Where a session starts if nobody says otherwise.
    let folder: String

    init(size: Size, folder: String) {
        self.size = size
        self.folder = folder
    }

    /// Whether sessions bear their owners' names: where one person is alone they would only be in the way.
    var showsOwners: Bool { me?.isShared ?? false }

    func isMine(_ session: SessionDocument) -> Bool {
        session.ownerPerson == me?.person && session.ownerUID == me?.uid
    }

    /// `[alice]` before a title.
    func badge(_ session: SessionDocument) -> String? {
        showsOwners && !isMine(session) ? "[\(session.ownerPerson ?? "nobody")]" : nil
    }
}
