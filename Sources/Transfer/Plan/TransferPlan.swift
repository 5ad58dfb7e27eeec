import Dialects

/// What a transfer is going to do: the target's schema, and how each table's rows get there. Made from an inspection and the
/// values' profiles, without touching a database.
public struct TransferPlan: Sendable {
    /// In the order in which they are loaded: parents before their children, as far as cycles allow.
    public var tables: [PlannedTable]
    /// What the target gets, but for checks, which are added one by one.
    public var schema: Schema
    /// How it is made, in the source's own words; `nil` where the target spells the schema.
    public var construction: Construction?
    /// In the target's words, with the target's names.
    public var checks: [PlannedCheck]
    /// What views of the target are called in the source; those that stand for something else there are not among them.
    public var viewSources: [String: String] = [:]
    /// Indexes over words.
    public var fullText: [PlannedFullText]
    public var renames: [Rename]
    public var typeNotes: [TypeNote]
    public var notCarried: [NotCarried]
    /// Values that will not fit, and what becomes of them.
    public var misfits: [Misfits] = []
    /// What the target executes, in this order: tables, and after their rows all else.
    public internal(set) var statements: [String] = []
    /// What means something else in the target though nothing of it is lost.
    public var remarks: [String] = []
    /// What rules might say about columns that could mean more than their types do.
    public var proposals: [ProposedRule] = []
    /// Columns that compare without regard to case in the target, by more letters than in the source.
    var caseless: [CaselessColumn] = []
    /// Views of the target that ask for the time: no two readings of them need to yield the same.
    var viewsOfTheTime: Set<String> = []

    /// Whether rows may be set aside, so that there has to be a place for them.
    var quarantines: Bool {
        tables.contains { $0.policy == .quarantine || $0.handling.contains { $0.policy == .quarantine } }
    }

    /// What its columns need beside tables.
    var nocasePolicies: [NocasePolicy] {
        NocasePolicy.allCases.filter { policy in caseless.contains { $0.policy == policy } }
    }

    /// Every table that the target gets.
    var madeTables: [String] { schema.tables.map(\.name) + (quarantines ? [Quarantine.tableName] : []) }
}

/// One table on its way.
public struct PlannedTable: Sendable, Equatable {
    /// What it is called in the source.
    public var source: String
    /// What it is called in the target.
    public var target: String
    public var reading: TableReading
    /// The columns that are copied, as the source calls them; the others are computed.
    public var sourceColumns: [String]
    public var targetColumns: [String]
    public var types: [ColumnType]
    /// How each column's values get there.
    public var handling: [ColumnHandling]
    /// What happens to rows that repeat a key: they are refused unless it is `quarantine`.
    public var policy = MismatchPolicy.widen
    /// Rows that were there when the table was looked at.
    public var rows: Int
    /// Roughly how many bytes its values have.
    public var bytes: Int
    /// How many the values of its largest row have, as far as they were looked at.
    public var longestRow = 0
    /// The pieces in which it can be read, each row in one of them; at least one.
    public var pieces: [KeyRange]
    /// The column that counts by itself, in the target, and the highest number that was ever issued.
    public var counting: Counting?

    public struct Counting: Sendable, Equatable {
        public var column: String
        public var highest: Int64
    }

    /// Whether its rows are so long that only one at a time should be held in memory.
    var hasLongRows: Bool { longestRow > 1 << 20 }
}

/// How the values of one column are read, and what happens to those that do not fit.
public struct ColumnHandling: Sendable, Equatable {
    /// `nil`: as they are.
    public var reading: ValueReading?
    public var policy: MismatchPolicy = .widen
    public var demand: ColumnDemand = []
    /// Whether the type is given, by a rule or a declared schema: then no value widens it.
    public var isGiven = false
    /// Whether values may not fit, as far as the profile tells.
    var isSuspect = false
    /// Whether every value was looked at, in the moment that is read, and the type chosen so that all of them fit.
    var isProven = false
}

public struct PlannedCheck: Sendable, Equatable {
    public var table: String
    public var check: Check
}

/// A column that compares without regard to case, in the target's names.
struct CaselessColumn: Sendable, Equatable {
    var table: String
    var column: String
    var policy: NocasePolicy
}

/// An index over words, in the target's names.
public struct PlannedFullText: Sendable, Equatable {
    public var name: String
    public var table: String
    public var statement: String
}

/// A name that could not stay.
public struct Rename: Sendable, Equatable, Codable {
    /// `table`, `column`, `index` or `constraint`.
    public var kind: String
    public var from: String
    public var to: String
}

/// A column whose type in the target needs a word.
public struct TypeNote: Sendable, Equatable, Codable {
    public var table: String
    public var column: String
    /// As the source declares it.
    public var declared: String
    public var type: String
    public var reason: String
}

extension TypeNote: CustomStringConvertible {
    public var description: String {
        "\(table).\(column): \(declared.isEmpty ? "no declared type" : "declared \(declared)"), \(reason): \(type)"
    }
}
