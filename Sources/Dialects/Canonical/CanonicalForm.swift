/// What a column's values are compared as, in whatever shape two databases hold them: `1.50` and `1.5` are one decimal,
/// `2024-01-02T03:04:05Z` and `2024-01-02 03:04:05.000000+00` one moment, 1 and `true` one boolean.
package enum CanonicalForm: String, Sendable, Equatable {
    /// A whole number: 7, 7.0 and the text `7` are one.
    case integer
    /// A double-precision number, compared bit by bit; all NaN are one.
    case real
    /// A decimal number of any size: `1.50` and `1.5` are one.
    case decimal
    /// `true` or `false`; the numbers 1 and 0 stand for them.
    case boolean
    /// The bytes of a text.
    case text
    /// The bytes of a text without the blanks at its end.
    case padded
    /// The bytes of a blob.
    case bytes
    /// A moment, in UTC; one without a zone is UTC.
    case moment
    /// A date and a time that belong to no zone.
    case reading
    /// A day without a time.
    case date
    /// A time of day, in microseconds.
    case time
    /// Months, days and microseconds; a number is microseconds.
    case interval
    /// An address of a host or a network.
    case address
    /// The 16 bytes of a UUID, in whatever way it is written.
    case uuid
    /// What a JSON text says, as `jsonb` understands it.
    case json
    /// As it is stored: storage class and bytes.
    case stored

    /// As what values of two columns are compared neither of which is held to its type. Where both declare the same, as they are
    /// stored. Where they differ, the values came by way of another database, which held them to what both have in common: `1.50`
    /// in a column of decimals and the text `1.5` are then one value.
    package static func common(_ a: ColumnType, _ b: ColumnType) -> CanonicalForm {
        // A limit that nothing enforces makes no other type.
        if a == b || (a.isText && b.isText) || (a.isInteger && b.isInteger) { return .stored }
        let forms = [a, b].map { CanonicalForm($0) ?? ($0.isNative ? .stored : .text) }
        if forms[0] == forms[1] { return forms[0] }
        if forms.contains(.bytes) { return .bytes }
        let calendars: [CanonicalForm] = [.moment, .reading, .date, .time]
        if let calendar = forms.first(where: calendars.contains) { return calendar == .time ? .time : .moment }
        if forms.contains(.interval) { return .interval }
        if forms.contains(.uuid) { return .uuid }
        if forms.contains(.json) { return .json }
        if forms.contains(.boolean) { return forms.contains(.text) ? .text : .boolean }
        // Integers, doubles, decimals, and columns without a type, one of them perhaps as text.
        return .decimal
    }

    /// `nil` for a type whose values nobody here knows how to read.
    package init?(_ type: ColumnType) {
        switch type {
        case .smallint, .integer, .bigint: self = .integer
        case .real: self = .real
        case .decimal, .numeric: self = .decimal
        case .boolean: self = .boolean
        case .text, .varchar, .jsonText: self = .text
        case .bytes: self = .bytes
        case .timestamp: self = .moment
        case .datetime: self = .reading
        case .date: self = .date
        case .time: self = .time
        case .interval: self = .interval
        case .uuid: self = .uuid
        case .json: self = .json
        case .ownForm: self = .stored
        case .native(_, let word): self.init(word: PostgreSQLTypeName(word).withoutPrecision.word)
        }
    }

    /// Types that a tool of another maker may have chosen: what they hold is read without loss.
    private init?(word: String) {
        switch word {
        case "smallint": self = .integer
        case "real", "double precision": self = .real
        case "json", "name": self = .text
        case "character": self = .padded
        case "interval", "interval day to second": self = .interval
        case "inet": self = .address
        case "timestamp with time zone": self = .moment
        case "timestamp without time zone": self = .reading
        case "time without time zone": self = .time
        default: return nil
        }
    }
}
