/// The daemon's documents, as far as its clients need them.

package struct WhoamiDocument: Decodable, Sendable {
    package var person: String?
    package var role: String
    package var uid: UInt32
    package var osUsername: String?
    package var sessionID: String?
    package var mode: String
    /// Whether the settings know several people. An older daemon does not say so; its mode then decides.
    package var isShared: Bool { severalPeople ?? (mode == "system") }
    var severalPeople: Bool?

    enum CodingKeys: String, CodingKey {
        case person, role, uid, mode
        case severalPeople = "several_people"
        case osUsername = "os_username"
        case sessionID = "session_id"
    }
}

/// The daemon's report of its own state. Only admins receive the last two members.
package struct StatusDocument: Decodable, Sendable {
    package var daemon: String
    package var mode: String
    package var uid: UInt32
    package var time: String
    package var stateFolder: String?
    package var database: DatabaseDocument?

    enum CodingKeys: String, CodingKey {
        case daemon, mode, uid, time, database
        case stateFolder = "state_folder"
    }
}

package struct DatabaseDocument: Decodable, Sendable {
    package var url: String
    package var product: String
    /// Where the ledger stands: `current`, `behind`, `newer` or `changed`.
    package var position: String
    package var time: String
    /// Why the audit log can't be trusted to keep what is written; `nil` if it can.
    package var audit: String?
}

package struct SessionDocument: Decodable, Sendable {
    package var sessionID: String
    package var title: String?
    package var ownerPerson: String?
    package var ownerUID: UInt32?
    package var status: String
    package var visibility: String
    package var projectPath: String?
    package var agent: String?
    package var thinkingMode: String?
    package var computer: String
    package var tmuxName: String?
    package var createdAt: String?
    package var lastActivity: String?
    package var closedAt: String?
    package var nativeSessionID: String?
    package var host: HostDocument?

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
package struct HostDocument: Decodable, Sendable {
    /// The host's state: `connected`, `away`, or `refused` with its time and reason.
    package var state: String
    package var since: String?
    package var reason: String?
}

package struct SessionsDocument: Decodable, Sendable {
    package var sessions: [SessionDocument]
    /// The cursor at which the next page begins.
    package var next: String?
}

/// The results of a search.
package struct FoundDocument: Decodable, Sendable {
    package struct Hit: Decodable, Sendable {
        package var session: SessionDocument
        package var saidAt: String
        package var snippet: String
        /// The number of places in the session that match.
        package var matches: Int

        enum CodingKeys: String, CodingKey {
            case session, snippet, matches
            case saidAt = "said_at"
        }
    }

    /// The sessions that were searched: `own_and_shared` or `all`.
    package var searched: String
    package var hits: [Hit]
    package var next: String?
}

/// A project, with the number of its sessions that the caller may see.
package struct ProjectDocument: Decodable, Sendable {
    /// The project's path; `nil` for the sessions that have no project.
    package var projectPath: String?
    package var sessions: Int

    enum CodingKeys: String, CodingKey {
        case sessions
        case projectPath = "project_path"
    }
}

package struct ProjectsDocument: Decodable, Sendable {
    package var projects: [ProjectDocument]
    /// Whether there are more projects than one answer holds.
    package var hasMore: Bool

    enum CodingKeys: String, CodingKey {
        case projects
        case hasMore = "has_more"
    }
}

package struct OneSessionDocument: Decodable, Sendable {
    package var session: SessionDocument
}

/// A session that was started, with its token and the keys that were given to it.
package struct StartedDocument: Decodable, Sendable {
    package var session: SessionDocument
    package var token: String
    package var firstChunk: UInt64
    package var command: [String]?
    package var environment: [String: String]
    package var notice: String?

    enum CodingKeys: String, CodingKey {
        case session, token, command, environment, notice
        case firstChunk = "first_chunk"
    }
}

package struct AuditDocument: Decodable, Sendable {
    package var entries: [AuditEntry]
    package var next: Int64?
}

package struct OneEntryDocument: Decodable, Sendable {
    package var entry: AuditEntry
}

package struct VerdictDocument: Decodable, Sendable {
    package struct Flaw: Decodable, Sendable {
        package var kind: String
        package var seq: Int64
        package var reason: String
    }

    package var verdict: String
    package var entries: Int
    /// The checkpoint that the first row follows; its `seq` is 0 unless the rows up to there were archived.
    package var after: AuditCheckpoint
    package var seq: Int64
    package var hash: String
    package var flaw: Flaw?
}

/// An answer that says only that the action was done.
package struct DoneDocument: Decodable, Sendable {
    package var version: Int
}
