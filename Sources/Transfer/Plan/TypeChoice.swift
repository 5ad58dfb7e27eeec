import Dialects

/// The type that a column gets in the target, and the reason if it is not the declared one.
struct TypeChoice: Equatable, Sendable {
    var type: ColumnType
    /// The reason, for people, without the column's name: `3 values are text ('n/a' in row 17, …)`.
    var reason: String?
    /// Whether a rule gives the type, so that no value widens it.
    var isGiven = false
    /// Whether the type is a guess: the column has neither a declared type nor values.
    var isGuessed = false

    init(_ type: ColumnType, because reason: String? = nil, isGiven: Bool = false) {
        self.type = type
        self.reason = reason
        self.isGiven = isGiven
    }

    /// Returns the type of a column with neither a declared type nor values, which is a guess.
    ///
    /// - Parameter isOfNumbers: Whether an expression asks the column for numbers.
    static func guess(isOfNumbers: Bool) -> TypeChoice {
        let reason = isOfNumbers ? "guessed, since an expression takes it for a number" : "text is a guess"
        var choice = TypeChoice(isOfNumbers ? .numeric : .text, because: "it is empty: \(reason)")
        choice.isGuessed = true
        return choice
    }

    /// Chooses the type, following the rules for the column.
    static func choose(_ profile: ColumnProfile, _ rule: EffectiveColumnRule) -> TypeChoice {
        if let type = rule.type { return TypeChoice(type, isGiven: true) }
        switch rule.policy {
        case .widen: return choose(profile)
        case .fail, .null, .quarantine: return kept(profile)
        }
    }

    /// Returns the type that the declaration suggests, even if values do not fit it. If it suggests no type, or only that the
    /// values are dates or moments, the values decide.
    private static func kept(_ profile: ColumnProfile) -> TypeChoice {
        switch profile.meaning {
        case .unknown: choose(profile)
        case .moment: TypeChoice(frequentMoment(profile))
        case .integer, .real, .text, .bytes, .boolean, .date, .time, .uuid, .numeric, .varchar, .decimal:
            TypeChoice(whenEmpty(profile.meaning))
        }
    }

    /// Returns the type of most values: moments with a zone, or without one. Days count as moments without a zone.
    private static func frequentMoment(_ profile: ColumnProfile) -> ColumnType {
        func count(_ isMeant: (CalendarShape) -> Bool) -> Int {
            profile.shapeCounts.filter { $0.shape.hasDate && isMeant($0.shape) }.reduce(0) { $0 + $1.count }
        }
        let naive = count { $0.hasTime && $0.offset == .none }
        let zoned = count { $0.hasTime && $0.offset != .none }
        let days = count { !$0.hasTime }
        return zoned > naive + days ? .timestamp : .datetime
    }

    /// Chooses the narrowest type that agrees with the declaration and holds every value exactly.
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

    /// Chooses a type by the values alone: integers, doubles, exact decimals or text.
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
        return numeric(profile, "integers that a double can't hold (\(example(profile.inexactIntegers)))")
    }

    private static func numeric(_ profile: ColumnProfile, _ reason: String?) -> TypeChoice {
        if profile.texts.count > 0 { return TypeChoice(.text, because: reason) }
        if profile.undecimals.isNone { return TypeChoice(.numeric, because: reason) }
        return TypeChoice(.text, because: "numbers that are not decimals (\(example(profile.undecimals)))")
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
                because: "\(profile.blobs.count) of \(profile.values) values: blobs (\(example(profile.blobs)))"
                    + asText)
        }
        return TypeChoice(.bytes, because: profile.foreign.isNone ? nil : foreign(profile) + asText)
    }

    /// What a column of bytes does not keep apart: `5`, `'5'` and `x'35'` are one.
    private static let asText = "; a number or text becomes the bytes of its text"

    /// Chooses the type of a column of dates or times. They keep their meaning only if all are of one kind. Numbers may count
    /// from any epoch, so they stay as they are.
    private static func calendar(_ meaning: DeclaredKind, _ profile: ColumnProfile) -> TypeChoice {
        guard profile.foreign.isNone else {
            // A column of numbers alone stays numeric, so that it can be compared and computed with, whatever the numbers count.
            return profile.texts.isNone
                ? byValues(profile, foreign(profile)) : TypeChoice(.text, because: foreign(profile))
        }
        let shapes = profile.shapeCounts
        let type: ColumnType? =
            switch meaning {
            case .date: shapes.allSatisfy { $0.shape.hasDate && !$0.shape.hasTime } ? .date : nil
            case .time: shapes.allSatisfy { !$0.shape.hasDate && $0.shape.offset == .none } ? .time : nil
            case .moment, .integer, .real, .text, .bytes, .boolean, .uuid, .numeric, .varchar, .decimal, .unknown:
                moment(shapes.map(\.shape))
            }
        let list = shapes.prefix(4).map { "\($0.count) × \($0.shape.description)" }.joined(separator: ", ")
        guard let type else {
            let kinds = Set(shapes.map { [$0.shape.hasDate, $0.shape.hasTime, $0.shape.offset != .none] })
            let words = kinds.count == 1 ? meaning.shapes : "the shapes differ in meaning"
            return TypeChoice(.text, because: "\(words): \(list)")
        }
        let isAsDeclared = type != .date || meaning == .date
        let areRenderedAlike = shapes.allSatisfy { isRenderedAlike(type, $0.shape) }
        return TypeChoice(type, because: isAsDeclared && areRenderedAlike ? nil : "shapes of text: \(list)")
    }

    private static func moment(_ shapes: [CalendarShape]) -> ColumnType? {
        guard shapes.allSatisfy(\.hasDate) else { return nil }
        // A date alone may mean the whole day, and among moments nobody knows which is meant: then all stay text. If there are
        // only days, each becomes the moment at which it begins, so that comparisons with moments still work.
        if shapes.allSatisfy({ !$0.hasTime }) { return .datetime }
        guard shapes.allSatisfy(\.hasTime) else { return nil }
        if shapes.allSatisfy({ $0.offset == .none }) { return .datetime }
        return shapes.allSatisfy { $0.offset != .none } ? .timestamp : nil
    }

    /// Whether PostgreSQL writes the values as they were, so that no note is needed.
    private static func isRenderedAlike(_ type: ColumnType, _ shape: CalendarShape) -> Bool {
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
        profile.numbers == 0
            ? nil
            : "\(profile.texts.count.counted("text", "texts")) among \(profile.numbers.counted("number", "numbers"))"
    }

    private static func example(_ found: ColumnProfile.Occurrences) -> String {
        found.example + (found.count > 1 ? ", …" : "")
    }
}
