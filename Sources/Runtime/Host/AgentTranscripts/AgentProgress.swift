/// How far a session's recording has got in the agent's transcripts. A host that is started again continues from here.
struct AgentProgress: Codable {
    /// When the session began, in nanoseconds since 1970. Older contents of transcripts are not part of the session.
    var began: Int64
    /// The transcripts that are followed, by their paths below the agent's root.
    var files: [String: FollowedFile] = [:]
    /// The absolute paths of the session's transcripts, in the order in which they were last written.
    var chain: [String] = []
}

/// A transcript that is followed.
struct FollowedFile: Codable {
    enum Position: Codable {
        case lines(LineFollower)
        case document(DocumentFollower)
    }

    /// The file's stamp when it was last read to its end.
    var stamp: FileStamp?
    var inode: UInt64
    var position: Position
    /// Whether the transcript belongs to the session's directory; `nil` until its first line is complete.
    var isOurs: Bool?

    /// Follows a file from its beginning.
    init(_ form: AgentTranscript.Form, _ stamp: FileStamp) {
        inode = stamp.inode
        switch form {
        case .lines: position = .lines(LineFollower())
        case .document: position = .document(DocumentFollower())
        }
    }

    /// Returns what is new in the file; `nil` if the file can't be read as it is now.
    mutating func read(_ file: borrowing OwnedFile) -> [FollowedLine]? {
        switch position {
        case .lines(var follower):
            defer { position = .lines(follower) }
            return follower.read(file)
        case .document(var follower):
            defer { position = .document(follower) }
            return follower.read(file)
        }
    }

    /// Skips everything that the file contains at this moment.
    mutating func skip(_ file: borrowing OwnedFile) {
        switch position {
        case .lines: position = .lines(LineFollower(at: file.stamp.size))
        case .document: _ = read(file)
        }
        stamp = file.stamp
    }
}
