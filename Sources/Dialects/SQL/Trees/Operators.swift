// The operators of an expression tree. Each one describes itself in the words of SQLite, as the tree does.

/// An operator before an operand.
enum UnaryOperator: String {
    case not = "NOT"
    case minus = "-"
    case plus = "+"
    case complement = "~"
}

/// An operator between two operands.
enum BinaryOperator: Equatable {
    case or
    case and
    case compare(Comparison)
    case compute(NumberOperator)
    /// `||`.
    case concatenate
    /// `->`, which yields a part of JSON as JSON.
    case member
    /// `->>`, which yields a part of JSON as a value.
    case memberValue

    /// Creates the operator that is written in this way, with letters in capitals.
    init?(_ text: String) {
        switch text {
        case "OR": self = .or
        case "AND": self = .and
        case "||": self = .concatenate
        case "->": self = .member
        case "->>": self = .memberValue
        case "==": self = .compare(.equal)
        case "!=": self = .compare(.notEqual)
        default:
            if let sign = Comparison(rawValue: text) {
                self = .compare(sign)
            } else if let sign = NumberOperator(rawValue: text) {
                self = .compute(sign)
            } else {
                return nil
            }
        }
    }
}

enum Comparison: String {
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    /// `IS`, in the standard's words `IS NOT DISTINCT FROM`.
    case notDistinct = "IS"
    case distinct = "IS NOT"

    /// Whether the comparison tells which value is larger.
    var isOrder: Bool {
        switch self {
        case .less, .lessOrEqual, .greater, .greaterOrEqual: true
        case .equal, .notEqual, .notDistinct, .distinct: false
        }
    }

    /// Whether NULL compares as a value does. It makes the result of all other comparisons NULL.
    var comparesNull: Bool {
        switch self {
        case .notDistinct, .distinct: true
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: false
        }
    }

    /// Returns the result for two different values.
    func holds(leftIsSmaller: Bool) -> Bool {
        switch self {
        case .equal, .notDistinct: false
        case .notEqual, .distinct: true
        case .less, .lessOrEqual: leftIsSmaller
        case .greater, .greaterOrEqual: !leftIsSmaller
        }
    }
}

/// An operator that computes a number from two.
enum NumberOperator: String {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case bitAnd = "&"
    case bitOr = "|"
    case shiftLeft = "<<"
    case shiftRight = ">>"

    /// Whether the operator computes with the bits of integers.
    var isOfBits: Bool {
        switch self {
        case .bitAnd, .bitOr, .shiftLeft, .shiftRight: true
        case .add, .subtract, .multiply, .divide, .remainder: false
        }
    }
}

/// An operator that compares a text with a pattern.
enum PatternOperator: String {
    case like = "LIKE"
    case glob = "GLOB"
    case match = "MATCH"
    case regexp = "REGEXP"
}

extension UnaryOperator: CustomStringConvertible {
    var description: String { rawValue }
}

extension BinaryOperator: CustomStringConvertible {
    var description: String {
        switch self {
        case .or: "OR"
        case .and: "AND"
        case .compare(let sign): sign.rawValue
        case .compute(let sign): sign.rawValue
        case .concatenate: "||"
        case .member: "->"
        case .memberValue: "->>"
        }
    }
}

extension Comparison: CustomStringConvertible {
    var description: String { rawValue }
}

extension NumberOperator: CustomStringConvertible {
    var description: String { rawValue }
}

extension PatternOperator: CustomStringConvertible {
    var description: String { rawValue }
}
