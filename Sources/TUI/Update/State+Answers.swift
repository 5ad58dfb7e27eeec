import TCRuntime

extension State {
    /// Takes an answer of the daemon. Answers that belong to an earlier list are ignored.
    mutating func take(_ answer: Event) -> [Effect] {
        let height = layout.list
        switch answer {
        case .projects(let document, generation): take(document)
        case .projectsFailed(let why, generation):
            // The next tick tries again.
            hasNews = true
            message = Message(text: why, isTrouble: true)
        case .page(let page, let key, let number, generation):
            browser.receive(page, for: key, number, height: height)
        case .pageFailed(let key, let why, generation):
            browser.giveUp(key)
            message = Message(text: why, isTrouble: true)
        case .audit(let document, let number, audit.generation):
            audit.receive(document, number, height: height)
        case .auditFailed(let why, audit.generation):
            audit.entries.giveUp()
            message = Message(text: why, isTrouble: true)
        case .projects, .projectsFailed, .page, .pageFailed, .audit, .auditFailed: break
        case .key, .size, .tick, .interrupted, .connected, .disconnected, .told, .missedSome, .transcript, .done,
            .failed, .notice, .started, .terminal, .quiet:
            break
        }
        return []
    }

    private mutating func take(_ document: ProjectsDocument) {
        (hasMore, isLoaded) = (document.hasMore, true)
        var counts = document.projects.map { (key: GroupKey(path: $0.projectPath), count: $0.sessions) }
        switch query.order {
        case .projectsByActivity: break
        case .projectsByName: counts.sort { $0.key.name < $1.key.name }
        case .all: counts = [(.all, counts.reduce(0) { $0 + $1.count })]
        }
        browser.replace(by: counts, height: layout.list)
    }

    /// Takes news about the transcript that is being read. News of an earlier reading is ignored.
    mutating func take(_ news: TranscriptNews, _ number: Int) -> [Effect] {
        guard transcript?.reading == number else { return [] }
        switch news {
        case .text(let text):
            transcript?.standing = .reading
            transcript?.append(text)
        case .ended: transcript?.standing = .ended
        case .failed(let why): transcript?.standing = .failed(why)
        }
        return []
    }
}

extension GroupKey {
    /// The text of the group's heading.
    var name: String {
        switch self {
        case .project(let path): path
        case .noProject: "(no project)"
        case .all: "(all)"
        }
    }
}
