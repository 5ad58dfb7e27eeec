import Dialects

/// A rule that may be wanted for a column. It is shown, and never applied automatically.
public struct ProposedRule: Sendable, Equatable {
    /// The table's name in the source.
    public var table: String
    /// The column's name in the source.
    public var column: String
    /// The rule as a rules file writes it: `timestamp: unix`.
    public var rule: String
    /// The evidence for the rule: `all 1204 numbers lie between 1990 and 2100`.
    public var reason: String
    /// Another rule for which there is the same evidence; `nil` if there is none.
    public var alternative: String?
    /// How far the evidence goes. A rules file holds the rule itself if it is `proposed`, and otherwise as a comment.
    public var standing: Standing

    /// How far the evidence for a rule goes.
    public enum Standing: Sendable {
        /// It speaks for this rule.
        case proposed
        /// It speaks as much for the alternative, which counts in another unit: somebody has to choose.
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

/// A rule for a column, and the evidence for it.
struct Proposal {
    var rule: String
    var reason: String
    var alternative: String?
    var standing = ProposedRule.Standing.proposed

    init(_ rule: String, _ reason: String, or alternative: String? = nil) {
        self.rule = rule
        self.reason = reason
        self.alternative = alternative
    }

    /// Two rules for two units, for which there is the same evidence.
    static func undecided(_ rule: String, _ other: String, _ reason: String) -> Proposal {
        var proposal = Proposal(rule, reason, or: other)
        proposal.standing = .undecided
        return proposal
    }
}

extension ProposedRule: CustomStringConvertible {
    public var description: String {
        "\(table).\(column): \(rule)\(alternative.map { ", or \($0)" } ?? "") (\(reason))"
    }
}

extension ProposedRule {
    /// Returns the rules that the values of these tables and the framework that made them suggest, for columns without a rule of
    /// their own.
    static func proposals(
        for tables: [ProfiledTable], in inspection: Inspection, of framework: Framework
    ) -> [ProposedRule] {
        func evidence(of at: Int, in table: ProfiledTable) -> ColumnEvidence {
            let column = table.table.columns[at]
            return ColumnEvidence(
                column: column, declared: inspection.declaredTypes[table.table.name]?[column.name] ?? "",
                profile: table.profiles[at], table: table.table)
        }
        let common = commonRules(
            tables.flatMap { table in
                table.profiles.indices.filter { table.profiles[$0].values > 0 }.map { evidence(of: $0, in: table) }
            }, framework)
        func alike(_ empty: ColumnEvidence) -> Proposal? {
            guard empty.profile.values == 0, let rule = common[empty.declared.lowercased()], empty.mayFollow(rule)
            else {
                return nil
            }
            return Proposal(rule, "no values: like all other columns declared \(empty.declared)")
        }
        let proposals = tables.flatMap { table in
            table.profiles.indices.compactMap { at -> ProposedRule? in
                let (rule, evidence) = (table.columnRules[at], evidence(of: at, in: table))
                guard rule.type == nil, rule.reading == nil, evidence.column.generated == nil else { return nil }
                guard let proposal = framework.proposal(for: evidence) ?? alike(evidence) else { return nil }
                var proposed = ProposedRule(proposal, table: table.table.name, column: evidence.column.name)
                if framework.isGuess(proposed.rule, for: evidence) { proposed.standing = .guessed }
                return proposed
            }
        }
        return KeysOfUUIDs.kept(of: proposals, tables)
    }

    /// Returns the rule that is proposed for every column of a declared type, by that type in lower case. Types whose columns differ
    /// are missing.
    private static func commonRules(_ filled: [ColumnEvidence], _ framework: Framework) -> [String: String] {
        Dictionary(grouping: filled) { $0.declared.lowercased() }.compactMapValues { columns in
            let rules = Set(columns.map { framework.proposal(for: $0)?.rule })
            guard rules.count == 1, let rule = rules.first ?? nil else { return nil }
            // That moments near 1970 are spans is a guess from their values, which says nothing of a column without any. A column of
            // booleans becomes one if it has no values.
            return rule.hasPrefix("span:") || rule == "type: boolean" ? nil : rule
        }
    }

