/// What can stand behind an operand and makes a longer expression of it: an operator, or the word that begins one.
enum SQLiteSuffix {
    /// A test that NOT can stand before: `a NOT IN (1, 2)`.
    enum Test {
        /// `IN`.
        case membership
        /// `BETWEEN`.
        case range
        case pattern(PatternOperator)
    }

    case binary(BinaryOperator)
    case test(Test)
    /// `NOT`, which a test or NULL follows.
    case negation
    /// `IS`, which NOT, NULL or DISTINCT FROM may follow.
    case identity
    /// `ISNULL`.
    case isNull
    /// `NOTNULL`.
    case notNull
    case collate

    init?(_ token: SQLToken) {
        switch token.kind {
        case .word: self.init(SQLName.keyword(token.text))
        case .symbol: self.init(token.text)
        case .quoted, .string, .number, .space, .comment: return nil
        }
    }

    private init?(_ word: String) {
        switch word {
        case "IN": self = .test(.membership)
        case "BETWEEN": self = .test(.range)
        case "NOT": self = .negation
        case "IS": self = .identity
        case "ISNULL": self = .isNull
        case "NOTNULL": self = .notNull
        case "COLLATE": self = .collate
        default:
            if let sign = BinaryOperator(word) {
                self = .binary(sign)
            } else if let sign = PatternOperator(rawValue: word) {
                self = .test(.pattern(sign))
            } else {
                return nil
            }
        }
    }

    /// How strongly the suffix binds its operands, from 1 for the loosest, in the order of the table in
    /// https://www.sqlite.org/lang_expr.html, section 2.
    var power: Int {
        switch self {
        case .binary(let sign): sign.power
        case .test, .negation, .identity, .isNull, .notNull: 4
        case .collate: 11
        }
    }
}

extension BinaryOperator {
    fileprivate var power: Int {
        switch self {
        case .or: 1
        case .and: 2
        case .compare(let sign): sign.isOrder ? 5 : 4
        case .compute(.bitAnd), .compute(.bitOr), .compute(.shiftLeft), .compute(.shiftRight): 6
        case .compute(.add), .compute(.subtract): 7
        case .compute(.multiply), .compute(.divide), .compute(.remainder): 8
        case .concatenate: 9
        case .member, .memberValue: 10
        }
    }
}
