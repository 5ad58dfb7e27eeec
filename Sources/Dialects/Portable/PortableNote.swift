/// Where two databases would read portable text in different ways, and what it means. A dialect answers each in its own words, or
/// with nothing where it reads the text so already. Ranges are of tokens.
enum PortableNote: Hashable, Sendable {
    /// A name of a table, column or alias, as it is really spelled.
    case name(Int, String, isAlias: Bool)
    /// Another text for both.
    case literal(Range<Int>, String)
    /// A string that is a number.
    case numeral(Range<Int>, String)
    /// A decimal is compared as the number that it is.
    case number(Range<Int>)
    /// The largest or smallest decimal, as so many digits behind the point.
    case digits(Range<Int>, scale: Int)
    /// A 64-bit integer beside a double is compared as a double.
    case double(Range<Int>)
    /// Texts are ordered by their bytes.
    case bytes(Range<Int>, isAtom: Bool)
    /// `lower` and `upper` know the 26 letters of ASCII.
    case letters(Range<Int>, isAtom: Bool)
    /// A text that compares in the way that its COLLATE says: by bytes.
    case collation(Int)
    /// NULL is the smallest value: first, or last where it goes down. Behind this token.
    case nulls(Int, isFirst: Bool)
    /// What a term of ORDER BY stands for.
    case stands(Range<Int>, for: Range<Int>)
    /// A pattern that regards case.
    case match(words: Range<Int>, pattern: Range<Int>, escape: Range<Int>?, PortablePattern, isNegated: Bool)
    /// 0 and 1 beside a boolean.
    case truth(Range<Int>, Bool)
    /// `x'0a'`
    case blob(Range<Int>, String)
    /// Integers are computed with 64 bits.
    case wide(Range<Int>)
    /// An integer as text.
    case text(Range<Int>)
    /// A text that must be an integer of this type, or the row is refused: the whole cast, and the text in it.
    case integer(Range<Int>, of: Range<Int>, ColumnType)
    /// The words of a type in CAST.
    case type(Range<Int>, ColumnType)
    /// Compares NULL like a value: the operator's tokens.
    case sameness(Range<Int>, isNegated: Bool)
}

/// What a LIKE looks for.
struct PortablePattern: Hashable, Sendable {
    enum Piece: Hashable, Sendable { case anything, one, character(Unicode.Scalar) }
    var pieces: [Piece] = []
    /// Whether SQLite's own LIKE looks for the same: no letter in it, and nothing that only PostgreSQL takes for an escape.
    var isPlain = true

    /// `nil` if nothing follows the escape.
    init?(_ text: String, escape: Unicode.Scalar?, isEscapeSaid: Bool) {
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if scalar.properties.isAlphabetic || scalar.properties.changesWhenLowercased
                || scalar.properties.changesWhenUppercased
            {
                isPlain = false
            }
            if isEscaped {
                pieces.append(.character(scalar))
                isEscaped = false
            } else if scalar == escape {
                isEscaped = true
                if !isEscapeSaid { isPlain = false }
            } else if scalar == "%" {
                pieces.append(.anything)
            } else if scalar == "_" {
                pieces.append(.one)
            } else {
                pieces.append(.character(scalar))
            }
        }
        if isEscaped { return nil }
    }
}

/// A text that is being changed: token by token, from the inside out.
struct PortableDraft {
    private var pieces: [String]

    init(_ tokens: [SQLToken]) { pieces = tokens.map { $0.kind == .comment ? " " : $0.text } }

    var text: String { pieces.joined() }

    func text(of range: Range<Int>) -> String { pieces[range].joined() }

    mutating func wrap(_ range: Range<Int>, _ before: String, _ after: String) {
        pieces[range.lowerBound] = before + pieces[range.lowerBound]
        pieces[range.upperBound - 1] += after
    }

    mutating func replace(_ range: Range<Int>, with text: String) {
        for at in range { pieces[at] = "" }
        pieces[range.lowerBound] = text
    }

    mutating func append(_ text: String, behind token: Int) { pieces[token] += text }
}
