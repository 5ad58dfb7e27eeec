/// Where what stands on the screen.
struct Layout: Equatable {
    var size: Size
    /// Between title and last line, without the banner.
    var body: Int
    /// Of the body: rows of the list.
    var list: Int
    var listColumns: Int
    /// The details stand beside the list, or below it.
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
            // The line between the two is one of the details'.
            details = body < 5 ? 0 : min(10, body / 2 + 1, max(3, body / 3 + 1))
            list = body - details
            listColumns = size.columns
        }
    }
}

extension State {
    var layout: Layout { Layout(size, hasBanner: banner != nil) }

    /// What must be seen as long as it is so.
    var banner: String? {
        if page == .transcript, let transcript, !isMine(transcript.session) {
            let owner = Cells.clean(transcript.session.ownerPerson ?? "nobody")
            // That it is logged has room on every screen.
            let room = max(3, size.columns - "Viewing []'s session: access logged".count)
            return "Viewing [\(Cells.shortened(owner, to: room))]'s session: access logged"
        }
        if case .down(let why) = link { return why }
        return nil
    }

    /// Rows of text of a transcript: its session's data stand above.
    var transcriptHeight: Int { max(1, layout.body - transcriptDataRows) }
    var transcriptDataRows: Int { size.rows < 16 ? 1 : 3 }
}
