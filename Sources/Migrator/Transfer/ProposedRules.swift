import Dialects

/// A rule that somebody may want for a column. It is shown, and never applied by itself.
public struct ProposedRule: Sendable, Equatable {
    public var table: String
    public var column: String
    /// The rule in the words of a rules file: `timestamp: unix`.
    public var rule: String
    /// What speaks for it: `all 1204 numbers lie between 1990 and 2100`.
    public var reason: String
    /// Another rule for which the same speaks.
    public var alternative: String?
}

extension ProposedRule: CustomStringConvertible {
    public var description: String {
        "\(table).\(column): \(rule)\(alternative.map { ", or \($0)" } ?? "") (\(reason))"
    }
}

extension ProposedRule {
    /// What the values of a table suggest, for columns without a rule of their own.
    static func proposals(for tables: [ProfiledTable]) -> [ProposedRule] {
        // Each table of Core Data's has this key, and its program counts from 2001 in every table.
        let isCoreData = tables.contains { $0.table[column: "Z_PK"] != nil }
        return tables.flatMap { proposals(for: $0, isCoreData) }
    }

    private static func proposals(for table: ProfiledTable, _ isCoreData: Bool) -> [ProposedRule] {
        zip(table.table.columns, zip(table.profiles, table.treatments)).compactMap { column, found in
            let (profile, treatment) = found
            guard treatment.type == nil, treatment.reading == nil, column.generated == nil, profile.values > 0,
                let (rule, alternative, reason) = proposal(column, profile, isCoreData)
            else { return nil }
            return ProposedRule(
                table: table.table.name, column: column.name, rule: rule, reason: reason, alternative: alternative)
        }
    }

    private static func proposal(
        _ column: Column, _ profile: ColumnProfile, _ isCoreData: Bool
    ) -> (rule: String, alternative: String?, reason: String)? {
        let hints = profile.hints
        if profile.values == profile.texts.count {
            let (every, isOne) = every("text", profile.texts.count)
            if hints.isJSON { return ("type: jsonb", nil, "\(every) \(isOne ? "is" : "are") JSON: objects or arrays") }
            if hints.isUUID && TypeChoice.choose(profile).type != .uuid {
                return ("type: uuid", nil, "\(every) \(isOne ? "is a uuid" : "are uuids")")
            }
        }
        guard profile.values == profile.numbers else { return nil }
        let (every, isOne) = every("number", profile.numbers)
        let counts = hints.moments(isCoreData: isCoreData).map { "timestamp: \($0.rawValue)" }
        if ColumnName(column.name).speaksOfTime || profile.meaning.isMoment, let first = counts.first {
            return (first, counts.dropFirst().first, "\(every) \(isOne ? "lies" : "lie") between 1990 and 2100")
        }
        if profile.meaning == .real, profile.reals.count > 0, hints.isMoney, ColumnName(column.name).speaksOfMoney {
            return ("type: decimal(15,2)", nil, "\(every) \(isOne ? "has" : "have") at most two decimals")
        }
        return nil
    }

    private static func every(_ noun: String, _ count: Int) -> (words: String, isOne: Bool) {
        count == 1 ? ("its only \(noun)", true) : ("all \(count) \(noun)s", false)
    }

    /// A rules file that holds these rules and nothing else.
    public static func yaml(_ rules: [ProposedRule]) -> String {
        guard !rules.isEmpty else { return "# No rule suggests itself.\ntables: {}\n" }
        var lines = ["# Proposed rules: strike what is not meant, and pass the file with --rules.", "tables:"]
        var table: String?
        for rule in rules {
            if rule.table != table {
                lines += ["  \(YAMLText.word(rule.table)):", "    columns:"]
                table = rule.table
            }
            lines += ["      # \(rule.reason)", "      \(YAMLText.word(rule.column)): {\(rule.quoted)}"]
            if let other = rule.alternative {
                lines.append("      # or, for which the same speaks: \(YAMLText.word(rule.column)): {\(other)}")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `decimal(15,2)` holds a comma, which ends a value between braces.
    private var quoted: String {
        guard let colon = rule.firstIndex(of: ":"), rule.contains(",") else { return rule }
        return "\(rule[..<colon]): \"\(rule[colon...].dropFirst(2))\""
    }
}

/// What a column's name speaks of.
private struct ColumnName {
    private let words: Set<Substring>
    private let name: String

    init(_ name: String) {
        // `createdAt` and `created_at` are the same words.
        let spaced = name.unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.properties.isUppercase, let last = text.unicodeScalars.last, last.properties.isLowercase {
                text += " "
            }
            text.unicodeScalars.append(scalar)
        }
        self.name = name.lowercased()
        words = Set(spaced.lowercased().split { !$0.isLetter })
    }

    var speaksOfTime: Bool {
        !words.isDisjoint(with: [
            "at", "on", "date", "time", "timestamp", "datetime", "created", "updated", "modified", "changed", "deleted",
            "expires", "expiry", "epoch", "ts", "when", "since", "until", "start", "end", "started", "ended", "mtime",
            "ctime", "atime",
        ]) || ["date", "time", "timestamp", "stamp"].contains(where: name.hasSuffix)
    }

    var speaksOfMoney: Bool {
        !words.isDisjoint(with: [
            "price", "amount", "total", "subtotal", "cost", "fee", "balance", "salary", "tax", "money", "payment",
            "revenue", "discount", "freight",
        ]) || ["price", "amount", "total", "cost"].contains(where: name.hasSuffix)
    }
}

extension Meaning {
    fileprivate var isMoment: Bool {
        switch self {
        case .moment, .date, .time: true
        case .integer, .real, .text, .bytes, .boolean, .uuid, .numeric, .varchar, .decimal, .unknown: false
        }
    }
}

/// Words of YAML.
enum YAMLText {
    /// The text as it is where YAML reads it as that, else between quotes, as JSON writes it, which YAML reads too
    /// (https://yaml.org/spec/1.2.2/, 1.3).
    static func word(_ text: String) -> String {
        let isPlain =
            text.unicodeScalars.first.map { $0.properties.isAlphabetic && $0.isASCII } ?? false
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || $0 == "_" || digits ~= $0)
            }
        let isMeant = !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
        return isPlain && isMeant ? text : JSON.string(text).rendered()
    }

    private static let digits: ClosedRange<Unicode.Scalar> = "0"..."9"
}
