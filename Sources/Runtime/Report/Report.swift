/// The use of an installation in numbers: the sessions and their owners, the entries of the audit log, and the space that
/// everything takes. It contains nothing of what was said in a session, no title and no path.
package struct Report: Codable, Sendable, Equatable {
    package var version = 1
    /// The time at which the report was made, in RFC 3339, UTC.
    package var made: String
    package var daemon: String
    package var mode: String
    package var computer: String
    package var period: Period
    package var sessions: Sessions
    package var owners: Owners
    /// The days of the period, oldest first. The last day is not over.
    package var activity: [Day]
    package var audit: Audit
    package var verification: Verification
    package var storage: Storage

    /// The first and the last day of the period, in UTC, and the number of days including both.
    package struct Period: Codable, Sendable, Equatable {
        package var from: String
        package var to: String
        package var days: Int
    }

    package struct Sessions: Codable, Sendable, Equatable {
        package var all: Int
        package var states: [Count]
        /// The agents with the most sessions. `rest` sums up the others.
        package var agents: [Count]
        package var rest: Rest
        /// The number of sessions without an agent: they run a command.
        package var commands: Int
    }

    package struct Owners: Codable, Sendable, Equatable {
        package var all: Int
        /// The owners with the most sessions. `rest` sums up the others.
        package var largest: [Owner]
        package var rest: Rest
        /// The number of sessions whose owner is not known.
        package var orphaned: Int

        package struct Owner: Codable, Sendable, Equatable {
            package var name: String
            package var sessions: Int
            /// The number of the owner's sessions that are not over.
            package var open: Int
            /// The time of the last activity in one of the owner's sessions; `nil` if there is none.
            package var active: String?
        }
    }

    package struct Day: Codable, Sendable, Equatable {
        package var day: String
        package var started: Int
        package var ended: Int
        package var entries: Int
    }

    package struct Audit: Codable, Sendable, Equatable {
        /// The number of the last entry in the log.
        package var last: Int64
        /// The number of entries in the period.
        package var entries: Int
        /// The people with the most entries in the period. `rest` sums up the others.
        package var people: [Person]
        package var rest: Rest
        /// The number of entries by accounts that the settings did not know.
        package var unknown: Int
        package var actions: [Action]

        /// The number of entries with actions that are not in `actions`, which holds at most a hundred.
        package var others: Int { max(0, actions.reduce(entries) { $0 &- $1.all }) }

        package struct Person: Codable, Sendable, Equatable {
            package var name: String
            package var entries: Int
            package var actions: [Count]
        }

        package struct Action: Codable, Sendable, Equatable {
            package var name: String
            package var allowed: Int
            package var refused: Int
            package var failed: Int
            var all: Int { allowed &+ refused &+ failed }
        }
    }

    /// The state of the audit log's chain, as far as it is known.
    package struct Verification: Codable, Sendable, Equatable {
        /// The result of the last complete verification; `nil` if none is on record.
        package var last: AuditVerification?
        /// Whether the entry at which that verification ended is still unchanged.
        package var stands: Bool
        /// The number of entries since that verification, which nobody has checked.
        package var unchecked: Int64
        /// The objects that are on the log's tables at present and that its migration did not make, as a sentence; `nil` if
        /// there are none.
        package var objection: String?
    }

    package struct Storage: Codable, Sendable, Equatable {
        package var database: Int64
        package var recordings: Int
        package var recorded: Int64
        /// Whether every recording was counted. If there are very many, only some of them are.
        package var complete: Bool
        /// The free space where the recordings are, in bytes.
        package var free: Int64
    }

    package struct Count: Codable, Sendable, Equatable {
        package var name: String
        package var count: Int

        package init(name: String, count: Int) { (self.name, self.count) = (name, count) }
    }

    /// The sum of the agents, owners or people that are not shown one by one.
    package struct Rest: Codable, Sendable, Equatable {
        /// The number of agents, owners or people.
        package var number: Int
        /// The number of sessions or entries that they have together.
        package var count: Int
    }
}

/// The options of a report.
struct ReportRequest: Sendable {
    static let days = 1...366

    var days = 30
    /// Whether the whole log is verified for this report.
    var verifies = false
}
