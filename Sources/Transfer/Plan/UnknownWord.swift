import Dialects

/// A word of a declared type that SQLite does not know, such as `STRING` or `INET`. Its columns convert texts that read as numbers, but
/// that says nothing of what they are meant for.
struct UnknownWord: Hashable {
    /// The word in upper case, without arguments: `DATETIME2`.
    let text: String

    /// `nil` for every other declared type.
    init?(_ type: ColumnType) {
        guard let text = type.unknownWord, !text.isEmpty else { return nil }
        self.text = text
    }

    /// The type of a column without values: that of the database which has the word, and otherwise text, which holds whatever comes.
    var type: ColumnType {
        if !Self.bytes.isDisjoint(with: words) { return .bytes }
        return Self.moments[text] ?? (isOfNumbers ? .numeric : .text)
    }

    /// Whether a database has numbers under this word, or the word is a unit in which they count time.
    var isOfNumbers: Bool {
        let words = self.words
        let isNumber = words.contains { word in Self.beginnings.contains { word.hasPrefix($0) } }
        return isNumber || !Self.numbers.isDisjoint(with: words) || SpanRule(namedIn: text) != nil
    }

    private var words: [Substring] { text.split(separator: " ") }

    private static let bytes: Set<Substring> = ["BINARY", "VARBINARY", "BYTEA", "BYTES", "IMAGE", "RAW"]

    private static let moments: [String: ColumnType] = [
        "DATETIME2": .datetime, "SMALLDATETIME": .datetime, "DATETIMEOFFSET": .timestamp,
        "TIMESTAMP WITH LOCAL TIME ZONE": .timestamp,
    ]

    private static let beginnings = ["NUMBER", "NUMERIC", "DECIMAL"]

    private static let numbers: Set<Substring> = [
        "NUM", "DEC", "FIXED", "DECFLOAT", "MONEY", "SMALLMONEY", "CURRENCY", "BIT", "BYTE", "SHORT", "LONG", "SINGLE",
        "SIGNED", "UNSIGNED", "SERIAL", "BIGSERIAL", "SMALLSERIAL", "COUNTER", "AUTONUMBER", "YEAR",
    ]
}

/// The types of columns without values whose declared words `DeclaredKind` does not tell apart.
struct EmptyColumns {
    /// The type that all columns with values have got, by their declared word; `nil` where they differ.
    private var agreed: [UnknownWord: ColumnType?] = [:]

    init(_ tables: [ProfiledTable]) {
        for table in tables {
            for (at, profile) in table.profiles.enumerated() where profile.values > 0 {
                guard let word = UnknownWord(table.table.columns[at].type) else { continue }
                let choice = TypeChoice.choose(profile, table.columnRules[at])
                guard !choice.isGiven else { continue }
                if let known = agreed[word], known != choice.type {
                    agreed[word] = .some(nil)
                } else {
                    agreed[word] = .some(choice.type)
                }
            }
        }
    }

    /// Returns the type of a column without values; `nil` if its declaration tells it alone. Among numbers, those that others hold by now
    /// are no limit, and a number as the default speaks for numbers.
    func choice(of column: Column) -> TypeChoice? {
        if column.type == .timestamp { return TypeChoice(.timestamp) }
        guard column.generated == nil, !(column.default?.isNumber ?? false), let word = UnknownWord(column.type)
        else { return nil }
        if let known = agreed[word], let type = known, !word.isOfNumbers || type.isText || type == .bytes {
            return TypeChoice(type, because: "it is empty: the type of all other columns declared \(word.text)")
        }
        guard !word.isOfNumbers else { return nil }
        return TypeChoice(word.type, because: "it is empty: guessed from the word \(word.text)")
    }
}

extension Default {
    fileprivate var isNumber: Bool {
        switch self {
        case .integer, .real: true
        case .text, .boolean, .json, .now, .today, .uuid, .expression: false
        }
    }
}
