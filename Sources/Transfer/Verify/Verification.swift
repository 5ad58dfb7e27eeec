import Dialects

/// Compares two databases table by table and value by value, of whatever kind they are.
///
///     let report = try await Verification(of: sqlite, against: postgresql).run()
///
/// Each side is read in one snapshot and never changed. Values are compared in canonical form: `1.50` and `1.5` are one decimal.
public struct Verification: Sendable {
    private let source: Database
    private let target: Database

    public init(of source: Database, against target: Database) {
        self.source = source
        self.target = target
    }

    /// Throws `DatabaseError`. What differs is in the report; `events` hears what is done, as lines for people.
    public func run(_ events: @escaping @Sendable (String) -> Void = { _ in }) async throws -> VerificationReport {
        var (report, remarks) = try await ReadingAgain.whenChanged(events) { try await compare(events) }
        report.remarks += remarks
        return report
    }

    private func compare(_ events: @escaping @Sendable (String) -> Void) async throws -> VerificationReport {
        let (from, to) = (self.source.dialect, self.target.dialect)
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

/// What a comparison found.
public struct VerificationReport: Sendable, Equatable {
    /// A row that is not the same on both sides.
    public struct Difference: Sendable, Equatable {
        public enum Kind: String, Sendable {
            case onlyInSource = "only_in_source"
            case onlyInTarget = "only_in_target"
            case differs
        }

        public var kind: Kind
        /// `id=7`.
        public var key: String
        /// The columns whose values differ.
        public var columns: [String] = []
    }

    public struct TableReport: Sendable, Equatable {
        public var name: String
        public var source: TableDigest
        public var target: TableDigest
        /// The first rows that differ; there may be more.
        public var differences: [Difference] = []

        public var isEqual: Bool { source == target }
    }

    public var tables: [TableReport]
    /// Tables and columns that only one side has, as sentences.
    public var missing: [String]
    /// Columns whose values can't be compared, with the reason.
    public var notCompared: [String]
    /// What is to be said of the reading itself.
    public var remarks: [String] = []

    /// What no comparison looks at, for people.
    public static let notLookedAt =
        "keys, indexes, constraints, defaults, collations, views, triggers, counters and rowids"

    public var isEqual: Bool { missing.isEmpty && tables.allSatisfy(\.isEqual) }
}
