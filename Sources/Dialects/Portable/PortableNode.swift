/// A piece of portable SQL as a tree. Each node knows the tokens from which it was read, so that a dialect can change the
/// tokens that it has to change and leave all others as they were written.
struct PortableNode: Sendable {
    indirect enum Kind: Sendable {
        case null
        case truth(Bool)
        case number(String)
        case string(String)
        case blob(String)
        case column(PortableName)
        case sign(String, PortableNode)
        case not(PortableNode)
        case all([PortableNode])
        case any([PortableNode])
        case joined([PortableNode])
        case arithmetic(String, PortableNode, PortableNode)
        case comparison(String, PortableNode, PortableNode)
        /// `IS DISTINCT FROM` and SQLite's `IS NOT` beside a value, by the tokens of the operator.
        case sameness(PortableNode, PortableNode, isNegated: Bool, words: Range<Int>)
        case isNull(PortableNode)
        case isTruth(PortableNode)
        case isIn(PortableNode, [PortableNode])
        case isInQuery(PortableNode, PortableQuery)
        case between(PortableNode, PortableNode, PortableNode)
        case like(PortableLike)
        case collated(PortableNode, name: Int)
        case cast(PortableNode, type: Range<Int>)
        case choice(subject: PortableNode?, branches: [Branch], otherwise: PortableNode?)
        case call(PortableCall)
        case scalar(PortableQuery)
        case exists(PortableQuery)
    }

    struct Branch: Sendable {
        var condition: PortableNode
        var value: PortableNode
    }

    var kind: Kind
    /// The node's tokens, including the blanks between them and the parentheses around them.
    var tokens: Range<Int>
    /// The node's tokens without the parentheses around them.
    var bare: Range<Int>
    /// The height of the tree below the node.
    var height: Int

    var isEnclosed: Bool { tokens != bare }

    /// Whether a suffix such as `COLLATE` applies to the whole node.
    var isAtom: Bool {
        if isEnclosed { return true }
        switch kind {
        case .null, .truth, .number, .string, .blob, .column, .cast, .choice, .call, .scalar, .exists: return true
        case .sign, .not, .all, .any, .joined, .arithmetic, .comparison, .sameness, .isNull, .isTruth, .isIn,
            .isInQuery, .between, .like, .collated:
            return false
        }
    }

    /// The direct children of the node. The nodes of a query inside it are not among them.
    var children: [PortableNode] {
        switch kind {
        case .null, .truth, .number, .string, .blob, .column, .scalar, .exists: return []
        case .sign(_, let node), .not(let node), .isNull(let node), .isTruth(let node), .isInQuery(let node, _),
            .collated(let node, _), .cast(let node, _):
            return [node]
        case .all(let nodes), .any(let nodes), .joined(let nodes): return nodes
        case .arithmetic(_, let a, let b), .comparison(_, let a, let b), .sameness(let a, let b, _, _): return [a, b]
        case .isIn(let subject, let items): return [subject] + items
        case .between(let subject, let low, let high): return [subject, low, high]
        case .like(let like): return [like.subject, like.pattern]
        case .choice(let subject, let branches, let otherwise):
            return [subject, otherwise].compactMap { $0 } + branches.flatMap { [$0.condition, $0.value] }
        case .call(let call): return call.children
        }
    }
}

/// A name, `column` or `table.column`, by its tokens.
struct PortableName: Sendable {
    var qualifier: Int?
    var name: Int
}

/// A LIKE: `subject [NOT] LIKE pattern [ESCAPE escape]`.
struct PortableLike: Sendable {
    var subject: PortableNode
    var pattern: PortableNode
    var escape: PortableNode?
    /// The tokens of `NOT LIKE`.
    var words: Range<Int>
    /// The tokens from `ESCAPE` to its character.
    var escapeWords: Range<Int>?
    var isNegated: Bool
}

struct PortableCall: Sendable {
    /// The function's name in lower case.
    var name: String
    var arguments: [PortableNode] = []
    /// Whether the call has the form `count(*)`.
    var isStar = false
    var isDistinct = false
    var filter: PortableNode?
    var window: PortableWindow?

    var children: [PortableNode] {
        arguments + [filter].compactMap { $0 } + (window.map { $0.partition + $0.order.map(\.node) } ?? [])
    }
}

struct PortableWindow: Sendable {
    var partition: [PortableNode] = []
    var order: [PortableOrder] = []
}

/// A term of an `ORDER BY`.
struct PortableOrder: Sendable {
    var node: PortableNode
    var isDescending = false
    /// Whether the term itself says where NULL is placed.
    var placesNulls = false
    /// The term's last token.
    var end: Int
}

/// A query: one or more SELECTs.
struct PortableQuery: Sendable {
    struct Named: Sendable {
        var name: Int
        var columns: [Int]
        var query: PortableQuery
    }

    var named: [Named] = []
    var isRecursive = false
    var cores: [PortableCore] = []
    /// The operators `UNION`, `UNION ALL`, …: one fewer than there are cores.
    var operators: [String] = []
    var order: [PortableOrder] = []
    var limit: PortableNode?
    var offset: PortableNode?
    var tokens: Range<Int> = 0..<0
}

/// One `SELECT`, or `VALUES`.
struct PortableCore: Sendable {
    enum Output: Sendable {
        /// `*` or `table.*`, at this token.
        case all(qualifier: Int?, at: Int)
        case value(PortableNode, name: Int?)
    }

    enum Join: String, Sendable { case comma, inner, cross, left, right, full }

    struct Source: Sendable {
        enum Kind: Sendable {
            case relation(Int)
            case query(PortableQuery)
        }
        var kind: Kind
        var alias: Int?
        var join: Join
        var condition: PortableNode?
        var using: [Int] = []
    }

    var isDistinct = false
    var outputs: [Output] = []
    var sources: [Source] = []
    var filter: PortableNode?
    var groups: [PortableNode] = []
    var having: PortableNode?
    /// The rows of `VALUES`.
    var rows: [[PortableNode]] = []
    var tokens: Range<Int> = 0..<0
}
