/// Finds the transcripts that an agent has for one directory.
struct TranscriptWalk {
    struct Found {
        /// The names that lead from the agent's root to the file.
        var path: [String]
        var stamp: FileStamp

        var name: String { path.joined(separator: "/") }
    }

    let place: AgentPlace
    /// The folders by their paths, as they were last listed.
    private var listings: [String: Listing] = [:]
    /// The names of the folders that could not be read at the last walk, below the agent's root.
    private(set) var unlisted: Set<String> = []

    private struct Listing {
        /// When the folder's contents had last changed, in nanoseconds since 1970.
        var changed: Int64
        /// Whether that was so long ago that a later change has another time.
        var isSettled: Bool
        var files: [[String]] = []
        var folders: [[String]] = []
    }

    /// The coarsest times that file systems keep (FAT), in nanoseconds.
    static let grain: Int64 = 2_000_000_000

    init(place: AgentPlace) { self.place = place }

    /// Returns the transcripts below the agent's root. An agent may keep years of them, and this is asked all the time: a folder is
    /// listed again only when its contents have changed, and those of its files that `isForeign` names are left out until then.
    mutating func files(in root: borrowing OwnedFolder, leavingOut isForeign: (String) -> Bool) -> [Found] {
        unlisted = []
        var (found, waiting) = ([Found](), [[String]()])
        while let path = waiting.popLast() {
            guard let (listing, isNew) = contents(of: path, in: root) else { continue }
            waiting += listing.folders.reversed()
            for file in listing.files {
                let name = file.joined(separator: "/")
                guard isNew || !isForeign(name), let stamp = root.stamp(name) else { continue }
                found.append(Found(path: file, stamp: stamp))
            }
        }
        return found
    }

    /// Returns a folder's transcripts, and the folders in it that may lead to more; `nil` if there is no such folder any more, or it
    /// can't be read now. What can't be read is tried again at the next look, since the reason may be gone without a change of the
    /// folder.
    private mutating func contents(of path: [String], in root: borrowing OwnedFolder) -> (Listing, isNew: Bool)? {
        let name = path.joined(separator: "/")
        guard let changed = root.changed(path.isEmpty ? "." : name) else {
            listings[name] = nil
            return nil
        }
        if let known = listings[name], known.isSettled, known.changed == changed { return (known, false) }
        var listing = Listing(changed: changed, isSettled: changed < AgentWatch.now - Self.grain)
        guard fill(&listing, path, in: root) else {
            unlisted.insert(name)
            return nil
        }
        listings[name] = listing
        return (listing, true)
    }

    /// Returns whether the folder could be read.
    private func fill(_ listing: inout Listing, _ path: [String], in root: borrowing OwnedFolder) -> Bool {
        if path.isEmpty { return list(root, path, &listing) }
        guard let folder = Self.folder(path[...], in: root) else { return false }
        guard let isWanted = leads(place.leads(path), folder) else { return false }
        return isWanted ? list(folder, path, &listing) : true
    }

    private func list(_ folder: borrowing OwnedFolder, _ path: [String], _ listing: inout Listing) -> Bool {
        guard let names = folder.names() else { return false }
        for name in names {
            let below = path + [name]
            if place.isTranscript(below), folder.stamp(name) != nil {
                listing.files.append(below)
            } else if place.leads(below) != .no, folder.changed(name) != nil {
                listing.folders.append(below)
            }
        }
        return true
    }

    private static func folder(_ path: ArraySlice<String>, in root: borrowing OwnedFolder) -> OwnedFolder? {
        guard let first = path.first, let next = root.folder(first) else { return nil }
        if path.count == 1 { return next }
        return folder(path.dropFirst(), in: next)
    }

    /// Returns whether the folder leads to transcripts; `nil` if the file that tells it can't be read.
    private func leads(_ lead: AgentPlace.Lead, _ folder: borrowing OwnedFolder) -> Bool? {
        switch lead {
        case .yes: return true
        case .no: return false
        case .whenNamed(let marker):
            guard let file = folder.file(marker) else { return folder.stamp(marker) == nil ? false : nil }
            let bytes = file.read(at: 0, count: 4_096)
            guard !bytes.isEmpty || file.stamp.size == 0 else { return nil }
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n").first.map(String.init)
                == place.directory
        }
    }

    static func open(_ path: [String], in root: borrowing OwnedFolder) -> OwnedFile? {
        guard let first = path.first else { return nil }
        if path.count == 1 { return root.file(first) }
        guard let next = root.folder(first) else { return nil }
        return open(Array(path.dropFirst()), in: next)
    }
}
