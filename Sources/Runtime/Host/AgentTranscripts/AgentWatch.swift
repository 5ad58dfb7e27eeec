import TCPOSIX

/// The lines that an agent has written since the last look.
struct AgentLook: Sendable {
    struct Part: Sendable {
        /// The file's absolute path.
        var path: String
        var lines: [AgentLine]
    }

    var parts: [Part]
    /// The absolute paths of transcripts that can't be read, each told once.
    var unreadable: [String]
    /// Whether there was too much for one look, so that another one should follow at once.
    var isMore: Bool
    /// The progress after this look. It is to be stored once the parts are safe.
    var progress: AgentProgress
}

/// Follows the transcripts that an agent writes while a session runs. It notices when a new transcript takes the place of the
/// newest one, because the conversation was cleared or another one was resumed.
actor AgentWatch {
    private let place: AgentPlace
    private let root: String
    private var walk: TranscriptWalk
    private var files: [String: FollowedFile] = [:]
    private var progress: AgentProgress
    /// The names of what could not be read when the watch began, below the root: folders, and files. `""` is the root itself.
    private let unread: Set<String>
    /// The names of the documents that could not be read at the last look, and of those of which that was told.
    private var (doubtful, told) = (Set<String>(), Set<String>())

    /// The number of bytes after which a look ends.
    private static let bytesOfALook = 4 << 20

    /// The number of older files of which a look finds out whether they are the session's.
    private static let toldAtOnce = 20

    /// Follows what is written from this moment on. If an earlier host of the same session left its progress, the watch
    /// continues from there instead.
    init(_ agent: AgentTranscript, home: String, directory: String, resuming earlier: AgentProgress?) {
        // A process that runs in the directory sees its path without links.
        place = AgentPlace(agent: agent, directory: Path.withoutLinks(directory))
        var walk = TranscriptWalk(place: place)
        root = agent.root(home: home)
        progress = earlier ?? AgentProgress(began: Self.now)
        // A file that was created while no host ran belongs to the session from its beginning.
        let (others, unread) = Self.others(&walk, root, before: earlier?.began)
        self.walk = walk
        self.unread = unread
        files = progress.files.merging(others) { ours, _ in ours }
    }

    /// Returns the files that were last written before the session began, or all if it begins now, each of them positioned at its end,
    /// and the names of what could not be read.
    private static func others(
        _ walk: inout TranscriptWalk, _ root: String, before began: Int64?
    ) -> (files: [String: FollowedFile], unread: Set<String>) {
        guard let folder = OwnedFolder(root) else {
            // An agent that never ran here has no root yet, and nothing in it is older than the session.
            let isMissing = access(root, F_OK) != 0 && errno == ENOENT
            return ([:], isMissing ? [] : [""])
        }
        var (files, unread) = ([String: FollowedFile](), Set<String>())
        for found in walk.files(in: folder, leavingOut: { _ in false }) {
            if let began, found.stamp.modified >= began { continue }
            guard let file = TranscriptWalk.open(found.path, in: folder) else {
                unread.insert(found.name)
                continue
            }
            var followed = FollowedFile(walk.place.agent.form, file.stamp)
            followed.skip(file)
            files[found.name] = followed
        }
        return (files, unread.union(walk.unlisted))
    }

    /// Reads the new lines of all files that have changed; the file that was written last comes last.
    func look() -> AgentLook {
        guard let folder = OwnedFolder(root) else {
            return AgentLook(parts: [], unreadable: [], isMore: false, progress: progress)
        }
        let followed = walk.files(in: folder) { [files] in files[$0]?.isOurs == false }
        tellApart(followed, in: folder)
        let unreadable = unreadable(of: followed)
        let (parts, isMore) = news(of: followed, in: folder)
        return AgentLook(parts: parts, unreadable: unreadable, isMore: isMore, progress: progress)
    }

    /// Returns the paths of the documents that could not be read at the last look and are the same now, so that nobody is writing them.
    private func unreadable(of followed: [TranscriptWalk.Found]) -> [String] {
        let same = followed.filter { doubtful.contains($0.name) && files[$0.name]?.stamp == $0.stamp }.map(\.name)
        doubtful.subtract(same)
        return same.filter { told.insert($0).inserted }.map { "\(root)/\($0)" }
    }

    private func news(
        of followed: [TranscriptWalk.Found], in folder: borrowing OwnedFolder
    ) -> (parts: [AgentLook.Part], isMore: Bool) {
        let changed = followed.filter { files[$0.name]?.stamp != $0.stamp }
        var (parts, bytes) = ([AgentLook.Part](), 0)
        for found in changed.sorted(by: { $0.stamp.modified < $1.stamp.modified }) {
            guard bytes < Self.bytesOfALook else { return (parts, true) }
            guard let file = TranscriptWalk.open(found.path, in: folder) else { continue }
            let (lines, isMore) = read(file, found.name, &bytes)
            if !lines.isEmpty { parts.append(part(found.name, lines)) }
            if isMore { return (parts, true) }
        }
        return (parts, false)
    }

    /// Finds out of some files from before the session whether they belong to its directory. Those of other directories need no look
    /// any more; the others may be resumed.
    private func tellApart(_ found: [TranscriptWalk.Found], in folder: borrowing OwnedFolder) {
        guard place.isToldByFirstLine else { return }
        var left = Self.toldAtOnce
        for one in found where left > 0 {
            guard let followed = files[one.name], followed.isOurs == nil, followed.stamp == one.stamp else { continue }
            left -= 1
            guard let file = TranscriptWalk.open(one.path, in: folder) else { continue }
            files[one.name]?.isOurs = isOurs(file)
        }
    }

    private func read(_ file: borrowing OwnedFile, _ name: String, _ bytes: inout Int) -> ([FollowedLine], Bool) {
        var followed = if let known = files[name] { known } else { begun(file, name) }
        if followed.inode != file.stamp.inode { followed = FollowedFile(place.agent.form, file.stamp) }
        defer { files[name] = followed }
        doubtful.remove(name)
        if followed.isOurs == nil { followed.isOurs = isOurs(file) }
        var lines: [FollowedLine] = []
        while followed.isOurs == true {
            guard bytes < Self.bytesOfALook else { return (lines, true) }
            guard let more = followed.read(file) else {
                doubtful.insert(name)
                break
            }
            if more.isEmpty { break }
            lines += more
            bytes += more.reduce(0) { $0 + $1.length }
        }
        followed.stamp = file.stamp
        return (lines, false)
    }

    /// Begins with a file that is seen for the first time. Of those that could not be read when the watch began, older ones are no part
    /// of the session. All others are new, whatever their times say: a file server's clock may be another one, and a clock may be set.
    private func begun(_ file: borrowing OwnedFile, _ name: String) -> FollowedFile {
        var followed = FollowedFile(place.agent.form, file.stamp)
        let isOlder = file.stamp.modified < progress.began &- TranscriptWalk.grain
        if isOlder, unread.contains(where: { $0.isEmpty || name == $0 || name.hasPrefix($0 + "/") }) {
            followed.skip(file)
        }
        return followed
    }

    /// Returns whether the file belongs to the session's directory; `nil` while its first line is incomplete.
    private func isOurs(_ file: borrowing OwnedFile) -> Bool? {
        guard place.isToldByFirstLine else { return true }
        var first = LineFollower()
        switch first.read(file).first {
        case .whole(let line): return place.holds(firstLine: line)
        case .endless: return false
        case nil: return nil
        }
    }

    private func part(_ name: String, _ lines: [FollowedLine]) -> AgentLook.Part {
        let path = "\(root)/\(name)"
        progress.files[name] = files[name]
        progress.chain.removeAll { $0 == path }
        progress.chain.append(path)
        return AgentLook.Part(path: path, lines: lines.map(AgentLine.init))
    }

    static var now: Int64 {
        var moment = timespec()
        clock_gettime(CLOCK_REALTIME, &moment)
        return moment.nanoseconds
    }
}

extension FollowedLine {
    fileprivate var length: Int {
        switch self {
        case .whole(let text): text.utf8.count
        case .endless: LineFollower.longestLine
        }
    }
}

extension AgentWatch {
    /// Makes a watch for a session; `nil` if the session runs no agent that keeps a transcript.
    init?(_ spec: HostSpec, resuming earlier: AgentProgress?) {
        guard let agent = spec.agent.flatMap(AgentTranscript.init(agent:)), let home = spec.environment["HOME"] else {
            return nil
        }
        self.init(agent, home: home, directory: spec.directory, resuming: earlier)
    }
}
