import Dialects

/// The evidence about a column: its name, its declaration and its values.
struct ColumnEvidence {
    let column: Column
    /// The type as the source declares it: `char(32)`.
    let declared: String
    let profile: ColumnProfile
    let table: Table

    /// Returns the rule that the values suggest; `nil` if there are no values, or if they suggest nothing beyond their type.
    /// `countsFrom2001` says that the database's program more likely counts time from 2001 than from 1970, `endsSpans` that it stores spans
    /// of time as the moments at which they end if they begin with 1970.
    func proposal(countsFrom2001: Bool = false, endsSpans: Bool = false) -> Proposal? {
        guard profile.values > 0 else { return nil }
        if let proposal = proposalForJSON ?? proposalForTruth { return proposal }
        if profile.values == profile.blobs.count { return proposalForBytes }
        if profile.values == profile.texts.count { return proposalForTexts(endsSpans: endsSpans) }
        if let spans = proposalForSpansBesideZeros(endsSpans: endsSpans) { return spans }
        let found = profile.values == profile.numbers ? proposalForNumbers(countsFrom2001) : nil
        guard found == nil, profile.meaning.isMoment, !countsFrom2001 else { return found }
        return profile.counted(as: profile.meaning, isKnown: false)
    }

    /// Whether a column without values may get the rule of the others of its declared type. A BIGINT may be anything; a column of time
    /// says so by its name or its type.
    func mayFollow(_ rule: ProposedRule.Rule) -> Bool {
        switch rule {
        case .timestamp, .day, .timeOfDay: mayHoldTime
        case .type, .span: !Self.plainTypes.contains(declared.lowercased())
        }
    }

    /// Whether the declared type says what the rule does, and not the values alone.
    func declares(_ rule: ProposedRule.Rule) -> Bool {
        switch rule {
        case .type(.boolean): profile.meaning == .boolean
        case .type(.json): declared.lowercased().hasPrefix("json")
        case .type(.uuid): profile.meaning == .uuid || declared.lowercased() == "char(32)" || hasSixteenBytes
        case .type(.inet), .type(.interval), .type(.time), .type(.date), .type(.datetime), .type(.timestamp),
            .type(.real), .type(.money):
            false
        case .timestamp, .day, .timeOfDay, .span: profile.meaning.isMoment
        }
    }

