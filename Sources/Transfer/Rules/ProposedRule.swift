import Dialects

/// A rule that may be wanted for a column. It is shown, and never applied automatically.
public struct ProposedRule: Sendable, Equatable {
    /// The table's name in the source.
    public var table: String
    /// The column's name in the source.
    public var column: String
    /// The rule itself.
    public var rule: Rule
    /// The evidence for the rule: `all 1204 numbers lie between 1990 and 2100`.
    public var reason: String
    /// Another rule for which there is the same evidence; `nil` if there is none.
    public var alternative: Rule?
    /// How far the evidence goes. A rules file holds the rule itself if it is `proposed`, and otherwise as a comment.
    public var standing: Standing

    /// A rule that values or a framework may suggest.
    public enum Rule: Hashable, Sendable {
        /// The values get this type.
        case type(ProposedType)
        /// Numbers are moments that count in this way, and texts are moments. With `isUTC`, texts without a zone are in UTC.
        case timestamp(TimestampRule.Count, isUTC: Bool = false)
        /// Numbers that count in this way are midnights, on a clock so many minutes ahead of UTC, and become days.
        case day(TimestampRule.Count, minutesAhead: Int = 0)
        /// Numbers that count in this way are times of the first day of 1970, and become times of day.
        case timeOfDay(TimestampRule.Count)
        /// The values count spans of time in this way.
        case span(SpanRule)
    }

    /// A type that may be proposed, in the word of a rules file.
    public enum ProposedType: String, Hashable, Sendable, CaseIterable {
        /// True or false.
        case boolean
        /// Spans of time, as texts or as numbers of microseconds.
        case interval
        /// Times of day.
        case time
        /// Days.
        case date
        /// Moments without a zone.
        case datetime
        /// Moments in UTC.
        case timestamp
        /// Doubles.
        case real
        /// Identifiers, as texts or as their 16 bytes.
        case uuid
        /// Addresses of IPv4 or IPv6.
        case inet
        /// JSON documents.
        case json = "jsonb"
        /// Amounts of money.
        case money = "decimal(15,2)"
    }

    /// How far the evidence for a rule goes.
    public enum Standing: Sendable {
        /// It speaks for this rule.
        case proposed
        /// It speaks as much for the alternative, such as one that counts in another unit: somebody has to choose.
        case undecided
        /// Only the values speak for it, and the application's own models say otherwise.
        case guessed
    }

    init(_ proposal: Proposal, table: String, column: String) {
        self.table = table
        self.column = column
        rule = proposal.rule
        reason = proposal.reason
        alternative = proposal.alternative
        standing = proposal.standing
    }
}

extension ProposedRule: CustomStringConvertible {
    public var description: String {
        "\(table).\(column): \(words) (\(reason))"
    }
}

extension ProposedRule.Rule: CustomStringConvertible {
    /// The rule as it reads in a rules file: `timestamp: iso, zone: UTC`.
    public var description: String {
        switch self {
        case .type(let type): "type: \(type.rawValue)"
        case .timestamp(let count, let isUTC): "timestamp: \(count.rawValue)\(isUTC ? ", zone: UTC" : "")"
        case .day(let count, let minutesAhead): "type: date, timestamp: \(count.rawValue)\(Self.zone(minutesAhead))"
        case .timeOfDay(let count): "type: time, timestamp: \(count.rawValue)"
        case .span(let span): "span: \(span.rawValue)"
        }
    }

    /// The zone of a rule whose clock is so far ahead of UTC: `, zone: "+01:00"`; nothing for UTC.
    private static func zone(_ minutesAhead: Int) -> String {
        guard minutesAhead != 0 else { return "" }
        func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = minutesAhead.magnitude.quotientAndRemainder(dividingBy: 60)
        return ", zone: \"\(minutesAhead < 0 ? "-" : "+")\(twoDigits(Int(hours))):\(twoDigits(Int(minutes)))\""
    }

    /// The rule between the braces of YAML, where the comma of `decimal(15,2)` would end a value.
    var yaml: String {
        switch self {
        case .type(.money): "type: \"\(ProposedRule.ProposedType.money.rawValue)\""
        case .type, .timestamp, .day, .timeOfDay, .span: description
        }
    }
}

/// A rule for a column, and the evidence for it.
struct Proposal {
    var rule: ProposedRule.Rule
    var reason: String
    var alternative: ProposedRule.Rule?
    var standing = ProposedRule.Standing.proposed

    init(_ rule: ProposedRule.Rule, _ reason: String, or alternative: ProposedRule.Rule? = nil) {
        self.rule = rule
        self.reason = reason
        self.alternative = alternative
    }

    /// Two rules, such as those for two units, for which there is the same evidence; or one that somebody has to confirm.
    static func undecided(
        _ rule: ProposedRule.Rule, _ other: ProposedRule.Rule?, _ reason: String
    ) -> Proposal {
        var proposal = Proposal(rule, reason, or: other)
        proposal.standing = .undecided
        return proposal
    }
}
