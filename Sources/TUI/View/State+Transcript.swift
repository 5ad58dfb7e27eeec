import TCRuntime

extension State {
    /// The body of the transcript page: the session's data above, the transcript's text below.
    var transcriptBody: [Line] {
        guard let transcript else { return [] }
        let height = transcriptHeight
        var lines = transcriptData(transcript)
        let rows = transcript.visible(height)
        lines += rows.map { [Span($0)] }
        if rows.isEmpty { lines.append([Span(emptyText(transcript), .dim)]) }
        return lines
    }

    private func transcriptData(_ transcript: TranscriptPane) -> [Line] {
        let session = transcript.session
        let title = badge(session).map { "\($0) " } ?? ""
        let first: Line = [
            Span(" " + title, .badge), Span(session.title ?? "untitled", .strong),
            Span("  \(standing(transcript))", .dim),
        ]
        let second: Line = [
            Span(
                " \(session.stateInWords)  \(session.agent ?? "-")  \(session.projectPath ?? "-")  \(session.computer)",
                .dim)
        ]
        let third: Line = [
            Span(
                " started \(TimeText.moment(session.createdAt))  last \(TimeText.moment(session.lastActivity))", .dim)
        ]
        return Array([first, second, third].prefix(transcriptDataRows))
    }

    private func standing(_ transcript: TranscriptPane) -> String {
        let cut = transcript.isCut ? "its end; " : ""
        switch transcript.standing {
        case .opening: return "…"
        case .reading: return cut + (transcript.top == nil ? "follows" : "G follows again")
        case .ended: return cut + "all of it"
        case .failed(let why): return cut + why
        }
    }

    private func emptyText(_ transcript: TranscriptPane) -> String {
        switch (transcript.standing, transcript.view) {
        case (.failed(let why), _): why
        case (.opening, _): "…"
        case (.reading, .terminal), (.ended, .terminal): "nothing was shown yet"
        case (.reading, .conversation), (.ended, .conversation):
            "nothing was said with an agent yet; t shows the terminal"
        }
    }
}