    /// Whether the column is declared for 16 bytes, as SQLAlchemy's types for uuids declare it; Alembic makes `NUMERIC(16)` of `BINARY(16)` when
    /// it makes a table anew.
    var hasSixteenBytes: Bool { ["binary(16)", "numeric(16)"].contains(declared.lowercased()) }

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
        guard profile.hints.isUUIDBytes else { return nil }
        let (every, isOne) = Self.every("blob", profile.values)
        guard profile.meaning == .uuid else {
            guard profile.hints.isMarkedUUIDBytes else { return nil }
            return Proposal.undecided(
                .type(.uuid), nil,
                "\(every) \(isOne ? "has" : "have") the 16 bytes of a uuid, with its version: right if the program means one"
            )
        }
        if GUIDBytes.mayBe(in: declared) {
            return Proposal.undecided(
                .type(.uuid), nil,
                "\(every) \(isOne ? "has" : "have") the 16 bytes of a uuid: right if they are in the order of its digits, but "
                    + GUIDBytes.order)
        }
        return Proposal(.type(.uuid), "\(every) \(isOne ? "has" : "have") the 16 bytes of a uuid")
    }

    private func proposalForTexts(endsSpans: Bool) -> Proposal? {
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
        if let naive = proposalForNaive(endsSpans: endsSpans) { return naive }
        return profile.meaning == .moment ? profile.rounded : profile.spelled
    }

    /// Moments without a zone. Those around 1970 may be spans of time, unless the column's name or its default says that it holds moments.
    private func proposalForNaive(endsSpans: Bool) -> Proposal? {
        // Where new rows get local time, the others most likely have it, too.
        let isLocal = column.default?.asksForLocalTime == true
        guard profile.meaning == .moment, !isLocal, TypeChoice.choose(profile).type == .datetime else { return nil }
        let (every, isOne) = Self.every("text", profile.texts.count)
        let moment = ProposedRule.Rule.timestamp(.iso, isUTC: true)
        let isMoment = NameWords(column.name).speakOfMoments || column.default?.isComputed == true
        guard profile.hints.isNear1970, !isMoment else {
            return Proposal(moment, "\(every) \(isOne ? "names" : "name") no zone: right if they are in UTC")
        }
        let reason = "\(every) \(isOne ? "lies" : "lie") around 1970: right if they are time spans"
        guard endsSpans else { return Proposal.undecided(.span(.since1970), moment, reason) }
        return Proposal(.span(.since1970), reason, or: moment)
    }

    /// Moments around 1970 beside zeros, which stand for no time at all: only as spans of time both mean something.
    private func proposalForSpansBesideZeros(endsSpans: Bool) -> Proposal? {
        let (hints, texts) = (profile.hints, profile.texts.count)
        guard profile.meaning == .moment, texts > 0, texts + hints.zeros == profile.values, hints.isNear1970,
            hints.isNaive
        else { return nil }
        let (every, isOne) = Self.every("text", texts)
        let reason = "\(every) \(isOne ? "lies" : "lie") around 1970, beside zeros: right if they are time spans"
        return endsSpans
            ? Proposal(.span(.since1970), reason) : Proposal.undecided(.span(.since1970), nil, reason)
    }

    private func proposalForNumbers(_ countsFrom2001: Bool) -> Proposal? {
        // The declared type says what the numbers are; for SQLite it is a word like any other.
        if SQLName.equal(declared, "interval") {
            return profile.spans(declared: declared, countsMicroseconds: false)
        }
        let hints = profile.hints
        let (every, isOne) = Self.every("number", profile.numbers)
        let counts = hints.moments(isCoreData: countsFrom2001).map { ProposedRule.Rule.timestamp($0) }
        if profile.meaning == .date, let days = profile.counted(as: .date, isKnown: false) { return days }
        if mayHoldTime, let first = counts.first {
            let reason = "\(every) \(isOne ? "lies" : "lie") between 1990 and 2100"
            guard profile.meaning == .date else { return Proposal(first, reason, or: counts.dropFirst().first) }
            return Proposal.undecided(
                first, counts.dropFirst().first,
                reason + ", but the column is declared \(declared), and not every number is a midnight in UTC")
        }
        if profile.meaning == .real, profile.reals.count > 0, hints.isMoney, NameWords(column.name).speakOfMoney {
            var money = Proposal(.type(.money), "\(every) \(isOne ? "has" : "have") at most two decimals")
            // Whole numbers, and one that is none, may be anything: the type would round what a program writes later.
            if hints.fractions < 2 { money.standing = .guessed }
            return money
        }
        return nil
    }

    private static func every(_ noun: String, _ count: Int) -> (words: String, isOne: Bool) {
        count == 1 ? ("its only \(noun)", true) : ("all \(count) \(noun)s", false)
    }
}

extension ColumnProfile {
    /// The rule for numbers of a column of moments, days or times of day, alone or beside texts that are timestamps. `isKnown` says that
    /// the column holds such values for certain: then what most of them count decides, and a unit that all of them may count in is said as a
    /// comment. `nil` for any other values.
    func counted(as kind: DeclaredKind, isKnown: Bool) -> Proposal? {
        let areTexts = texts.isNone || (hints.isTimestamp && kind == .moment)
        guard numbers > 0, numbers + texts.count == values, areTexts else { return nil }
        switch kind {
        case .moment: return countedMoments(isKnown: isKnown)
        case .date: return countedDays(isKnown: isKnown)
        case .time where isKnown: return countedTimes
        case .time, .integer, .real, .text, .bytes, .boolean, .uuid, .numeric, .varchar, .decimal, .unknown: return nil
        }
    }

