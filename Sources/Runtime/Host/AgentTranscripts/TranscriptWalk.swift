/// Finds the transcripts that an agent has for one directory.
struct TranscriptWalk {
    struct Found {
        /// The names that lead from the agent's root to the file.
        var path: [String]
        var stamp: FileStamp

        var name: String { path.joined(separator: "/") }
    }

    let place: AgentPlace

    /// Returns all transcripts below the agent's root.
    func files(in root: borrowing OwnedFolder) -> [Found] {
        var found: [Found] = []
        search(root, [], &found)
        return found
    }

    private func search(_ folder: borrowing OwnedFolder, _ path: [String], _ found: inout [Found]) {
        for name in folder.names() {
            let below = path + [name]
            if place.isTranscript(below), let stamp = folder.stamp(name) {
                found.append(Found(path: below, stamp: stamp))
                continue
            }
            let lead = place.leads(below)
            guard lead != .no, let next = folder.folder(name), leads(lead, next) else { continue }
            search(next, below, &found)
        }
    }

    private func leads(_ lead: AgentPlace.Lead, _ folder: borrowing OwnedFolder) -> Bool {
        switch lead {
        case .yes: return true
        case .no: return false
        case .whenNamed(let marker):
            guard let file = folder.file(marker) else { return false }
            let name = String(decoding: file.read(at: 0, count: 4_096), as: UTF8.self)
            return name.split(separator: "\n").first.map(String.init) == place.directory
        }
    }

    static func open(_ path: [String], in root: borrowing OwnedFolder) -> OwnedFile? {
        guard let first = path.first else { return nil }
        if path.count == 1 { return root.file(first) }
        guard let next = root.folder(first) else { return nil }
        return open(Array(path.dropFirst()), in: next)
    }
}
