import Dialects

/// The type that a column gets in the target, and why it is not the one that its declaration speaks of.
struct TypeChoice: Equatable, Sendable {
    var type: ColumnType
    /// For people, without the column's name: `3 values are text ('n/a' in row 17, …)`.
    var reason: String?
    /// Whether a rule says so: then no value widens it.
    var isGiven = false

    init(_ type: ColumnType, because reason: String? = nil, isGiven: Bool = false) {
        self.type = type
        self.reason = reason
        self.isGiven = isGiven
    }

    /// The type under what the rules say of the column.
    static func choose(_ profile: ColumnProfile, _ rule: EffectiveColumnRule) -> TypeChoice {
        if let type = rule.type { return TypeChoice(type, isGiven: true) }
        switch rule.policy {
        case .widen: return choose(profile)
        case .fail, .null, .quarantine: return kept(profile)
        }
    }

    /// The type that the declaration speaks of, whatever does not fit it. Where it speaks of none, or of a kind only that dates
    /// and moments have in common, the values decide.
    private static func kept(_ profile: ColumnProfile) -> TypeChoice {
        switch profile.meaning {
        case .unknown: choose(profile)
        case .moment: TypeChoice(frequentMoment(profile))
        case .integer, .real, .text, .bytes, .boolean, .date, .time, .uuid, .numeric, .varchar, .decimal:
            TypeChoice(whenEmpty(profile.meaning))
        }
    }

    /// What most values are: moments with a zone, or without one, as days are.
    private static func frequentMoment(_ profile: ColumnProfile) -> ColumnType {
        func count(_ isMeant: (CalendarShape) -> Bool) -> Int {
            profile.shapeCounts.filter { $0.shape.hasDate && isMeant($0.shape) }.reduce(0) { $0 + $1.count }
        }
        let naive = count { $0.hasTime && $0.offset == .none }
        let zoned = count { $0.hasTime && $0.offset != .none }
        let days = count { !$0.hasTime }
        return zoned > naive + days ? .timestamp : .datetime
    }

    /// The narrowest type that says what the declaration says and holds every value exactly.
    static func choose(_ profile: ColumnProfile) -> TypeChoice {
        let meaning = profile.meaning
        if let bytes = bytes(meaning, profile) { return bytes }
        if profile.values == 0 { return TypeChoice(whenEmpty(meaning)) }
        switch meaning {
        case .date, .time, .moment: return calendar(meaning, profile)
        case .boolean: return profile.foreign.isNone ? TypeChoice(.boolean) : byValues(profile, foreign(profile))
        case .uuid: return profile.foreign.isNone ? TypeChoice(.uuid) : TypeChoice(.text, because: foreign(profile))
        case .decimal(let precision, let scale):
            if profile.foreign.isNone { return TypeChoice(.decimal(precision, scale)) }
            return numeric(profile, foreign(profile))
        case .numeric: return numeric(profile, profile.foreign.isNone ? nil : foreign(profile))
        case .varchar(let length):
            return profile.foreign.isNone
                ? TypeChoice(.varchar(length)) : TypeChoice(.text, because: foreign(profile))
        case .text: return TypeChoice(.text, because: profile.numbers == 0 ? nil : foreign(profile))
        case .integer, .real, .bytes:
            return byValues(profile, profile.foreign.isNone ? nil : foreign(profile))
        case .unknown: return byValues(profile, nil)
        }
    }

    /// What is left when no declaration helps: integers, doubles, exact decimals, text.
    static func byValues(_ profile: ColumnProfile, _ reason: String?) -> TypeChoice {
        if profile.values == 0 { return TypeChoice(.text, because: reason) }
        if profile.texts.count > 0 { return TypeChoice(.text, because: reason ?? mixture(profile)) }
        if profile.reals.isNone {
            return profile.meaning == .real ? real(profile, reason) : TypeChoice(.bigint, because: reason)
        }
        return real(profile, reason)
    }

    private static func real(_ profile: ColumnProfile, _ reason: String?) -> TypeChoice {
        if profile.inexactIntegers.isNone { return TypeChoice(.real, because: reason) }
        return numeric(profile, "integers that no double holds (\(example(profile.inexactIntegers)))")
    }

