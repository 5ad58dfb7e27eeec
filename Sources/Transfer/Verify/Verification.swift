import Dialects

/// Compares two databases of any kind, table by table and value by value.
///
///     let report = try await Verification(of: sqlite, against: postgresql).run()
///
/// Each side is read in one snapshot and never changed. Values are compared in canonical form: `1.50` and `1.5` are one decimal.
public struct Verification: Sendable {
    private let source: Database
    private let target: Database
    private let excluded: [String]

    /// Creates a comparison of two databases. It does not open them yet.
    ///
    /// - Parameters:
    ///   - source: The database that the values come from.
    ///   - target: The database that is held against it.
    ///   - excluded: The tables that are not compared, by their names in either database.
    public init(of source: Database, against target: Database, excluding excluded: [String] = []) {
        self.source = source
        self.target = target
        self.excluded = excluded
    }

    /// Compares the two databases and reports the differences. `events` receives the progress, as lines for people.
    ///
    /// - Throws: ``TransferError`` if neither database has a table that is to be left out, and `DatabaseError`.
    public func run(_ events: @escaping @Sendable (String) -> Void = { _ in }) async throws -> VerificationReport {
        var (report, remarks) = try await SourceRetry.whenChanged(source, events) { try await compare(events) }
        report.remarks += remarks
        return report
    }

    private func compare(_ events: @escaping @Sendable (String) -> Void) async throws -> VerificationReport {
        let (from, to) = (self.source.transferDialect, self.target.transferDialect)
        return try await Database.withConnections(source, target) { source, target in
            try source.snapshot {
                try target.snapshot {
                    let plan = try VerificationPlan(
                        try from.inspect(source).withDistinctNames(), try to.inspect(target).withDistinctNames(),
                        excluding: excluded, from: from, to: to)
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
        /// The kind of a difference.
        public enum Kind: String, Sendable {
            /// The target lacks the row.
            case onlyInSource = "only_in_source"
            /// The source lacks the row.
            case onlyInTarget = "only_in_target"
            /// Both sides have a row with this key, with other values.
            case differs
        }

        /// The kind of this difference.
        public var kind: Kind
        /// The row's key: `id=7`.
        public var key: String
        /// The columns whose values differ.
        public var columns: [String] = []
    }

    /// The result of a comparison of one table.
    public struct TableReport: Sendable, Equatable {
        /// The table's name.
        public var name: String
        /// The digest and the number of the first database's rows.
        public var source: TableDigest
        /// The digest and the number of the second database's rows.
        public var target: TableDigest
        /// The first rows that differ; there may be more.
        public var differences: [Difference] = []

        /// Whether both databases hold the same rows.
        public var isEqual: Bool { source == target }
    }

    /// The results for the tables that both sides have.
    public var tables: [TableReport]
    /// The tables and columns that only one side has, and the columns whose types have no form in common, as sentences.
    public var missing: [String]
    /// The tables that were left out as requested, and the objects whose values can't be read, with the reasons.
    public var notCompared: [String]
    /// Remarks on how the databases were read, and on numbers in the headers of two SQLite files that differ.
    public var remarks: [String] = []

    /// The parts of a database that a comparison does not examine, as a list in words.
    public static let notLookedAt =
        "keys, indexes, constraints, defaults, collations, views, triggers, counters, rowids, encodings, privileges, comments, "
        + "policies and functions"

    /// Whether both databases hold the same tables and rows, apart from what was not compared.
    public var isEqual: Bool { missing.isEmpty && tables.allSatisfy(\.isEqual) }
}
