/// A query as SQLite reads it (https://www.sqlite.org/lang_select.html).
struct SQLiteQuery: Equatable {
    /// What WITH names.
    struct Named: Equatable {
        var name: String
        var columns: [String]
        var query: SQLiteQuery
    }

    enum Core: Equatable {
        case select(Select)
        case values([[SQLiteTree]])
    }

    struct Select: Equatable {
        var isDistinct = false
        var results: [Result] = []
        var sources: [Source] = []
        var condition: SQLiteTree?
        var groups: [SQLiteTree] = []
        var having: SQLiteTree?
        var windows: [(name: String, window: SQLiteWindow)] = []

        static func == (a: Select, b: Select) -> Bool {
            (a.isDistinct, a.results, a.sources, a.condition) == (b.isDistinct, b.results, b.sources, b.condition)
                && (a.groups, a.having, a.windows.map(\.name), a.windows.map(\.window))
                    == (b.groups, b.having, b.windows.map(\.name), b.windows.map(\.window))
        }
    }

    enum Result: Equatable {
        /// `*`, or `t.*`.
        case all(of: String?)
        /// `text`: as it is written, which is its name where it has no other.
        case expression(SQLiteTree, alias: String?, text: String)
    }

    /// One item of FROM, and how it is joined to those before it.
    struct Source: Equatable {
        enum Content: Equatable {
            case table(String)
            case query(SQLiteQuery)
            case joined([Source])
        }

        enum Join: Equatable { case inner, left, right, full }

        var content: Content
        var alias: String?
        var join = Join.inner
        var isNatural = false
        var on: SQLiteTree?
        var using: [String] = []
    }

    struct Order: Equatable {
        var term: SQLiteTree
        var isDescending = false
        /// Where it is said.
        var nullsFirst: Bool?
    }

    var isRecursive = false
    var named: [Named] = []
    var cores: [Core] = []
    /// Between the cores: `UNION ALL`.
    var operators: [String] = []
    var order: [Order] = []
    var limit: SQLiteTree?
    var offset: SQLiteTree?
}

/// What a function is computed over, row by row (https://www.sqlite.org/windowfunctions.html).
struct SQLiteWindow: Equatable {
    /// The window that it goes on from.
    var base: String?
    var partition: [SQLiteTree] = []
    var order: [SQLiteQuery.Order] = []
    /// As it is written: both databases have one grammar for it.
    var frame: String?
}

/// A call that says more than its arguments.
struct SQLiteCall: Equatable {
    enum Over: Equatable {
        case named(String)
        case window(SQLiteWindow)
    }

    var name: String
    var arguments: [SQLiteTree] = []
    var isDistinct = false
    var order: [SQLiteQuery.Order] = []
    var filter: SQLiteTree?
    var over: Over?
}
