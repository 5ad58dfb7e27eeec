import Dialects

/// The plan of a transfer: the target's schema, and the way of each table's rows. Made from an inspection and the values'
/// profiles, without touching a database.
public struct TransferPlan: Sendable {
    /// The tables in loading order: parents before children, as far as cycles allow.
    public var tables: [PlannedTable]
    /// The target's schema without its checks, which are added one by one.
    public var schema: Schema
    /// How it is made, in the source's own words; `nil` where the target spells the schema.
    package var construction: Construction?
    /// In the target's words, with the target's names.
    package var checks: [PlannedCheck]
    /// What views of the target are called in the source; those that stand for something else there are not among them.
    package var viewSources: [String: String] = [:]
    /// Indexes over words.
    package var fullText: [PlannedFullText]
    /// Names that the target can't take as they are.
    public var renames: [Rename]
    /// Columns whose types deserve an explanation.
    public var typeNotes: [TypeNote]
    /// What stays behind, with the reasons.
    public var omitted: [Omission]
    /// Values that will not fit, and what is done about them.
    public var incompatibleValues: [IncompatibleValues] = []
    /// The statements that the target executes: tables first, and everything else after their rows.
    public internal(set) var statements: [String] = []
    /// What behaves differently in the target, though nothing is lost.
    public var remarks: [String] = []
    /// Rules for columns that could mean more than their types say.
    public var proposals: [ProposedRule] = []
    /// Columns that compare without regard to case in the target, by more letters than in the source.
    var caseless: [CaselessColumn] = []
    /// Views of the target that ask for the time: no two readings of them need to yield the same.
    var viewsOfTheTime: Set<String> = []
    /// The source's triggers in the target's words. None of them is made by the transfer.
    package var triggers: [TranslatedTrigger] = []

    /// Whether rows may be set aside, so that there has to be a place for them.
    var quarantines: Bool {
        tables.contains { $0.policy == .quarantine || $0.columnPlans.contains { $0.policy == .quarantine } }
    }

    /// What its columns need beside tables.
    var nocasePolicies: [NocasePolicy] {
        NocasePolicy.allCases.filter { policy in caseless.contains { $0.policy == policy } }
    }

    /// Every table that the target gets.
    var madeTables: [String] { schema.tables.map(\.name) + (quarantines ? [Quarantine.tableName] : []) }
}

/// One table of a transfer.
public struct PlannedTable: Sendable, Equatable {
    /// The table's name in the source.
    public var source: String
    /// The table's name in the target.
    public var target: String
    package var reading: TableReading
    /// The columns that are copied, as the source calls them. Computed columns are not among them.
    public var sourceColumns: [String]
    /// What the target calls them, in the same order.
    public var targetColumns: [String]
    /// Their types in the target, in the same order.
    public var types: [ColumnType]
    /// How each column's values get there.
    package var columnPlans: [ColumnPlan]
    /// What happens to rows that repeat a key: they are refused unless it is `quarantine`.
    package var policy = MismatchPolicy.widen
    /// The number of rows when the table was surveyed.
    public var rows: Int
    /// The approximate size of its values, in bytes.
    public var bytes: Int
    /// How many the values of its largest row have, as far as they were looked at.
    package var longestRow = 0
    /// The pieces in which it can be read, each row in one of them; at least one.
    package var pieces: [KeyRange]
    /// The columns that the database numbers, in the target, each with the highest number that was ever issued.
    package var counting: [Counting] = []
    /// The columns that the target computes, as the source does.
    var computed: [Computed] = []

    struct Computed: Sendable, Equatable {
        var source: String
        var target: String
        var type: ColumnType
    }

    package struct Counting: Sendable, Equatable {
        package var column: String
        package var highest: Int64
    }

    /// Whether its rows are so long that only one at a time should be held in memory.
    var hasLongRows: Bool { longestRow > 1 << 20 }
}

/// How the values of one column are read, and what happens to those that do not fit.
package struct ColumnPlan: Sendable, Equatable {
    /// `nil`: as they are.
    package var reading: ValueRule?
    package var policy: MismatchPolicy = .widen
    package var demand: ColumnDemand = []
    /// Whether the type is given, by a rule or a declared schema: then no value widens it.
    package var isGiven = false
    /// Whether values may not fit, as far as the profile tells.
    var isSuspect = false
    /// Whether every value was looked at, in the snapshot that is read, and the type chosen so that all of them fit.
    var isProven = false
}

package struct PlannedCheck: Sendable, Equatable {
    package var table: String
    package var check: Check
}

/// A column that compares without regard to case, in the target's names.
struct CaselessColumn: Sendable, Equatable {
    var table: String
    var column: String
    var policy: NocasePolicy
}

/// An index over words, in the target's names.
package struct PlannedFullText: Sendable, Equatable {
    package var name: String
    package var table: String
    package var statement: String
}

/// A name that the target can't take as it is.
public struct Rename: Sendable, Equatable, Codable {
    /// `table`, `column`, `index` or `constraint`.
    public var kind: String
    /// The name in the source.
    public var from: String
    /// The name in the target.
    public var to: String
}

/// An explanation of a column's type in the target.
public struct TypeNote: Sendable, Equatable, Codable {
    /// The table, as the source calls it.
    public var table: String
    /// The column, as the source calls it.
    public var column: String
    /// As the source declares it.
    public var declared: String
    /// The type in the target.
    public var type: String
    /// Why it got this type.
    public var reason: String
}

extension TypeNote: CustomStringConvertible {
    public var description: String {
        "\(table).\(column): \(declared.isEmpty ? "no declared type" : "declared \(declared)"), \(reason): \(type)"
    }
}
