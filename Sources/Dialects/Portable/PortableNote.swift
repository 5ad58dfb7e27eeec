/// A place at which two databases would read portable text in different ways, and the meaning that both have to give it. A
/// dialect answers each note by a change of the text, or leaves the text alone if it reads it in that way already. Ranges are
/// ranges of tokens.
enum PortableNote: Hashable, Sendable {
    /// The name of a table, column or alias: its token, and its spelling in the schema. An alias has the spelling of the query
    /// that defines it.
    case name(Int, String, isAlias: Bool)
    /// A string literal, and the text that both databases need instead of it.
    case literal(Range<Int>, String)
    /// A string literal that stands for a number, and the number's text. SQLite needs that number; PostgreSQL gives a string
    /// its neighbour's type.
    case numeral(Range<Int>, String)
    /// A decimal that is compared or computed with as a number. SQLite stores it as a text.
    case number(Range<Int>)
    /// The largest or smallest of several decimals, which SQLite computes as a number. It becomes a decimal again, with this
    /// number of digits after the point.
    case digits(Range<Int>, scale: Int)
    /// An integer that is used as a double: a 64-bit integer beside a double, or the argument of `avg`.
    case double(Range<Int>)
    /// A text that compares by its bytes. An atom needs no parentheses before COLLATE.
    case bytes(Range<Int>, isAtom: Bool)
    /// The argument of a call of `lower` or `upper`. These functions are to change only the 26 letters of ASCII.
    case letters(Range<Int>, isAtom: Bool)
    /// The name of the collation in a COLLATE, which makes a text compare by its bytes.
    case collation(Int)
    /// The end of a term of ORDER BY whose value may be NULL. NULL counts as the smallest value: it comes first, or last in
    /// descending order.
    case nulls(Int, isFirst: Bool)
    /// A term of ORDER BY or GROUP BY that is the name or the number of a result, and the tokens of the result's expression.
    case stands(Range<Int>, for: Range<Int>)
    /// A LIKE, which distinguishes upper and lower case.
    case match(words: Range<Int>, pattern: Range<Int>, escape: Range<Int>?, PortablePattern, isNegated: Bool)
    /// The number 0 or 1 where a boolean is needed.
    case truth(Range<Int>, Bool)
    /// A literal of bytes, such as `x'0a'`, and its hexadecimal digits.
    case blob(Range<Int>, String)
    /// An integer that is computed with 64 bits, or a sum that is a 64-bit integer.
    case wide(Range<Int>)
    /// An integer that becomes a text, because `||` joins it to texts.
    case text(Range<Int>)
    /// A cast of a text to an integer of this type, which refuses the row if the text is no such integer: the whole cast, and
    /// the text in it.
    case integer(Range<Int>, of: Range<Int>, ColumnType)
    /// The name of a type in CAST, and the type.
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
