/// A place at which two databases would read portable text in different ways, and the meaning that both have to give it. A
/// dialect answers each note by a change of the text, or leaves the text alone if it reads it in that way already. Ranges are
/// ranges of tokens.
enum PortableNote: Hashable, Sendable {
    /// The name of a table, column or alias, as it is written in the schema.
    case name(Int, String, isAlias: Bool)
    /// A literal that both databases need in another text.
    case literal(Range<Int>, String)
    /// A string that stands for a number.
    case numeral(Range<Int>, String)
    /// A decimal that is compared as a number.
    case number(Range<Int>)
    /// The largest or smallest decimal, with this number of digits after the point.
    case digits(Range<Int>, scale: Int)
    /// A 64-bit integer that is compared as a double, because it stands beside a double.
    case double(Range<Int>)
    /// A text that is ordered by its bytes.
    case bytes(Range<Int>, isAtom: Bool)
    /// A call of `lower` or `upper`, which know the 26 letters of ASCII only.
    case letters(Range<Int>, isAtom: Bool)
    /// A COLLATE after a text, which makes the text compare by bytes.
    case collation(Int)
    /// NULL counts as the smallest value behind this token: it comes first, or last in descending order.
    case nulls(Int, isFirst: Bool)
    /// A term of ORDER BY, and the tokens that it stands for.
    case stands(Range<Int>, for: Range<Int>)
    /// A pattern that distinguishes upper and lower case.
    case match(words: Range<Int>, pattern: Range<Int>, escape: Range<Int>?, PortablePattern, isNegated: Bool)
    /// 0 or 1 beside a boolean.
    case truth(Range<Int>, Bool)
    /// A literal of bytes, such as `x'0a'`.
    case blob(Range<Int>, String)
    /// An integer that is computed with 64 bits.
    case wide(Range<Int>)
    /// An integer that becomes a text.
    case text(Range<Int>)
    /// A cast of a text to an integer of this type, which refuses the row if the text is no such integer: the whole cast, and
    /// the text in it.
    case integer(Range<Int>, of: Range<Int>, ColumnType)
    /// The name of a type in CAST.
    case type(Range<Int>, ColumnType)
    /// A comparison that treats NULL like a value: the operator's tokens.
    case sameness(Range<Int>, isNegated: Bool)
}

/// The pattern of a LIKE.
struct PortablePattern: Hashable, Sendable {
    enum Piece: Hashable, Sendable { case anything, one, character(Unicode.Scalar) }
    var pieces: [Piece] = []
    /// Whether SQLite's own LIKE gives the same result: the pattern has no letter, and nothing that only PostgreSQL takes for
    /// an escape.
    var isPlain = true

    /// Reads a pattern; returns `nil` if nothing follows an escape character.
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

/// A text in the course of being changed, token by token, from the inside out.
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
