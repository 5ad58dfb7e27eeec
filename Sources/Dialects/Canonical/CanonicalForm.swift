/// What a column's values are compared as, in whatever shape two databases hold them: `1.50` and `1.5` are one decimal,
/// `2024-01-02T03:04:05Z` and `2024-01-02 03:04:05.000000+00` one moment, 1 and `true` one boolean.
public enum CanonicalForm: Sendable, Equatable {
    case integer
    case real
    case decimal
    case boolean
    case text
    case bytes
    /// A moment, in UTC; one without a zone is UTC.
    case moment
    /// A date and a time that belong to no zone.
    case reading
    case date
    case time
    case uuid
    /// What a JSON text says, as `jsonb` understands it.
    case json
    /// As it is stored: storage class and bytes.
    case stored

    /// `nil` for a type whose values nobody here knows how to read.
    public init?(_ type: ColumnType) {
        switch type {
        case .integer, .bigint: self = .integer
        case .real: self = .real
        case .decimal, .numeric: self = .decimal
        case .boolean: self = .boolean
        case .text, .varchar: self = .text
        case .bytes: self = .bytes
        case .timestamp: self = .moment
        case .datetime: self = .reading
        case .date: self = .date
        case .time: self = .time
        case .uuid: self = .uuid
        // A tool of another maker may have chosen them; what they hold is read without loss.
        case .native(_, "smallint"): self = .integer
        case .native(_, "real"): self = .real
        case .native(_, "json"), .native(_, "name"): self = .text
        case .json: self = .json
        case .native: return nil
        }
    }
}
