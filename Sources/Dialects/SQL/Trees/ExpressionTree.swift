/// An expression as a tree, in the words of SQLite: PostgreSQL's expressions are written in them before they are read. It covers the part
/// of https://www.sqlite.org/lang_expr.html that schemas use.
indirect enum ExpressionTree: Equatable {
    case null
    case number(String)
    case string(String)
    case blob(String)
    case boolean(Bool)
    /// A bare name. `isQuoted` says that it is in double quotes: SQLite reads it as a string if there is no such column.
    case name(String, isQuoted: Bool)
    /// `t.name`.
    case column(of: String, String)
    case unary(UnaryOperator, ExpressionTree)
    case binary(BinaryOperator, ExpressionTree, ExpressionTree)
    case call(String, [ExpressionTree])
    /// A call with DISTINCT, `*`, ORDER BY, FILTER or OVER.
    case aggregate(CallTree)
    /// `(a, b)`.
    case row([ExpressionTree])
    /// A query that stands for the first value of its first row.
    case query(QueryTree)
    case exists(QueryTree)
    case isNull(ExpressionTree, negated: Bool)
    case isIn(ExpressionTree, [ExpressionTree], negated: Bool)
    case isInQuery(ExpressionTree, QueryTree, negated: Bool)
    case between(ExpressionTree, ExpressionTree, ExpressionTree, negated: Bool)
    case matches(PatternOperator, ExpressionTree, ExpressionTree, escape: ExpressionTree?, negated: Bool)
    case collated(ExpressionTree, String)
    case cast(ExpressionTree, String)
    case choice([Branch], otherwise: ExpressionTree?)

    struct Branch: Equatable {
        var condition: ExpressionTree
        var value: ExpressionTree
    }
}

extension ExpressionTree {
    /// Whether COLLATE stands behind the expression.
    var isCollated: Bool { if case .collated = self { true } else { false } }

    /// The column's name, if the expression is nothing but that, with or without its table's.
    var columnName: String? {
        switch self {
        case .name(let name, _), .column(_, let name): name
        case .null, .number, .string, .blob, .boolean, .unary, .binary, .call, .aggregate, .row, .query, .exists,
            .isNull,
            .isIn, .isInQuery, .between, .matches, .collated, .cast, .choice:
            nil
        }
    }

    /// The expressions from which the expression is computed, apart from those inside queries.
    var operands: [ExpressionTree] {
        switch self {
        case .null, .number, .string, .blob, .boolean, .name, .column, .query, .exists: []
        case .unary(_, let operand), .collated(let operand, _), .cast(let operand, _), .isNull(let operand, _),
            .isInQuery(let operand, _, _):
            [operand]
        case .binary(_, let left, let right): [left, right]
        case .call(_, let operands), .row(let operands): operands
        case .aggregate(let call): call.arguments
        case .isIn(let operand, let items, _): [operand] + items
        case .between(let operand, let low, let high, _): [operand, low, high]
        // In the order of the function's arguments: like(pattern, text, escape).
        case .matches(_, let text, let pattern, let escape, _): [pattern, text] + [escape].compactMap { $0 }
        case .choice(let branches, let otherwise):
            branches.flatMap { [$0.condition, $0.value] } + [otherwise].compactMap { $0 }
        }
    }
}

/// A call that may have DISTINCT, ORDER BY, FILTER or OVER in addition to its arguments.
struct CallTree: Equatable {
    enum Over: Equatable {
        case named(String)
        case window(QueryTree.Window)
    }

    var name: String
    var arguments: [ExpressionTree] = []
    var isDistinct = false
    var order: [QueryTree.Order] = []
    var filter: ExpressionTree?
    var over: Over?
}
