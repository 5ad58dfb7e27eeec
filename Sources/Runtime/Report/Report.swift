/// The use of an installation in numbers: the sessions and their owners, the entries of the audit log, and the space that
/// everything takes. It contains nothing of what was said in a session, no title and no path.
public struct Report: Codable, Sendable, Equatable {
    public var version = 1
    /// The time at which the report was made, in RFC 3339, UTC.
    public var made: String
    public var daemon: String
    public var mode: String
    public var computer: String
    public var period: Period
    public var sessions: Sessions
    public var owners: Owners
    /// The days of the period, oldest first. The last day is not over.
    public var activity: [Day]
    public var audit: Audit
    public var verification: Verification
    public var storage: Storage

    /// The first and the last day of the period, in UTC, and the number of days including both.
    public struct Period: Codable, Sendable, Equatable {
        public var from: String
        public var to: String
        public var days: Int
    }

    public struct Sessions: Codable, Sendable, Equatable {
        public var all: Int
        public var states: [Count]
        /// The agents with the most sessions. `rest` sums up the others.
        public var agents: [Count]
        public var rest: Rest
        /// The number of sessions without an agent: they run a command.
        public var commands: Int
    }

    public struct Owners: Codable, Sendable, Equatable {
        public var all: Int
        /// The owners with the most sessions. `rest` sums up the others.
        public var largest: [Owner]
        public var rest: Rest
        /// The number of sessions whose owner is not known.
        public var orphaned: Int

        public struct Owner: Codable, Sendable, Equatable {
            public var name: String
            public var sessions: Int
            /// The number of the owner's sessions that are not over.
            public var open: Int
            /// The time of the last activity in one of the owner's sessions; `nil` if there is none.
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
        /// The number of the last entry in the log.
        public var last: Int64
        /// The number of entries in the period.
        public var entries: Int
        /// The people with the most entries in the period. `rest` sums up the others.
        public var people: [Person]
        public var rest: Rest
        /// The number of entries by accounts that the settings did not know.
        public var unknown: Int
        public var actions: [Action]

        /// The number of entries with actions that are not in `actions`, which holds at most a hundred.
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

    /// The state of the audit log's chain, as far as it is known.
    public struct Verification: Codable, Sendable, Equatable {
        /// The result of the last complete verification; `nil` if none is on record.
        public var last: AuditVerification?
        /// Whether the entry at which that verification ended is still unchanged.
        public var stands: Bool
        /// The number of entries since that verification, which nobody has checked.
        public var unchecked: Int64
        /// The objects that are on the log's tables at present and that its migration did not make, as a sentence; `nil` if
        /// there are none.
        public var objection: String?
    }

    public struct Storage: Codable, Sendable, Equatable {
        public var database: Int64
        public var recordings: Int
        public var recorded: Int64
        /// Whether every recording was counted. If there are very many, only some of them are.
        public var complete: Bool
        /// The free space where the recordings are, in bytes.
        public var free: Int64
    }

    public struct Count: Codable, Sendable, Equatable {
        public var name: String
        public var count: Int

        public init(name: String, count: Int) { (self.name, self.count) = (name, count) }
    }

    /// The sum of the agents, owners or people that are not shown one by one.
    public struct Rest: Codable, Sendable, Equatable {
        /// The number of agents, owners or people.
        public var number: Int
        /// The number of sessions or entries that they have together.
        public var count: Int
    }
}

/// The options of a report.
struct ReportRequest: Sendable {
    static let days = 1...366

    var days = 30
    /// Whether the whole log is verified for this report.
    var verifies = false
}
