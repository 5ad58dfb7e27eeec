import Dialects

/// The plan of a transfer: the target's schema, and the plan for each table's rows. It is made from an inspection and the
/// values' profiles, without reading a database.
public struct TransferPlan: Sendable {
    /// The tables in loading order: parents before children, as far as cycles allow.
    public var tables: [PlannedTable]
    /// The target's schema without its checks, which are added one by one.
    public var schema: Schema
    /// The statements that make the schema, in the source's own words; `nil` if the target renders the schema.
    package var construction: Construction?
    /// The checks in the target's SQL, with the target's names.
    package var checks: [PlannedCheck]
    /// The source's names of views, by their names in the target. Views of the target that stand for something else in
    /// the source are not among them.
    package var viewSources: [String: String] = [:]
    /// The full-text indexes.
    package var fullText: [PlannedFullText]
    /// The names that the target can't use as they are.
    public var renames: [Rename]
    /// The columns whose types need an explanation.
    public var typeNotes: [TypeNote]
    /// The parts that are not transferred, with the reasons.
    public var omitted: [Omission]
    /// The values that will not fit, with the policies for them.
    public var incompatibleValues: [IncompatibleValues] = []
    /// The statements that the target executes: those of the tables first, and everything else after the rows.
    public internal(set) var statements: [String] = []
    /// Remarks on behaviour that differs in the target, although nothing is lost.
    public var remarks: [String] = []
    /// Proposed rules for columns that may mean more than their types say.
    public var proposals: [ProposedRule] = []
    /// The columns that ignore case in the target, for more letters than in the source.
    var caseless: [CaselessColumn] = []
    /// The columns of the target that get values of several classes as one, such as the number 1 and the text `1`, by their tables.
    var mixed: [TargetColumn] = []
    /// The views of the target that read the current time. Two reads of them need not return the same.
    var viewsOfTheTime: Set<String> = []
    /// The indexes of the target that are over an expression in the source. Values that differ there may be one in the target.
    var computedIndexes: Set<String> = []
    /// The source's triggers in the target's words. None of them is made by the transfer.
    package var triggers: [TranslatedTrigger] = []
    /// The sequences that do not come with a column. `construction` makes them.
    package var sequences: [SameEngineCopy.Sequence] = []

    /// Whether rows may be quarantined, so that the quarantine table is needed.
    var quarantines: Bool {
        tables.contains { $0.policy == .quarantine || $0.columnPlans.contains { $0.policy == .quarantine } }
    }

    /// The policies of columns that ignore case; the target may need support for them.
    var nocasePolicies: [NocasePolicy] {
        NocasePolicy.allCases.filter { policy in caseless.contains { $0.policy == policy } }
    }

    /// The names of the sequences that belong to no table of the target.
    var madeSequences: [String] { sequences.filter { $0.owner == nil }.map(\.name) }

    /// The names of all tables that the target gets.
    var madeTables: [String] { schema.tables.map(\.name) + (quarantines ? [Quarantine.tableName] : []) }
}

/// One table of a transfer.
public struct PlannedTable: Sendable, Equatable {
    /// The table's name in the source.
    public var source: String
    /// The table's name in the target.
    public var target: String
    package var reading: TableReading
    /// The source's names of the columns that are copied. Computed columns are not among them.
    public var sourceColumns: [String]
    /// The target's names of these columns, in the same order.
    public var targetColumns: [String]
    /// Their types in the target, in the same order.
    public var types: [ColumnType]
    /// How each column's values are read, and the policy for those that do not fit.
    package var columnPlans: [ColumnPlan]
    /// The policy for rows that repeat a key. They are refused unless it is `quarantine`.
    package var policy = MismatchPolicy.widen
    /// The number of rows when the table was surveyed.
    public var rows: Int
    /// The approximate size of the table's values, in bytes.
    public var bytes: Int
    /// The size of the values in the largest row that was examined, in bytes.
    package var longestRow = 0
    /// The pieces in which the table can be read. Each row is in exactly one of them, and there is at least one.
    package var pieces: [KeyRange]
    /// The columns of the target that the database numbers, each with the highest number that was ever issued.
    package var counting: [Counting] = []
    /// The columns that the target computes, as the source does.
    var computed: [Computed] = []

    struct Computed: Sendable, Equatable {
        var source: String
        var target: String
        var type: ColumnType
        /// The digits in which the target's values agree with the source's.
        var digits = ComputedDigits.all
    }

    package struct Counting: Sendable, Equatable {
        package var column: String
        package var highest: Int64
    }

    /// Whether the rows are so long that only one at a time should be held in memory.
    var hasLongRows: Bool { longestRow > 1 << 20 }
}

/// How the values of one column are read, and the policy for those that do not fit.
package struct ColumnPlan: Sendable, Equatable {
    /// The rule by which values are read; `nil` if they are read as they are.
    package var reading: ValueRule?
    package var policy: MismatchPolicy = .widen
    package var demand = ColumnDemand()
    /// Whether a rule or a declared schema gives the type, so that no value widens it.
    package var isGiven = false
    /// Whether the profile suggests that some values may not fit.
    var isSuspect = false
    /// Whether every value was examined in the snapshot that is read, and the type was chosen so that all of them fit.
    var isProven = false
}

package struct PlannedCheck: Sendable, Equatable {
    package var table: String
    package var check: Check
}

/// A column that ignores case, with the target's names.
struct CaselessColumn: Sendable, Equatable {
    var table: String
    var column: String
    var policy: NocasePolicy
}

/// A column of the target.
struct TargetColumn: Sendable, Equatable {
    var table: String
    var column: String
}

/// A full-text index, with the target's names.
package struct PlannedFullText: Sendable, Equatable {
    package var name: String
    package var table: String
    package var statement: String
}

/// A name that the target can't use as it is.
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
    /// The table's name in the source.
    public var table: String
    /// The column's name in the source.
    public var column: String
    /// The type as the source declares it.
    public var declared: String
    /// The type in the target.
    public var type: String
    /// The reason for this type.
    public var reason: String
}

extension TypeNote: CustomStringConvertible {
    public var description: String {
        "\(table).\(column): \(declared.isEmpty ? "no declared type" : "declared \(declared)"), \(reason): \(type)"
    }
}
