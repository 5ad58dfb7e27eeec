/// The sizes and places of the parts of the screen.
struct Layout: Equatable {
    var size: Size
    /// The number of rows between the title and the last line, without the banner.
    var body: Int
    /// The number of the body's rows that the list has.
    var list: Int
    var listColumns: Int
    /// Whether the details stand beside the list rather than below it.
    var detailsBeside: Bool
    var details: Int
    var hasBanner: Bool

    private static let leastForBoth = 110

    init(_ size: Size, hasBanner: Bool) {
        self.size = size
        self.hasBanner = hasBanner
        body = max(1, size.rows - 2 - (hasBanner ? 1 : 0))
        detailsBeside = size.columns >= Self.leastForBoth
        if detailsBeside {
            (list, details) = (body, body)
            listColumns = size.columns * 3 / 5
        } else {
            // The rule between the list and the details counts as a row of the details.
            details = body < 5 ? 0 : min(10, body / 2 + 1, max(3, body / 3 + 1))
            list = body - details
            listColumns = size.columns
        }
    }
}

extension State {
    var layout: Layout { Layout(size, hasBanner: banner != nil) }

    /// A text that stays on the screen as long as it is true: that reading is logged, or that the daemon is away. `nil` if there is none.
    var banner: String? {
        if page == .transcript, let transcript, !isMine(transcript.session) {
            let owner = Cells.clean(transcript.session.ownerPerson ?? "nobody")
            // The owner's name is shortened, so that the words about logging fit on every screen.
            let room = max(3, size.columns - "Viewing []'s session: access logged".count)
            return "Viewing [\(Cells.shortened(owner, to: room))]'s session: access logged"
        }
        if case .down(let why) = link { return why }
        return nil
    }

    /// The number of rows for a transcript's text. The rows above show the session's data.
    var transcriptHeight: Int { max(1, layout.body - transcriptDataRows) }
    var transcriptDataRows: Int { size.rows < 16 ? 1 : 3 }
}
