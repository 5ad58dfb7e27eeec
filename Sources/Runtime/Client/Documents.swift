/// The daemon's documents, as far as its clients need them.

public struct WhoamiDocument: Decodable, Sendable {
    public var person: String?
    public var role: String
    public var uid: UInt32
    public var osUsername: String?
    public var sessionID: String?
    public var mode: String
    /// Whether the settings know several people. An older daemon does not say so; its mode then decides.
    public var isShared: Bool { severalPeople ?? (mode == "system") }
    var severalPeople: Bool?

    enum CodingKeys: String, CodingKey {
        case person, role, uid, mode
        case severalPeople = "several_people"
        case osUsername = "os_username"
        case sessionID = "session_id"
    }
}

/// The daemon's report of its own state. Only admins receive the last two members.
public struct StatusDocument: Decodable, Sendable {
    public var daemon: String
    public var mode: String
    public var uid: UInt32
    public var time: String
    public var stateFolder: String?
    public var database: DatabaseDocument?

    enum CodingKeys: String, CodingKey {
        case daemon, mode, uid, time, database
        case stateFolder = "state_folder"
    }
}

public struct DatabaseDocument: Decodable, Sendable {
    public var url: String
    public var product: String
    /// Where the ledger stands: `current`, `behind`, `newer` or `changed`.
    public var position: String
    public var time: String
    /// Why the audit log can't be trusted to keep what is written; `nil` if it can.
    public var audit: String?
}

public struct SessionDocument: Decodable, Sendable {
    public var sessionID: String
    public var title: String?
    public var ownerPerson: String?
    public var ownerUID: UInt32?
    public var status: String
    public var visibility: String
    public var projectPath: String?
    public var agent: String?
    public var thinkingMode: String?
    public var computer: String
    public var tmuxName: String?
    public var createdAt: String?
    public var lastActivity: String?
    public var closedAt: String?
    public var nativeSessionID: String?
    public var host: HostDocument?

    enum CodingKeys: String, CodingKey {
        case title, status, visibility, computer, host
        case sessionID = "session_id"
        case ownerPerson = "owner_person"
        case ownerUID = "owner_uid"
        case projectPath = "project_path"
        case agent = "active_agent"
        case thinkingMode = "thinking_mode"
        case tmuxName = "tmux_session_name"
        case createdAt = "created_at"
        case lastActivity = "last_activity"
        case closedAt = "closed_at"
        case nativeSessionID = "native_session_id"
    }
}

/// The daemon's knowledge of a session's host.
public struct HostDocument: Decodable, Sendable {
    /// The host's state: `connected`, `away`, or `refused` with its time and reason.
    public var state: String
    public var since: String?
    public var reason: String?
}

public struct SessionsDocument: Decodable, Sendable {
    public var sessions: [SessionDocument]
    /// The cursor at which the next page begins.
    public var next: String?
}

/// The results of a search.
public struct FoundDocument: Decodable, Sendable {
    public struct Hit: Decodable, Sendable {
        public var session: SessionDocument
        public var saidAt: String
        public var snippet: String
        /// The number of places in the session that match.
        public var matches: Int

        enum CodingKeys: String, CodingKey {
            case session, snippet, matches
            case saidAt = "said_at"
        }
    }

    /// The sessions that were searched: `own_and_shared` or `all`.
    public var searched: String
    public var hits: [Hit]
    public var next: String?
}

/// A project, with the number of its sessions that the caller may see.
public struct ProjectDocument: Decodable, Sendable {
    /// The project's path; `nil` for the sessions that have no project.
    public var projectPath: String?
    public var sessions: Int

    enum CodingKeys: String, CodingKey {
        case sessions
        case projectPath = "project_path"
    }
}

public struct ProjectsDocument: Decodable, Sendable {
    public var projects: [ProjectDocument]
    /// Whether there are more projects than one answer holds.
    public var hasMore: Bool

    enum CodingKeys: String, CodingKey {
        case projects
        case hasMore = "has_more"
    }
}

public struct OneSessionDocument: Decodable, Sendable {
    public var session: SessionDocument
}

/// A session that was started, with its token and the keys that were given to it.
public struct StartedDocument: Decodable, Sendable {
    public var session: SessionDocument
    public var token: String
    public var firstChunk: UInt64
    public var command: [String]?
    public var environment: [String: String]
    public var notice: String?

    enum CodingKeys: String, CodingKey {
        case session, token, command, environment, notice
        case firstChunk = "first_chunk"
    }
}

public struct AuditDocument: Decodable, Sendable {
    public var entries: [AuditEntry]
    public var next: Int64?
}

public struct OneEntryDocument: Decodable, Sendable {
    public var entry: AuditEntry
}

public struct VerdictDocument: Decodable, Sendable {
    public struct Flaw: Decodable, Sendable {
        public var kind: String
        public var seq: Int64
        public var reason: String
    }

    public var verdict: String
    public var entries: Int
    /// The checkpoint that the first row follows; its `seq` is 0 unless the rows up to there were archived.
    public var after: AuditCheckpoint
    public var seq: Int64
    public var hash: String
    public var flaw: Flaw?
}

/// An answer that says only that the action was done.
public struct DoneDocument: Decodable, Sendable {
    public var version: Int
}
