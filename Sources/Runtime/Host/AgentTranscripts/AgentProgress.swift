/// How far a session's recording has got in the agent's transcripts. A host that is started again goes on from here.
struct AgentProgress: Codable {
    /// Nanoseconds since 1970: what lay there before is no part of the session.
    var began: Int64
    /// By their paths below the agent's root.
    var files: [String: FollowedFile] = [:]
    /// Absolute paths; the last is the one that was written last.
    var chain: [String] = []
}

/// One transcript while it is followed.
struct FollowedFile: Codable {
    enum Position: Codable {
        case lines(LineFollower)
        case document(DocumentFollower)
    }

    /// What the file was when it was read to its end.
    var stamp: FileStamp?
    var inode: UInt64
    var position: Position
    /// `nil` until the file has said so.
    var isOurs: Bool?

    /// A file from its beginning.
    init(_ form: AgentTranscript.Form, _ stamp: FileStamp) {
        inode = stamp.inode
        switch form {
        case .lines: position = .lines(LineFollower())
        case .document: position = .document(DocumentFollower())
        }
    }

    mutating func read(_ file: borrowing OwnedFile) -> [FollowedLine] {
        switch position {
        case .lines(var follower):
            defer { position = .lines(follower) }
            return follower.read(file)
        case .document(var follower):
            defer { position = .document(follower) }
            return follower.read(file)
        }
    }

    /// Passes over everything that is there now.
    mutating func skip(_ file: borrowing OwnedFile) {
        switch position {
        case .lines: position = .lines(LineFollower(at: file.stamp.size))
        case .document: _ = read(file)
        }
        stamp = file.stamp
    }
}
