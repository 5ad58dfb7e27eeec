import Dialects

/// Values of one column that do not fit its type, for one reason.
public struct IncompatibleValues: Sendable, Equatable {
    /// The table's name in the source.
    public var table: String
    /// The column's name in the source.
    public var column: String
    /// The type, as the target writes it.
    public var type: String
    /// The policy for these values.
    public var policy: MismatchPolicy
    /// Whether the type is given by a rule or a declared schema, so that the column is not widened.
    public var isGiven: Bool
    /// The reason, as a predicate: `is not a whole number of 64 bits`.
    public var reason: String
    /// The number of values that do not fit.
    public var count = 0
    /// The first such values: `'n/a' in row id=17`.
    public var examples: [String] = []
    /// Whether a row of an existing table gets another value in this column if the transfer leaves it out.
    package var hasDefault = false
    /// Whether the column of an existing table takes no NULL.
    package var isRequired = false
    /// Whether no rule can make the values fit.
    package var isBeyondRules = false

    /// Whether the values are NULLs of a column that takes none.
    package var isMissing: Bool { reason == ColumnDemand.missing }
}

extension IncompatibleValues: CustomStringConvertible {
    public var description: String {
        let values = count.counted("value", "values")
        let shown = examples.joined(separator: ", ") + (count > examples.count ? ", …" : "")
        return "\(table).\(column) (\(type)): \(values): \(reason) (\(shown))"
    }
}

/// Searches for the values that will not fit, in those columns whose profile or rule makes them likely. So a refusal names
/// all of them, and a plan says what will happen to them.
struct IncompatibleValueSurvey {
    /// What is found in a table.
    struct Findings: Sendable {
        var incompatibleValues: [IncompatibleValues] = []
        /// Remarks on values that fit, and lose digits on their way.
        var remarks: [String] = []
    }

    private static let exampleCount = 3

    private let connection: any Connection
    private let target: any TransferTarget
    private let declared: [String: [String: String]]

    /// `declared` has the words for the types of the target's columns, by table and column, where the target would write other ones.
    init(_ connection: any Connection, for target: any TransferTarget, declared: [String: [String: String]] = [:]) {
        self.connection = connection
        self.target = target
        self.declared = declared
    }

    /// Returns the table's incompatible values, and remarks. It must run in the snapshot in which the rows are copied.
    func findings(in table: PlannedTable) throws -> Findings {
        guard !table.sourceColumns.isEmpty else { return Findings() }
        let suspects = table.columnPlans.indices.filter { table.columnPlans[$0].isSuspect }
        let judge = target.judge(of: table.types)
        let reader = ValueReader(table.columnPlans.map(\.reading))
        let key = RowKey(table.reading, in: table.sourceColumns)
        let cursor = try connection.copyOut(table.reading.query(table.sourceColumns), types: table.types)
        defer { cursor.close() }
        var found: [[IncompatibleValues]] = Array(repeating: [], count: suspects.count)
        var cut: Set<Int> = []
        var rows = 0
        while try cursor.next() {
            for (at, column) in suspects.enumerated() {
                let raw = cursor.raw(column)
                let value = reader?.read(raw, column: column) ?? raw
                guard let reason = table.columnPlans[column].refusal(of: value, judge, column) else {
                    if table.columnPlans[column].reading?.cuts(raw) == true { cut.insert(column) }
                    continue
                }
                note(raw, reason, key.text(cursor), table, column, in: &found[at])
            }
            rows += 1
            if rows & 0xFFF == 0 { try Task.checkCancellation() }
        }
        let remarks = cut.sorted().map { column in
            "\(table.source).\(table.sourceColumns[column]): the last moment of .NET, which has seven digits, is cut to six"
        }
        return Findings(incompatibleValues: found.flatMap { $0 }, remarks: remarks)
    }

    private func note(
        _ value: RawValue, _ reason: String, _ key: String, _ table: PlannedTable, _ column: Int,
        in found: inout [IncompatibleValues]
    ) {
        let known = found.firstIndex { $0.reason == reason }
        let at = known ?? found.endIndex
        if known == nil {
            let type = table.types[column]
            let word = declared[table.target]?[table.targetColumns[column]] ?? ""
            found.append(
                IncompatibleValues(
                    table: table.source, column: table.sourceColumns[column],
                    type: word.isEmpty ? (try? target.render(type)) ?? type.description : word,
                    policy: table.columnPlans[column].policy,
                    isGiven: table.columnPlans[column].isGiven, reason: reason))
        }
        found[at].count += 1
        if found[at].examples.count < Self.exampleCount {
            found[at].examples.append("\(ValueText.short(value)) in row \(key)")
        }
    }
}

extension TransferPlan {
    /// The tables that need such a search.
    var suspectTables: [PlannedTable] { tables.filter { $0.columnPlans.contains(where: \.isSuspect) } }

    /// Throws if the policies do not let these values pass.
    func check(_ incompatibleValues: [IncompatibleValues]) throws(TransferError) {
        let refused = incompatibleValues.filter { $0.policy == .fail }
        guard refused.isEmpty else { throw .incompatibleValues(refused) }
        let needed = incompatibleValues.filter { $0.policy == .null && requires($0) }
        guard needed.isEmpty else { throw .neverNull(needed) }
    }

    /// Whether the column of these values forbids NULL.
    private func requires(_ incompatibleValues: IncompatibleValues) -> Bool {
        column(of: incompatibleValues)?.isNullable == false
    }

    /// Returns the target's column of these values.
    func column(of incompatibleValues: IncompatibleValues) -> Column? {
        guard let table = tables.first(where: { $0.source == incompatibleValues.table }),
            let at = table.sourceColumns.firstIndex(of: incompatibleValues.column)
        else { return nil }
        return schema[table.target]?[column: table.targetColumns[at]]
    }
}

extension ColumnPlan {
    fileprivate func refusal(of value: RawValue, _ judge: any ValueJudge, _ column: Int) -> String? {
        (demand.refusal(of: value) ?? judge.refusal(of: value, column: column)).map(worded)
    }

    /// Returns the reason against a value in the words of the column's rule, if that says what its values count.
    func worded(_ reason: String) -> String {
        guard case .span(let rule) = reading, reason != ColumnDemand.missing else { return reason }
        return rule.refusal
    }
}
