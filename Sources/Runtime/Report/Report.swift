/// How an installation is used, in numbers: whose sessions there are and how many, what the audit log holds, how much room all takes.
/// Nothing of what was said in a session is in it, no title and no place.
public struct Report: Codable, Sendable, Equatable {
    public var version = 1
    /// RFC 3339, UTC.
    public var made: String
    public var daemon: String
    public var mode: String
    public var computer: String
    public var period: Period
    public var sessions: Sessions
    public var owners: Owners
    /// A day each, oldest first; the last is not over.
    public var activity: [Day]
    public var audit: Audit
    public var verification: Verification
    public var storage: Storage

    /// Days of UTC, both counted.
    public struct Period: Codable, Sendable, Equatable {
        public var from: String
        public var to: String
        public var days: Int
    }

    public struct Sessions: Codable, Sendable, Equatable {
        public var all: Int
        public var states: [Count]
        /// Those with the most sessions; the rest is summed.
        public var agents: [Count]
        public var rest: Rest
        /// Sessions that name no agent: they run a command.
        public var commands: Int
    }

    public struct Owners: Codable, Sendable, Equatable {
        public var all: Int
        /// Those with the most sessions.
        public var largest: [Owner]
        public var rest: Rest
        /// Sessions whose owner is not known.
        public var orphaned: Int

        public struct Owner: Codable, Sendable, Equatable {
            public var name: String
            public var sessions: Int
            /// Those that are not over.
            public var open: Int
            /// When something last happened in one of them.
            public var active: String?
        }
    }

    public struct Day: Codable, Sendable, Equatable {
        public var day: String
        public var started: Int
        public var ended: Int
        public var entries: Int
    }

    public struct Audit: Codable, Sendable, Equatable {
        /// The number of the last entry.
        public var last: Int64
        /// Entries of the period.
        public var entries: Int
        /// Those with the most entries in the period.
        public var people: [Person]
        public var rest: Rest
        /// Entries of accounts that the settings did not know.
        public var unknown: Int
        public var actions: [Action]

        /// Those of further actions: of very many only a hundred are told apart.
        public var others: Int { max(0, actions.reduce(entries) { $0 &- $1.all }) }

        public struct Person: Codable, Sendable, Equatable {
            public var name: String
            public var entries: Int
            public var actions: [Count]
        }

        public struct Action: Codable, Sendable, Equatable {
            public var name: String
            public var allowed: Int
            public var refused: Int
            public var failed: Int
            var all: Int { allowed &+ refused &+ failed }
        }
    }

    /// What is known of the audit log's chain.
    public struct Verification: Codable, Sendable, Equatable {
        /// What the last whole verification found; `nil` where none is on record.
        public var last: AuditVerification?
        /// Whether the entry that it ended with is still the one that it was.
        public var stands: Bool
        /// Entries since, which nobody has checked.
        public var unchecked: Int64
        /// What stands on the log's tables that its migration did not make, now.
        public var objection: String?
    }

    public struct Storage: Codable, Sendable, Equatable {
        public var database: Int64
        public var recordings: Int
        public var recorded: Int64
        /// Whether every recording was counted: of very many only the first are.
        public var complete: Bool
        /// Room that is left where the recordings are.
        public var free: Int64
    }

    public struct Count: Codable, Sendable, Equatable {
        public var name: String
        public var count: Int

        public init(name: String, count: Int) { (self.name, self.count) = (name, count) }
    }

    /// What is not shown one by one.
    public struct Rest: Codable, Sendable, Equatable {
        /// How many agents, owners or people.
        public var number: Int
        /// How many sessions or entries they have together.
        public var count: Int
    }
}

/// What is asked of a report.
struct ReportRequest: Sendable {
    static let days = 1...366

    var days = 30
    /// Whether the whole log is verified now.
    var verifies = false
}
