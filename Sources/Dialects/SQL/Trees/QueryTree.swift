/// A query as SQLite reads it (https://www.sqlite.org/lang_select.html).
struct QueryTree: Equatable {
    /// A query of WITH, and its name.
    struct Named: Equatable {
        var name: String
        var columns: [String]
        var query: QueryTree
    }

    enum Core: Equatable {
        case select(Select)
        case values([[ExpressionTree]])
    }

    struct Select: Equatable {
        var isDistinct = false
        /// The terms of PostgreSQL's `DISTINCT ON (…)`.
        var distinctOn: [ExpressionTree] = []
        var results: [Result] = []
        var sources: [Source] = []
        var condition: ExpressionTree?
        var groups: [ExpressionTree] = []
        var having: ExpressionTree?
        var windows: [(name: String, window: QueryTree.Window)] = []

        static func == (a: Select, b: Select) -> Bool {
            (a.isDistinct, a.results, a.sources, a.condition) == (b.isDistinct, b.results, b.sources, b.condition)
                && a.distinctOn == b.distinctOn
                && (a.groups, a.having, a.windows.map(\.name), a.windows.map(\.window))
                    == (b.groups, b.having, b.windows.map(\.name), b.windows.map(\.window))
        }
    }

    enum Result: Equatable {
        /// `*`, or `t.*` for the table with this name.
        case all(of: String?)
        /// An expression. `text` is its text as written, which is the result's name if it has no alias.
        case expression(ExpressionTree, alias: String?, text: String)
    }

    /// One item of FROM, and the way in which it is joined to those before it.
    struct Source: Equatable {
        enum Content: Equatable {
            case table(String)
            case query(QueryTree)
            case joined([Source])
        }

        enum Join: Equatable { case inner, left, right, full }

        var content: Content
        var alias: String?
        var join = Join.inner
        var isNatural = false
        var on: ExpressionTree?
        var using: [String] = []
    }

    enum SetOperator: String {
        case union = "UNION"
        case unionAll = "UNION ALL"
        case intersect = "INTERSECT"
        case except = "EXCEPT"
    }

    struct Order: Equatable {
        var term: ExpressionTree
        var isDescending = false
        /// Whether NULL comes first; `nil` if the query does not say.
        var nullsFirst: Bool?
    }

    var isRecursive = false
    var named: [Named] = []
    var cores: [Core] = []
    /// The operators between the cores.
    var operators: [SetOperator] = []
    var order: [Order] = []
    var limit: ExpressionTree?
    var offset: ExpressionTree?
}

extension QueryTree.Core {
    /// Returns whether the SELECT reads a relation of this name.
    func reads(_ name: String) -> Bool {
        switch self {
        case .select(let select): select.sources.contains { $0.reads(name) }
        case .values: false
        }
    }
}

extension QueryTree.Source {
    func reads(_ name: String) -> Bool {
        switch content {
        case .table(let table): SQLName.equal(table, name)
        case .query(let query): query.cores.contains { $0.reads(name) }
        case .joined(let sources): sources.contains { $0.reads(name) }
        }
    }
}

extension QueryTree {
    /// The rows over which a function is computed (https://www.sqlite.org/windowfunctions.html).
    struct Window: Equatable {
        /// The name of the window that this one extends.
        var base: String?
        var partition: [ExpressionTree] = []
        var order: [QueryTree.Order] = []
        /// The frame's text as written: both databases have the same grammar for it.
        var frame: String?
    }
}
