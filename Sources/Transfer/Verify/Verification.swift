import Dialects

/// Compares two databases table by table and value by value, of whatever kind they are.
///
///     let report = try await Verification(of: sqlite, against: postgresql).run()
///
/// Each side is read in one snapshot and never changed. Values are compared in canonical form: `1.50` and `1.5` are one decimal.
public struct Verification: Sendable {
    private let source: Database
    private let target: Database

    /// A comparison of two databases. Nothing is opened yet.
    public init(of source: Database, against target: Database) {
        self.source = source
        self.target = target
    }

    /// Compares the two databases. What differs is in the report; `events` hears what is done, as lines for people.
    ///
    /// - Throws: `DatabaseError`.
    public func run(_ events: @escaping @Sendable (String) -> Void = { _ in }) async throws -> VerificationReport {
        var (report, remarks) = try await SourceRetry.whenChanged(events) { try await compare(events) }
        report.remarks += remarks
        return report
    }

    private func compare(_ events: @escaping @Sendable (String) -> Void) async throws -> VerificationReport {
        let (from, to) = (self.source.transferDialect, self.target.transferDialect)
        return try await Database.withConnections(source, target) { source, target in
            try source.snapshot {
                try target.snapshot {
                    let plan = VerificationPlan(
                        try from.inspect(source), try to.inspect(target), from: from, to: to)
                    let tables = try plan.tables.map { table in
                        events("comparing \(table.source.table)")
                        return try TableComparison(table, source, target).report()
                    }
                    return VerificationReport(
                        tables: tables, missing: plan.missing, notCompared: plan.notCompared, remarks: plan.remarks)
                }
            }
        }
    }
}

/// The result of a comparison.
public struct VerificationReport: Sendable, Equatable {
    /// A row that differs.
    public struct Difference: Sendable, Equatable {
        /// How a row differs.
        public enum Kind: String, Sendable {
            /// The target lacks the row.
            case onlyInSource = "only_in_source"
            /// The source lacks the row.
            case onlyInTarget = "only_in_target"
            /// Both have a row of this key, with other values.
            case differs
        }

        /// How the row differs.
        public var kind: Kind
        /// The row's key: `id=7`.
        public var key: String
        /// The columns whose values differ.
        public var columns: [String] = []
    }

    /// What a comparison found in one table.
    public struct TableReport: Sendable, Equatable {
        /// The table's name.
        public var name: String
        /// The rows of the first database, counted and summed up.
        public var source: TableDigest
        /// The rows of the second database, counted and summed up.
        public var target: TableDigest
        /// The first rows that differ; there may be more.
        public var differences: [Difference] = []

        /// Whether both hold the same rows.
        public var isEqual: Bool { source == target }
    }

    /// The tables that both sides have.
    public var tables: [TableReport]
    /// Tables and columns that only one side has, as sentences.
    public var missing: [String]
    /// Columns whose values can't be compared, with the reason.
    public var notCompared: [String]
    /// Remarks on how the databases were read.
    public var remarks: [String] = []

    /// What a comparison does not look at, as a list in words.
    public static let notLookedAt =
        "keys, indexes, constraints, defaults, collations, views, triggers, counters and rowids"

    /// Whether both databases hold the same tables and rows.
    public var isEqual: Bool { missing.isEmpty && tables.allSatisfy(\.isEqual) }
}
