import Dialects
import Migrator

/// The contents of a rules file: how a transfer departs from its defaults.
public struct TransferRules: Sendable, Equatable {
    /// The policy for values that do not fit; `nil` stands for `widen`.
    public var onMismatch: MismatchPolicy?
    /// Whether the names of tables, columns, indexes and constraints are changed to lower case, so that no query has to
    /// quote them.
    public var lowercaseNames = false
    /// The policy for columns that ignore case; `nil` stands for `text`.
    public var nocase: NocasePolicy?
    /// Rules for single tables, in the order of the file.
    public var tables: [TableRule] = [] {
        didSet {
            places = Dictionary(
                tables.indices.map { (tables[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }
    /// The positions of the rules, by table name, because each column of each table looks up its rule.
    private var places: [String: Int] = [:]

    /// Creates an empty set of rules, with which the transfer uses its defaults.
    public init() {}

    /// Rules for one table.
    public struct TableRule: Sendable, Equatable {
        /// The table's name in the source.
        public var name: String
        /// The rule's line in the rules file, for messages.
        public var line: Int
        /// Whether the table is left out.
        public var isSkipped = false
        /// The column's name in the target; `nil` if it stays the same.
        public var rename: String?
        /// The table's place in the plan and the report; `nil` for the order of foreign keys.
        public var order: LoadOrder?
        /// The policy for the table's values that do not fit; `nil` for the policy of all tables.
        public var onMismatch: MismatchPolicy?
        /// Rules for single columns.
        public var columns: [ColumnRule] = []

        /// Creates a rule that changes nothing yet.
        public init(name: String, line: Int) {
            self.name = name
            self.line = line
        }
    }

    /// Rules for one column.
    public struct ColumnRule: Sendable, Equatable {
        /// The column's name in the source.
        public var name: String
        /// The rule's line in the rules file, for messages.
        public var line: Int
        /// Whether the column is left out.
        public var isSkipped = false
        /// The column's name in the target; `nil` if it stays the same.
        public var rename: String?
        /// The column's type in the target; `nil` if the values decide.
        public var type: ColumnType?
        /// The unit and epoch of numbers; `nil` if the values are no moments.
        public var moment: TimestampRule.Count?
        /// The minutes by which the clock of texts without a zone is ahead of UTC; `nil` for UTC itself.
        public var minutesAhead: Int?
        /// What its values count as spans of time; `nil` when they are none, or say it themselves.
        public var span: SpanRule?
        /// The replacement for a NUL and for bytes that are not UTF-8; `nil` if they are not replaced.
        public var nul: String?
        /// The policy for the column's values that do not fit; `nil` for the policy of its table.
        public var onMismatch: MismatchPolicy?
        /// The policy for a column that is `COLLATE NOCASE`; `nil` for the policy of all tables.
        public var nocase: NocasePolicy?

        /// Creates a rule that changes nothing yet.
        public init(name: String, line: Int) {
            self.name = name
            self.line = line
        }
    }

    /// The place of a table in the plan and the report. Tables with equal places keep the order of their foreign
    /// keys.
    public enum LoadOrder: Sendable, Equatable {
        /// Before all others.
        case first
        /// After all others.
        case last
        /// By this number, lowest first: after the tables with `first`, and before tables without a rule.
        case number(Int)
    }
}

/// The combined effect of the rules on one column.
struct EffectiveColumnRule: Sendable, Equatable {
    /// The type that a rule gives, which no value widens; `nil` if no rule gives one.
    var type: ColumnType?
    var reading: ValueRule?
    var policy: MismatchPolicy
    /// The policy if the column ignores case.
    var nocase = NocasePolicy.text
}

extension TransferRules {
    subscript(_ table: String) -> TableRule? { places[table].map { tables[$0] } }

    func policy(of table: String) -> MismatchPolicy { self[table]?.onMismatch ?? onMismatch ?? .widen }

    func columnRule(of column: String, in table: String) -> EffectiveColumnRule {
        let rule = self[table]?[column]
        return EffectiveColumnRule(
            type: rule?.givenType, reading: rule?.reading, policy: rule?.onMismatch ?? policy(of: table))
    }

    /// Returns the combined rule for a column, including the policy if the column ignores case.
    func columnRule(of column: Column, in table: String) -> EffectiveColumnRule {
        var rule = columnRule(of: column.name, in: table)
        if column.collation == .nocase { rule.nocase = self[table]?[column.name]?.nocase ?? nocase ?? .text }
        return rule
    }

    /// The policies by which some columns keep ignoring case in the target.
    var nocasePolicies: [NocasePolicy] {
        let columns: [ColumnRule] = tables.flatMap(\.columns)
        return NocasePolicy.allCases.filter { policy in
            policy != .text && (nocase == policy || columns.contains { $0.nocase == policy })
        }
    }

    /// Throws if a rule names a table or column that does not exist, or if two settings of a rule exclude each other.
    func check(against tables: [Table]) throws(TransferError) {
        let known = tables.byName(\.name)
        for rule in self.tables {
            guard let table = known[rule.name] else {
                throw .badRule(
                    line: rule.line, problem: "the source has no table \(rule.name)",
                    remedy: Self.suggestion(rule.name, tables.map(\.name)) ?? "see the names with a dry run")
            }
            if let name = rule.rename, OwnTables.names.contains(name) {
                throw .badRule(
                    line: rule.line, problem: "\(rule.name): \(name) is the name of one of this program's own tables",
                    remedy: "choose another name")
            }
            for column in rule.columns {
                guard let known = table[column: column.name] else {
                    throw .badRule(
                        line: column.line, problem: "the table \(rule.name) has no column \(column.name)",
                        remedy: Self.suggestion(column.name, table.columns.map(\.name))
                            ?? "it has \(table.columns.map(\.name).joined(separator: ", "))")
                }
                try column.check(in: rule.name, comparing: known.collation)
            }
        }
    }

    /// Returns the tables in the order that the rules give, and otherwise in their present order.
    func ordered(_ tables: [PlannedTable]) -> [PlannedTable] {
        func place(_ table: PlannedTable) -> (Int, Int) {
            switch self[table.source]?.order {
            case .first: (0, 0)
            case .number(let number): (1, number)
            case nil: (2, 0)
            case .last: (3, 0)
            }
        }
        return tables.enumerated().sorted { a, b in
            let (first, second) = (place(a.element), place(b.element))
            return first == second ? a.offset < b.offset : first < second
        }.map(\.element)
    }

    /// Returns a question about a mistyped name, such as `did you mean orders?`; `nil` if no known word is near.
    public static func suggestion(_ word: String, _ words: [String]) -> String? {
        Suggestion.nearest(to: word, in: words).map { "did you mean \($0)?" }
    }
}

extension TransferRules.TableRule {
    subscript(_ column: String) -> TransferRules.ColumnRule? { columns.first { $0.name == column } }
}

extension TransferRules.ColumnRule {
    /// The type that the rule gives. A moment is a `timestamp` unless the rule says `datetime`.
    fileprivate var givenType: ColumnType? {
        type ?? (moment != nil ? .timestamp : span != nil ? .interval : nil)
    }

    fileprivate var reading: ValueRule? {
        if let moment {
            let isLocal = type.map { $0 != .timestamp } ?? false
            let rule = TimestampRule(moment, minutesAhead: minutesAhead ?? 0, isLocal: isLocal)
            return type == .date ? .day(rule) : type == .time ? .timeOfDay(rule) : .moment(rule)
        }
        if let span { return .span(span) }
        if type == .real { return .double }
        if let nul { return .cleaned(replacement: nul) }
        // What a program writes as such a value may have more digits than a database keeps.
        return type == .time ? .timeOfDay(TimestampRule(.iso)) : type == .interval ? .spanOfText : nil
    }

    fileprivate func check(in table: String, comparing collation: Collation?) throws(TransferError) {
        func refuse(_ problem: String, _ remedy: String) -> TransferError {
            .badRule(line: line, problem: "\(table).\(name): \(problem)", remedy: remedy)
        }
        if nocase != nil && collation != .nocase {
            throw refuse("nocase is for columns that are COLLATE NOCASE, which this one is not", "leave it out")
        }
        if nocase != nil, let type = givenType, !type.isText {
            throw refuse("nocase is for text, but the column becomes \(type)", "leave one of them out")
        }
        if minutesAhead != nil && moment == nil {
            throw refuse("zone is only for timestamps, and the rule has no timestamp", "add timestamp: iso")
        }
        if moment != nil, let type, ![.timestamp, .datetime, .date, .time].contains(type) {
            throw refuse(
                "a timestamp can't become a \(type)", "leave the type out, or write timestamp, datetime, date or time")
        }
        if let span, let type, type != .interval {
            throw refuse("a span of \(span.rawValue) can't become a \(type)", "leave the type out, or write interval")
        }
        if span != nil && moment != nil {
            throw refuse("span and timestamp exclude each other", "leave one of them out")
        }
        if span != nil && nul != nil {
            throw refuse("a span has no text, so nul does not apply", "leave one of them out")
        }
        if moment != nil && nul != nil {
            throw refuse("a timestamp has no text, so nul does not apply", "leave one of them out")
        }
        if let nul, nul.utf8.contains(0) { throw refuse("the replacement for NUL holds a NUL", "write other text") }
    }
}
