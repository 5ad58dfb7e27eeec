import Dialects

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
    func mayFollow(_ rule: ProposedRule.Rule) -> Bool {
        switch rule {
        case .timestamp: mayHoldTime
        case .type, .span: !Self.plainTypes.contains(declared.lowercased())
        }
    }

    /// Whether the declared type says what the rule does, and not the values alone.
    func declares(_ rule: ProposedRule.Rule) -> Bool {
        switch rule {
        case .type(.boolean): profile.meaning == .boolean
        case .type(.json): declared.lowercased().hasPrefix("json")
        case .type(.uuid): profile.meaning == .uuid || declared.lowercased() == "char(32)"
        case .type(.inet), .type(.interval), .type(.money): false
        case .timestamp, .span: profile.meaning.isMoment
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
            .type(.json),
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
            .type(.boolean), "\(every) \(isOne ? "says" : "say") true or false, and it is declared \(declared)")
    }

    private var proposalForBytes: Proposal? {
        guard profile.meaning == .uuid, profile.hints.isUUIDBytes else { return nil }
        let (every, isOne) = Self.every("blob", profile.values)
        return Proposal(.type(.uuid), "\(every) \(isOne ? "has" : "have") the 16 bytes of a uuid")
    }

    private var proposalForTexts: Proposal? {
        let hints = profile.hints
        let (every, isOne) = Self.every("text", profile.texts.count)
        if hints.isJSON {
            return Proposal(
                .type(.json),
                "\(every) \(isOne ? "is" : "are") JSON: objects or arrays; right if no name in them is repeated")
        }
        if hints.isUUID && TypeChoice.choose(profile).type != .uuid {
            return Proposal(.type(.uuid), "\(every) \(isOne ? "is a uuid" : "are uuids")")
        }
        if hints.isAddress && NameWords(column.name).speakOfAddresses {
            return Proposal(.type(.inet), "\(every) \(isOne ? "is an address" : "are addresses") of IPv4 or IPv6")
        }
        // Where new rows get local time, the others most likely have it, too.
        let isLocal = column.default?.asksForLocalTime == true
        if profile.meaning == .moment, !isLocal, TypeChoice.choose(profile).type == .datetime {
            if hints.isNear1970 {
                return Proposal(
                    .span(.since1970),
                    "\(every) \(isOne ? "lies" : "lie") around 1970: right if they are time spans",
                    or: .timestamp(.iso, isUTC: true))
            }
            return Proposal(
                .timestamp(.iso, isUTC: true),
                "\(every) \(isOne ? "names" : "name") no zone: right if they are in UTC")
        }
        return profile.meaning == .moment ? profile.rounded : nil
    }

    private func proposalForNumbers(_ countsFrom2001: Bool) -> Proposal? {
        // The declared type says what the numbers are; for SQLite it is a word like any other.
        if SQLName.equal(declared, "interval") {
            return profile.spans(declared: declared, countsMicroseconds: false)
        }
        let hints = profile.hints
        let (every, isOne) = Self.every("number", profile.numbers)
        let counts = hints.moments(isCoreData: countsFrom2001).map { ProposedRule.Rule.timestamp($0) }
        if mayHoldTime, let first = counts.first {
            return Proposal(
                first, "\(every) \(isOne ? "lies" : "lie") between 1990 and 2100", or: counts.dropFirst().first)
        }
        if profile.meaning == .real, profile.reals.count > 0, hints.isMoney, NameWords(column.name).speakOfMoney {
            return Proposal(.type(.money), "\(every) \(isOne ? "has" : "have") at most two decimals")
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
            .timestamp(.iso, isUTC: true),
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
