/// The form in which a column's values are compared, in whatever shape two databases hold them. `1.50` and `1.5` are the same
/// decimal, `2024-01-02T03:04:05Z` and `2024-01-02 03:04:05.000000+00` the same moment, 1 and `true` the same boolean.
package enum CanonicalForm: String, Sendable, Equatable {
    /// A whole number: 7, 7.0 and the text `7` are equal.
    case integer
    /// A double-precision number, compared bit by bit. All NaN are equal.
    case real
    /// A decimal number of any size: `1.50` and `1.5` are equal.
    case decimal
    /// `true` or `false`. The numbers 1 and 0 stand for them.
    case boolean
    /// The bytes of a text.
    case text
    /// The bytes of a text without the blanks at its end.
    case padded
    /// The bytes of a blob.
    case bytes
    /// A moment in UTC. A moment without a zone is read as UTC, and a date alone as its midnight.
    case moment
    /// A date and a time without a zone.
    case reading
    /// A day without a time.
    case date
    /// A time of day, in microseconds.
    case time
    /// Months, days and microseconds. A bare number counts microseconds.
    case interval
    /// An address of a host or a network.
    case address
    /// The 16 bytes of a UUID, however it is written.
    case uuid
    /// The meaning of a JSON text, as `jsonb` understands it.
    case json
    /// The value exactly as it is stored: its storage class and its bytes.
    case stored

    /// Returns the form for comparing two columns neither of which is held to its type. Columns of the same declared type are
    /// compared as they are stored. Columns of different types got their values by way of another database, which held the values
    /// to what both types have in common. `1.50` in a column of decimals and the text `1.5` are then equal.
    package static func common(_ a: ColumnType, _ b: ColumnType) -> CanonicalForm {
        if a.isStoredAlike(b) { return .stored }
        let forms = [a, b].map { CanonicalForm($0) ?? ($0.isNative ? .stored : .text) }
        if forms[0] == forms[1] { return forms[0] }
        if forms.contains(.bytes) { return .bytes }
        // A column of doubles or decimals holds only numbers, so the other column is compared as numbers too: SQLite stores a number in
        // a column that is declared for timestamps.
        if forms.contains(.real) || forms.contains(.decimal) { return .decimal }
        let calendars: [CanonicalForm] = [.moment, .reading, .date, .time]
        if let calendar = forms.first(where: calendars.contains) { return calendar == .time ? .time : .moment }
        if forms.contains(.interval) { return .interval }
        if forms.contains(.uuid) { return .uuid }
        if forms.contains(.json) { return .json }
        if forms.contains(.boolean) { return forms.contains(.text) ? .text : .boolean }
        // The types are integers, doubles, decimals, or none at all, and one side may hold text.
        return .decimal
    }

    /// Returns the form for a type; `nil` if nothing here can read the type's values.
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

    /// Returns the form for a type that another maker's tool may have chosen, whose values can be read without loss.
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

extension ColumnType {
    /// The form as which a column's values are compared. A type that only one database knows, such as an enumeration, is compared as
    /// the text that this database writes.
    package var comparedForm: CanonicalForm { CanonicalForm(self) ?? .text }

    /// Whether two columns neither of which is held to its type store every value alike. A length or width limit that nothing enforces
    /// makes no difference.
    package func isStoredAlike(_ other: ColumnType) -> Bool {
        self == other || (isText && other.isText) || (isInteger && other.isInteger)
    }
}
