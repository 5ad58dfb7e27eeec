import Dialects
import Migrator

/// The contents of a rules file: what a transfer does otherwise than by itself.
public struct TransferRules: Sendable, Equatable {
    /// What is done with values that do not fit; `widen` when `nil`.
    public var onMismatch: MismatchPolicy?
    /// Names of tables, columns, indexes and constraints in lower case, so that no query needs quotes around them.
    public var lowercaseNames = false
    /// What becomes of columns that compare without regard to case; `text` when `nil`.
    public var nocase: NocasePolicy?
    /// Rules for single tables, in the order of the file.
    public var tables: [TableRule] = []

    /// No rules: the transfer decides by itself.
    public init() {}

    /// Rules for one table.
    public struct TableRule: Sendable, Equatable {
        /// As the source calls it.
        public var name: String
        /// Where it stands in the rules file, for messages.
        public var line: Int
        /// Whether the table stays behind.
        public var isSkipped = false
        /// Its name in the target; `nil` for the same.
        public var rename: String?
        /// When it is loaded; `nil` for the order of foreign keys.
        public var order: LoadOrder?
        /// What is done with its values that do not fit; as for all tables when `nil`.
        public var onMismatch: MismatchPolicy?
        /// Rules for single columns.
        public var columns: [ColumnRule] = []

        /// A rule that says nothing yet.
        public init(name: String, line: Int) {
            self.name = name
            self.line = line
        }
    }

    /// Rules for one column.
    public struct ColumnRule: Sendable, Equatable {
        /// The column, as the source calls it.
        public var name: String
        /// Where it stands in the rules file, for messages.
        public var line: Int
        /// Whether the column stays behind.
        public var isSkipped = false
        /// Its name in the target; `nil` for the same.
        public var rename: String?
        /// Its type in the target; chosen by the values when `nil`.
        public var type: ColumnType?
        /// What numbers count; `nil` when values are no moments.
        public var moment: TimestampRule.Count?
        /// How many minutes the clock of texts without a zone is ahead of UTC.
        public var minutesAhead: Int?
        /// What its values count as spans of time; `nil` when they are none, or say it themselves.
        public var span: SpanRule?
        /// The replacement for a NUL and for bytes that are no UTF-8.
        public var nul: String?
        /// What is done with its values that do not fit; as for its table when `nil`.
        public var onMismatch: MismatchPolicy?
        /// What becomes of a column that is `COLLATE NOCASE`; as for all tables when `nil`.
        public var nocase: NocasePolicy?

        /// A rule that says nothing yet.
        public init(name: String, line: Int) {
            self.name = name
            self.line = line
        }
    }

    /// When a table is loaded; those of equal order in the order of their foreign keys.
    public enum LoadOrder: Sendable, Equatable {
        /// Before all others.
        case first
        /// After all others.
        case last
        /// By this number, lowest first; after `first`, before tables without a rule.
        case number(Int)
    }
}

/// What the rules come to for one column.
struct EffectiveColumnRule: Sendable, Equatable {
    /// The type that a rule gives; no value widens it.
    var type: ColumnType?
    var reading: ValueRule?
    var policy: MismatchPolicy
    /// What becomes of it where it compares without regard to case.
    var nocase = NocasePolicy.text
}

extension TransferRules {
    subscript(_ table: String) -> TableRule? { tables.first { $0.name == table } }

    func policy(of table: String) -> MismatchPolicy { self[table]?.onMismatch ?? onMismatch ?? .widen }

    func columnRule(of column: String, in table: String) -> EffectiveColumnRule {
        let rule = self[table]?[column]
        return EffectiveColumnRule(
            type: rule?.givenType, reading: rule?.reading, policy: rule?.onMismatch ?? policy(of: table))
    }

    /// The same, with what becomes of the way in which the column compares.
    func columnRule(of column: Column, in table: String) -> EffectiveColumnRule {
        var rule = columnRule(of: column.name, in: table)
        if column.collation == .nocase { rule.nocase = self[table]?[column.name]?.nocase ?? nocase ?? .text }
        return rule
    }

    /// All that ask for columns which compare without regard to case in the target.
    var nocasePolicies: [NocasePolicy] {
        let columns: [ColumnRule] = tables.flatMap(\.columns)
        return NocasePolicy.allCases.filter { policy in
            policy != .text && (nocase == policy || columns.contains { $0.nocase == policy })
        }
    }

    /// Throws when a rule speaks of something that is not there, or says two things that exclude each other.
    func check(against tables: [Table]) throws(TransferError) {
        for rule in self.tables {
            guard let table = tables.first(where: { $0.name == rule.name }) else {
                throw .badRule(
                    line: rule.line, problem: "the source has no table \(rule.name)",
                    remedy: Self.suggestion(rule.name, tables.map(\.name)) ?? "see the names with a dry run")
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

    /// Tables in the order that the rules ask for, else as they are.
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

    /// A question for a mistyped name: `did you mean orders?`
    public static func suggestion(_ word: String, _ words: [String]) -> String? {
        Suggestion.nearest(to: word, in: words).map { "did you mean \($0)?" }
    }
}

extension TransferRules.TableRule {
    subscript(_ column: String) -> TransferRules.ColumnRule? { columns.first { $0.name == column } }
}

extension TransferRules.ColumnRule {
    /// A moment is a `timestamp` unless a `datetime` is asked for.
    fileprivate var givenType: ColumnType? {
        type ?? (moment != nil ? .timestamp : span != nil ? .interval : nil)
    }

    fileprivate var reading: ValueRule? {
        if let moment {
            return .moment(TimestampRule(moment, minutesAhead: minutesAhead ?? 0, isLocal: type == .datetime))
        }
        if let span { return .span(span) }
        return nul.map { .cleaned(replacement: $0) }
    }

    fileprivate func check(in table: String, comparing collation: Collation?) throws(TransferError) {
        func refuse(_ problem: String, _ remedy: String) -> TransferError {
            .badRule(line: line, problem: "\(table).\(name): \(problem)", remedy: remedy)
        }
        if nocase != nil && collation != .nocase {
            throw refuse("nocase is for columns that are COLLATE NOCASE, and this one is not", "leave it out")
        }
        if nocase != nil, let type = givenType, !type.isText {
            throw refuse("nocase is for text, and it becomes \(type)", "leave one of them out")
        }
        if minutesAhead != nil && moment == nil {
            throw refuse("zone says how timestamps are read, but the rule has no timestamp", "add timestamp: iso")
        }
        if moment != nil, let type, type != .timestamp, type != .datetime {
            throw refuse("a timestamp can't become a \(type)", "leave the type out, or write timestamp or datetime")
        }
        if let span, let type, type != .interval {
            throw refuse("a span of \(span.rawValue) can't become a \(type)", "leave the type out, or write interval")
        }
        if span != nil && moment != nil {
            throw refuse("span and timestamp exclude each other", "leave one of them out")
        }
        if span != nil && nul != nil { throw refuse("a span holds no text for nul", "leave one of them out") }
        if moment != nil && nul != nil { throw refuse("a timestamp holds no text for nul", "leave one of them out") }
        if let nul, nul.utf8.contains(0) { throw refuse("the replacement for NUL holds a NUL", "write other text") }
    }
}