    private static func numeric(_ profile: ColumnProfile, _ reason: String?) -> TypeChoice {
        if profile.texts.count > 0 { return TypeChoice(.text, because: reason) }
        if profile.undecimals.isNone { return TypeChoice(.numeric, because: reason) }
        return TypeChoice(.text, because: "numbers that are no decimals (\(example(profile.undecimals)))")
    }

    private static func bytes(_ meaning: DeclaredKind, _ profile: ColumnProfile) -> TypeChoice? {
        if profile.unwritable.count > 0 {
            return TypeChoice(
                .bytes,
                because:
                    "\(profile.unwritable.count) of \(profile.values) values: text with NUL or invalid UTF-8 (\(example(profile.unwritable)))"
            )
        }
        guard profile.blobs.count > 0 else { return nil }
        if meaning != .bytes {
            return TypeChoice(
                .bytes,
                because: "\(profile.blobs.count) of \(profile.values) values: blobs (\(example(profile.blobs)))")
        }
        return TypeChoice(.bytes, because: profile.foreign.isNone ? nil : foreign(profile))
    }

    /// Dates and times keep their meaning only when all are of one kind; a number may be of any epoch, and stays as it is.
    private static func calendar(_ meaning: DeclaredKind, _ profile: ColumnProfile) -> TypeChoice {
        guard profile.foreign.isNone else {
            // Numbers alone can be compared and computed with, whatever they count.
            return profile.texts.isNone
                ? byValues(profile, foreign(profile)) : TypeChoice(.text, because: foreign(profile))
        }
        let shapes = profile.shapeCounts
        let type: ColumnType? =
            switch meaning {
            case .date: shapes.allSatisfy { $0.shape.hasDate && !$0.shape.hasTime } ? .date : nil
            case .time: shapes.allSatisfy { !$0.shape.hasDate && $0.shape.offset == .none } ? .time : nil
            default: moment(shapes.map(\.shape))
            }
        let list = shapes.prefix(4).map { "\($0.count) × \($0.shape.description)" }.joined(separator: ", ")
        guard let type else { return TypeChoice(.text, because: "the shapes differ in meaning: \(list)") }
        let isAsDeclared = type != .date || meaning == .date
        let isSpelledAlike = shapes.allSatisfy { isSpelledSo(type, $0.shape) }
        return TypeChoice(type, because: isAsDeclared && isSpelledAlike ? nil : "shapes of text: \(list)")
    }

    private static func moment(_ shapes: [CalendarShape]) -> ColumnType? {
        guard shapes.allSatisfy(\.hasDate) else { return nil }
        // A date alone may mean the whole day, and beside moments nobody knows: then all stay text. Where there are days alone each
        // is the moment at which it begins: what is compared with a moment stays comparable.
        if shapes.allSatisfy({ !$0.hasTime }) { return .datetime }
        guard shapes.allSatisfy(\.hasTime) else { return nil }
        if shapes.allSatisfy({ $0.offset == .none }) { return .datetime }
        return shapes.allSatisfy { $0.offset != .none } ? .timestamp : nil
    }

    /// Whether PostgreSQL writes the values as they were, so that nothing is to be said about them.
    private static func isSpelledSo(_ type: ColumnType, _ shape: CalendarShape) -> Bool {
        type == .date || (shape.hasTime && shape.hasSeconds && !shape.hasT && shape.offset == .none)
    }

    static func whenEmpty(_ meaning: DeclaredKind) -> ColumnType {
        switch meaning {
        case .integer: .bigint
        case .real: .real
        case .text: .text
        case .bytes: .bytes
        case .boolean: .boolean
        case .date: .date
        case .time: .time
        case .moment: .datetime
        case .uuid: .uuid
        case .numeric: .numeric
        case .varchar(let length): .varchar(length)
        case .decimal(let precision, let scale): .decimal(precision, scale)
        case .unknown(let type): type
        }
    }

    private static func foreign(_ profile: ColumnProfile) -> String {
        "\(profile.foreign.count) of \(profile.values) values: \(profile.meaning.denial) (\(example(profile.foreign)))"
    }

    private static func mixture(_ profile: ColumnProfile) -> String? {
        profile.numbers == 0 ? nil : "\(profile.texts.count) texts among \(profile.numbers) numbers"
    }

    private static func example(_ found: ColumnProfile.Occurrences) -> String {
        found.example + (found.count > 1 ? ", …" : "")
    }
}