    private func countedMoments(isKnown: Bool) -> Proposal? {
        // A text beside the numbers that names no zone is in UTC, as the numbers are.
        let beside = texts.isNone ? "" : ", beside texts that are timestamps"
        if let unit = hints.unix.likely {
            let reason = "\(unit.numbers) of \(numbers) numbers have the size of moments from 1973 on\(beside)"
            return isKnown
                ? Proposal(.timestamp(unit.count, isUTC: !texts.isNone), reason)
                : Proposal.undecided(
                    .timestamp(unit.count, isUTC: !texts.isNone), nil, reason + ": right if all are moments")
        }
        guard isKnown else { return nil }
        if hints.moments(isCoreData: false).first == .julian {
            return Proposal(.timestamp(.julian), "the numbers have the size of Julian days\(beside)")
        }
        let units = hints.unix.possible.map { ProposedRule.Rule.timestamp($0, isUTC: !texts.isNone) }
        guard let first = units.first else { return nil }
        return Proposal.undecided(
            first, units.dropFirst().first, "numbers for a timestamp\(beside), whose sizes do not say what they count")
    }

    private func countedDays(isKnown: Bool) -> Proposal? {
        let units = hints.unix.possible.filter { hints.unix.areDays($0) }
        guard let unit = units.first else { return countedDaysElsewhere }
        let rules = units.map { ProposedRule.Rule.day($0) }
        // A number that is a midnight by this unit is one of it, also if it lies near 1970.
        if hints.unix.mostCommon?.count == unit {
            let areMidnights = numbers == 1 ? "its only number is a midnight" : "all \(numbers) numbers are midnights"
            return Proposal(rules[0], areMidnights)
        }
        guard isKnown else { return nil }
        return Proposal.undecided(rules[0], rules.dropFirst().first, "the numbers are midnights in that unit")
    }

    /// The rule for midnights of another zone than UTC, beside the one for moments: sqlite-jdbc writes a day as its midnight in the zone of its
    /// JVM.
    private var countedDaysElsewhere: Proposal? {
        guard let unit = hints.unix.likely?.count, let minutes = hints.unix.minutesAhead(by: unit) else { return nil }
        let areMidnights = numbers == 1 ? "its only number is a midnight" : "all \(numbers) numbers are midnights"
        return Proposal.undecided(
            .day(unit, minutesAhead: minutes), .timestamp(unit),
            areMidnights + " in that zone: right if they are days that a program has written there")
    }

    /// Numbers alone say little: 123045 may be 12:30:45. Only a column that is declared for times of day makes the rule an active one.
    private var countedTimes: Proposal? {
        let units = hints.unix.ofDay.map { ProposedRule.Rule.timeOfDay($0) }
        guard let first = units.first else { return nil }
        let reason =
            "numbers for a time of day: right if they count from midnight, in UTC; those that Java has written count in the zone of its JVM, "
            + "so add that (zone: \"+01:00\")"
        let isCertain = meaning == .time && units.count == 1 && hints.unix.areMillisecondsOfDay
        return isCertain
            ? Proposal(first, reason) : Proposal.undecided(first, units.dropFirst().first, reason)
    }

    /// The rule for timestamps that become texts: their seconds have more digits than both databases keep, only some of them name a zone, or
    /// they are spelled as only a rule reads them. `nil` for any other values.
    var rounded: Proposal? {
        guard values > 0, values == texts.count, hints.isTimestamp, TypeChoice.choose(self).type.isText else {
            return nil
        }
        if hints.isSpelled { return Proposal(.timestamp(.iso), spelledReason) }
        let cut = hints.hasLastMoment ? "; 9999-12-31 23:59:59.9999999, .NET's last moment, is cut to six digits" : ""
        return Proposal(
            .timestamp(.iso, isUTC: true),
            "timestamps with more than six digits behind the seconds, or with a zone beside others without one: right if they may be rounded, "
                + "and those without a zone are in UTC" + cut
        )
    }

    /// The rule for moments in a column of texts, which its program may read as texts; `nil` for any other values.
    fileprivate var spelled: Proposal? {
        guard values > 0, values == texts.count, hints.isSpelled, hints.isTimestamp else { return nil }
        return Proposal.undecided(.timestamp(.iso), nil, spelledReason)
    }

    private var spelledReason: String {
        guard texts.count > 1 else { return "its only text is a moment that names its offset" }
        return "all \(texts.count) texts are moments that name their offsets"
    }
}

extension Default {
    /// Whether each new row gets a value of its own, as `CURRENT_TIMESTAMP` gives.
    fileprivate var isComputed: Bool {
        switch self {
        case .now, .today, .uuid, .expression: true
        case .text, .integer, .real, .boolean, .json: false
        }
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