    /// Returns a rules file that holds exactly these rules.
    public static func yaml(_ rules: [ProposedRule]) -> String {
        guard !rules.isEmpty else { return "# The data suggests no rules.\ntables: {}\n" }
        var lines = [
            "# Proposed rules: delete those that you do not want, and pass the file to the transfer as its rules."
        ]
        if rules.contains(where: { $0.standing == .undecided }) {
            lines.append("# Of two units that are equally likely, choose one: delete the # before its line.")
        }
        if rules.contains(where: { $0.standing == .guessed }) {
            lines.append(
                "# What values alone suggest is commented out: an application whose models say otherwise fails on it.")
        }
        lines.append("tables:")
        var table: String?
        for rule in rules {
            if rule.table != table {
                lines += ["  \(YAMLText.word(rule.table)):", "    columns:"]
                table = rule.table
            }
            lines += rule.lines.map { "      \($0)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var lines: [String] {
        func line(_ rule: String) -> String { "\(YAMLText.word(column)): {\(rule)}" }
        let (own, other) = (line(quoted), alternative.map(line))
        switch standing {
        case .proposed: return ["# \(reason)", own] + (other.map { ["# or, equally likely: \($0)"] } ?? [])
        case .undecided, .guessed: return ["# \(reason)", "# \(own)"] + (other.map { ["# \($0)"] } ?? [])
        }
    }

    /// The rule, quoted if needed: `decimal(15,2)` holds a comma, which would end a value between braces.
    private var quoted: String {
        guard rule.hasPrefix("type: "), rule.contains(",") else { return rule }
        return "type: \"\(rule.dropFirst(6))\""
    }
}

/// The evidence about a column: its name, its declaration and its values.
struct ColumnEvidence {
    let column: Column
    /// The type as the source declares it: `char(32)`.
    let declared: String
    let profile: ColumnProfile
    let table: Table

    /// Returns the rule that the values suggest; `nil` if there are no values, or if they suggest nothing beyond their type.
    /// `countsFrom2001` says that the database's program more likely counts time from 2001 than from 1970.
    func proposal(countsFrom2001: Bool = false) -> Proposal? {
        guard profile.values > 0 else { return nil }
        if let proposal = proposalForJSON ?? proposalForTruth { return proposal }
        if profile.values == profile.blobs.count { return proposalForBytes }
        if profile.values == profile.texts.count { return proposalForTexts }
        return profile.values == profile.numbers ? proposalForNumbers(countsFrom2001) : nil
    }

    /// Whether a column without values may get the rule of the others of its declared type. A BIGINT may be anything; a column of time
    /// says so by its name or its type.
    func mayFollow(_ rule: String) -> Bool {
        guard rule.hasPrefix("timestamp:") else { return !Self.plainTypes.contains(declared.lowercased()) }
        return mayHoldTime
    }

    /// Whether the declared type says what the rule does, and not the values alone.
    func declares(_ rule: String) -> Bool {
        switch rule {
        case "type: boolean": profile.meaning == .boolean
        case "type: jsonb": declared.lowercased().hasPrefix("json")
        case "type: uuid": profile.meaning == .uuid || declared.lowercased() == "char(32)"
        default: profile.meaning.isMoment && (rule.hasPrefix("timestamp:") || rule.hasPrefix("span:"))
        }
    }

    /// Declared types that say nothing about values beyond their storage class.
    private static let plainTypes: Set<String> = [
        "", "text", "varchar", "string", "clob", "integer", "int", "bigint", "real", "float", "double", "numeric",
        "blob",
    ]

    /// Whether numbers of the column may be moments. One that refers to another table holds what that one's key holds.
    private var mayHoldTime: Bool {
        let refers = table.foreignKeys.contains { key in key.columns.contains { SQLName.equal($0, column.name) } }
        return !refers && (NameWords(column.name).speakOfTime || profile.meaning.isMoment)
    }

    /// A column that says it is JSON may hold numbers and words; SQLite makes numbers of texts that are such.
    private var proposalForJSON: Proposal? {
        let isMeant = declared.lowercased().hasPrefix("json")
        let isJSON = profile.hints.isAnyJSON && profile.blobs.isNone && profile.undecimals.isNone
        guard isMeant && isJSON else { return nil }
        let (every, isOne) = Self.every("value", profile.values)
        return Proposal(
            "type: jsonb",
            "\(every) \(isOne ? "is" : "are") JSON, and it is declared \(declared); right if no name in them is repeated"
        )
    }

    /// A column of booleans may hold words, alone or among zeros and ones: so Rails wrote them up to version 5.1.
    private var proposalForTruth: Proposal? {
        let (hints, texts) = (profile.hints, profile.texts.count)
        // Whatever is no word for a boolean, 0 or 1 is foreign, too.
        guard profile.meaning == .boolean, texts > 0, hints.isTruth, profile.foreign.count == texts else { return nil }
        let (every, isOne) = Self.every("text", texts)
        return Proposal(
            "type: boolean", "\(every) \(isOne ? "says" : "say") true or false, and it is declared \(declared)")
    }

    private var proposalForBytes: Proposal? {
        guard profile.meaning == .uuid, profile.hints.isUUIDBytes else { return nil }
        let (every, isOne) = Self.every("blob", profile.values)
        return Proposal("type: uuid", "\(every) \(isOne ? "has" : "have") the 16 bytes of a uuid")
    }

    private var proposalForTexts: Proposal? {
        let hints = profile.hints
        let (every, isOne) = Self.every("text", profile.texts.count)
        if hints.isJSON {
            return Proposal(
                "type: jsonb",
                "\(every) \(isOne ? "is" : "are") JSON: objects or arrays; right if no name in them is repeated")
        }
        if hints.isUUID && TypeChoice.choose(profile).type != .uuid {
            return Proposal("type: uuid", "\(every) \(isOne ? "is a uuid" : "are uuids")")
        }
        if hints.isAddress && NameWords(column.name).speakOfAddresses {
            return Proposal("type: inet", "\(every) \(isOne ? "is an address" : "are addresses") of IPv4 or IPv6")
        }
        // Where new rows get local time, the others most likely have it, too.
        let isLocal = column.default?.asksForLocalTime == true
        if profile.meaning == .moment, !isLocal, TypeChoice.choose(profile).type == .datetime {
            if hints.isNear1970 {
                return Proposal(
                    "span: since_1970",
                    "\(every) \(isOne ? "lies" : "lie") around 1970: right if they are time spans",
                    or: "timestamp: iso, zone: UTC")
            }
            return Proposal(
                "timestamp: iso, zone: UTC",
                "\(every) \(isOne ? "names" : "name") no zone: right if they are in UTC")
        }
        return profile.meaning == .moment ? profile.rounded : nil
    }

    private func proposalForNumbers(_ countsFrom2001: Bool) -> Proposal? {
        let hints = profile.hints
        let (every, isOne) = Self.every("number", profile.numbers)
        let counts = hints.moments(isCoreData: countsFrom2001).map { "timestamp: \($0.rawValue)" }
        if mayHoldTime, let first = counts.first {
            return Proposal(
                first, "\(every) \(isOne ? "lies" : "lie") between 1990 and 2100", or: counts.dropFirst().first)
        }
        if profile.meaning == .real, profile.reals.count > 0, hints.isMoney, NameWords(column.name).speakOfMoney {
            return Proposal("type: decimal(15,2)", "\(every) \(isOne ? "has" : "have") at most two decimals")
        }
        return nil
    }

    private static func every(_ noun: String, _ count: Int) -> (words: String, isOne: Bool) {
        count == 1 ? ("its only \(noun)", true) : ("all \(count) \(noun)s", false)
    }
}

extension ColumnProfile {
    /// The rule for timestamps that become texts: their seconds have more digits than both databases keep, or only some of them name a
    /// zone. `nil` for any other values.
    var rounded: Proposal? {
        guard values > 0, values == texts.count, hints.isTimestamp, TypeChoice.choose(self).type.isText else {
            return nil
        }
        return Proposal(
            "timestamp: iso, zone: UTC",
            "timestamps with more than six digits behind the seconds, or with a zone beside others without one: right if they may be rounded, "
                + "and those without a zone are in UTC"
        )
    }
}

extension DeclaredKind {
    fileprivate var isMoment: Bool {
        switch self {
        case .moment, .date, .time: true
        case .integer, .real, .text, .bytes, .boolean, .uuid, .numeric, .varchar, .decimal, .unknown: false
        }
    }
}

/// Renders words of YAML.
enum YAMLText {
    /// Returns the text as it is if YAML reads it as that text, and otherwise quoted as in JSON, which YAML reads too
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
