// Queries in PostgreSQL's words: each name in full, each value in the kind that its column has there.

extension SQLiteExpressionTranslation {
    /// A query, said.
    struct Rows {
        var sql: String
        var columns: [ColumnSense]
        /// Columns that tell its rows apart, where they are known to; folded.
        var key: Set<String>?
    }

    /// One SELECT or VALUES before its results are put together with those of others.
    private struct Part {
        struct Result {
            var name: String
            var piece: Piece
            var isCaseless = false
            var collation: Collation?
        }

        var isDistinct = false
        var results: [Result]
        /// From FROM on.
        var tail = ""
        /// Further rows of VALUES.
        var rows: [[Piece]] = []
        /// ORDER BY, where this is the whole query.
        var order: [String] = []
        /// The names of what its rows are grouped by, where all of that is shown.
        var key: Set<String>?

        var sql: String {
            guard rows.isEmpty else {
                let list = rows.map { "(\($0.map(\.sql).joined(separator: ", ")))" }
                return "VALUES \(list.joined(separator: ", "))"
            }
            let list = results.map { result in
                let name = SQLText.identifier(result.name)
                return result.piece.sql.hasSuffix(".\(name)") ? result.piece.sql : "\(result.piece.sql) AS \(name)"
            }
            return "SELECT \(isDistinct ? "DISTINCT " : "")\(list.joined(separator: ", "))\(tail)"
        }

        /// Shows columns as they are, and not as the text that others compute with; or only the text.
        mutating func settle(showsOwn: Bool) {
            for at in results.indices {
                guard showsOwn, let own = results[at].piece.own else {
                    results[at].piece.own = nil
                    continue
                }
                results[at].piece.sql = own.sql
            }
        }
    }

    /// A view's query, with the columns that it yields.
    static func view(_ text: String, over tables: [Table]) throws(Untranslatable) -> Rows {
        guard let query = SQLiteTreeParser.query(text) else {
            throw Untranslatable("it is written in words that have no known counterpart")
        }
        var translation = SQLiteExpressionTranslation(columns: [], for: .view)
        for table in tables { translation.relations[SQLName.folded(table.name)] = SQLiteRelation(table) }
        return try translation.rows(of: query, isView: true)
    }

    /// `isView`: whether it is the whole of a view, whose columns go on to compare as those that it shows.
    func rows(
        of query: SQLiteQuery, wanting kinds: [Kind]? = nil, isView: Bool = false
    ) throws(Untranslatable) -> Rows {
        var translation = self
        var named: [String] = []
        var isRecursive = false
        for part in query.named { named.append(try translation.add(part, &isRecursive)) }
        let with = named.isEmpty ? "" : "WITH \(isRecursive ? "RECURSIVE " : "")\(named.joined(separator: ", ")) "
        var rows = try translation.united(query, wanting: kinds, isView: isView)
        rows.sql = with + rows.sql
        return rows
    }

    /// One of the queries of WITH: what follows can read it, and so can it itself where it says so.
    private mutating func add(_ part: SQLiteQuery.Named, _ isRecursive: inout Bool) throws(Untranslatable) -> String {
        func named(_ rows: Rows) -> SQLiteRelation {
            var columns = rows.columns
            for (at, name) in part.columns.enumerated() where at < columns.count { columns[at].name = name }
            var relation = SQLiteRelation(part.name, columns)
            if part.columns.isEmpty, let key = rows.key { relation.keys = [key] }
            return relation
        }
        var rows: Rows
        let seeds = part.query.cores.prefix { !$0.reads(part.name) }
        if seeds.count < part.query.cores.count, !seeds.isEmpty {
            isRecursive = true
            var seed = part.query
            (seed.cores, seed.operators) = (Array(seeds), Array(part.query.operators.prefix(seeds.count - 1)))
            (seed.order, seed.limit, seed.offset) = ([], nil, nil)
            var inside = self
            let start = try inside.rows(of: seed)
            inside.relations[SQLName.folded(part.name)] = named(start)
            rows = try inside.rows(of: part.query, wanting: start.columns.map { Self.kind(of: $0.type) })
        } else {
            rows = try self.rows(of: part.query)
        }
        let relation = named(rows)
        relations[SQLName.folded(part.name)] = relation
        let columns = SQLText.identifiers(relation.columns.map(\.name))
        return "\(SQLText.identifier(part.name))(\(columns)) AS (\(rows.sql))"
    }

    /// All its SELECTs, in one kind a column, in order and cut.
    private func united(
        _ query: SQLiteQuery, wanting kinds: [Kind]?, isView: Bool
    ) throws(Untranslatable) -> Rows {
        let isAlone = query.cores.count == 1
        var parts: [Part] = []
        for core in query.cores { parts.append(try part(core, query.order, isAlone: isAlone)) }
        guard parts.allSatisfy({ $0.results.count == parts[0].results.count }) else {
            throw Untranslatable("its SELECTs have different numbers of columns")
        }
        if kinds != nil || !isAlone { try unify(&parts, wanting: kinds) }
        let merges = parts.contains(where: \.isDistinct) || query.operators.contains { $0 != "UNION ALL" }
        if merges, let caseless = parts.flatMap(\.results).first(where: \.isCaseless) {
            throw Untranslatable("it compares \(caseless.name), whose texts are equal here without regard to case")
        }
        for at in parts.indices { parts[at].settle(showsOwn: isView && query.showsRowsAsTheyAre) }
        var sql = parts[0].sql
        // SQLite goes from left to right, PostgreSQL takes INTERSECT first.
        let isNested = query.operators.count > 1 && query.operators.contains("INTERSECT")
        for (at, part) in parts.enumerated().dropFirst() {
            sql = "\(isNested && at > 1 ? "(\(sql))" : sql) \(query.operators[at - 1]) \(part.sql)"
        }
        if !query.order.isEmpty {
            let isFree = isAlone && !parts[0].isDistinct
            sql = isFree ? sql + ordered(parts[0].order) : try ordered(sql, query, parts)
        }
        sql += try limit(query)
        let columns = parts[0].results.indices.map { at in
            let result = parts[0].results[at]
            return ColumnSense(
                result.piece.edited { $0.isNullable = parts.contains { $0.results[at].piece.isNullable } },
                result.collation, name: result.name)
        }
        return Rows(sql: sql, columns: columns, key: isAlone ? parts[0].key : nil)
    }

    private func ordered(_ terms: [String]) -> String {
        terms.isEmpty ? "" : " ORDER BY \(terms.joined(separator: ", "))"
    }

    private func limit(_ query: SQLiteQuery) throws(Untranslatable) -> String {
        var sql = ""
        if let limit = query.limit {
            let isNone = if case .unary("-", .number) = limit { true } else { false }
            if !isNone { sql += " LIMIT \(try number(piece(limit)).sql)" }
        }
        if let offset = query.offset { sql += " OFFSET \(try number(piece(offset)).sql)" }
        return sql
    }

    /// Each column in one kind: that of all its SELECTs together, or the one that is wanted.
    private func unify(_ parts: inout [Part], wanting kinds: [Kind]?) throws(Untranslatable) {
        for column in parts[0].results.indices {
            var pieces: [Piece] = []
            for part in parts {
                pieces += part.rows.isEmpty ? [part.results[column].piece] : part.rows.map { $0[column] }
            }
            if let kind = kinds.flatMap({ column < $0.count ? $0[column] : nil }) {
                // A number by itself is a short one, and a string of no type yet.
                pieces = try unified(pieces + [Piece("", kind)]).dropLast().map { piece in
                    piece.edited { $0.sql = "(\(piece.sql))::\(kind.word)" }
                }
            } else {
                pieces = try unified(pieces)
            }
            var next = 0
            for at in parts.indices {
                parts[at].results[column].piece = pieces[next]
                guard !parts[at].rows.isEmpty else {
                    next += 1
                    continue
                }
                for row in parts[at].rows.indices {
                    parts[at].rows[row][column] = pieces[next]
                    next += 1
                }
            }
            let kind = Self.kind(of: pieces)
            parts[0].results[column].piece.kind = kind
            parts[0].results[column].piece.isDecimal = pieces.allSatisfy(\.isExact)
        }
    }

    /// ORDER BY behind rows that were made one: PostgreSQL then takes columns only, so that the order stands around the query.
    private func ordered(_ sql: String, _ query: SQLiteQuery, _ parts: [Part]) throws(Untranslatable) -> String {
        let results = parts[0].results
        var terms: [String] = []
        for order in query.order {
            guard let at = place(of: order.term, in: query.cores[0], results) else {
                throw Untranslatable("it is sorted by what its rows do not show")
            }
            let name = "\(SQLText.identifier("rows")).\(SQLText.identifier(results[at].name))"
            let isCaseless =
                if case .collated(_, let name) = order.term { SQLName.keyword(name) == "NOCASE" } else {
                    results[at].isCaseless
                }
            terms.append(Self.ordered(results[at].piece.edited { $0.sql = name }, isCaseless, order))
        }
        return "SELECT * FROM (\(sql)) AS \(SQLText.identifier("rows"))\(ordered(terms))"
    }

    /// Which result a term of ORDER BY means: by its number, by its name, or because it is the same.
    private func place(of term: SQLiteTree, in core: SQLiteQuery.Core, _ results: [Part.Result]) -> Int? {
        if case .collated(let inner, _) = term { return place(of: inner, in: core, results) }
        if case .number(let text) = term, let number = Int(text), results.indices.contains(number - 1) {
            return number - 1
        }
        if case .name(let name, _) = term, let at = results.firstIndex(where: { SQLName.equal($0.name, name) }) {
            return at
        }
        if case .column(_, let name) = term { return results.firstIndex { SQLName.equal($0.name, name) } }
        guard case .select(let select) = core, select.results.count == results.count else { return nil }
        return select.results.firstIndex { if case .expression(let tree, _, _) = $0 { tree == term } else { false } }
    }

    // MARK: One SELECT

    private func part(
        _ core: SQLiteQuery.Core, _ order: [SQLiteQuery.Order], isAlone: Bool
    ) throws(Untranslatable) -> Part {
        switch core {
        case .select(let select): return try part(select, isAlone && !select.isDistinct ? order : [])
        case .values(let rows):
            var list: [[Piece]] = []
            for row in rows {
                var pieces: [Piece] = []
                for tree in row { pieces.append(try piece(tree)) }
                list.append(pieces)
            }
            guard let first = list.first, list.allSatisfy({ $0.count == first.count }) else {
                throw Untranslatable("its VALUES have different numbers of columns")
            }
            var part = Part(
                results: first.enumerated().map { Part.Result(name: "column\($0.offset + 1)", piece: $0.element) })
            part.rows = list
            var parts = [part]
            try unify(&parts, wanting: nil)
            return parts[0]
        }
    }

    private func part(_ select: SQLiteQuery.Select, _ order: [SQLiteQuery.Order]) throws(Untranslatable) -> Part {
        let (scope, texts) = try scope(of: select.sources)
        var inside = self
        inside.scopes.insert(scope, at: 0)
        let sources = try inside.said(select.sources, texts)
        let shown = try inside.shown(select.results)
        for result in shown {
            if let alias = result.alias { inside.scopes[0].aliases[SQLName.folded(alias)] = result.tree }
        }
        var tail = select.sources.isEmpty ? "" : " FROM \(sources.sql)"
        if let condition = select.condition { tail += " WHERE \(try inside.condition(condition))" }
        var grouping = try inside.grouping(select, shown.map(\.tree))
        inside.scopes[0].groups = Set(grouping.texts)
        var body = try inside.body(select, shown, order)
        if !grouping.texts.isEmpty || !body.uses.aggregates.isEmpty {
            let conditions = sources.everywhere + (select.condition.map { [inside.equalities($0)] } ?? [])
            let dependencies = SQLiteDependencies(
                grouped: grouping.places, scope.relations, everywhere: conditions, optional: sources.optional)
            let found = inside.ungrouped(body.uses.places, grouped: grouping.places, dependencies)
            grouping.texts += found.added.map(inside.sql)
            if let strange = found.strange.first {
                guard let first = try inside.pickedOrder(body.uses.aggregates) else {
                    throw Untranslatable(
                        "it shows \(inside.rendered(strange)), of which a group may hold several values, and takes any of them"
                    )
                }
                inside.scopes[0].picked = (Set(found.strange), first)
                body = try inside.body(select, shown, order)
            }
        }
        let shownGroups = body.results.filter { inside.scopes[0].groups.contains($0.piece.sql) }
        let isKeyed = !inside.scopes[0].groups.isEmpty && Set(shownGroups.map(\.piece.sql)) == inside.scopes[0].groups
        if !grouping.texts.isEmpty { tail += " GROUP BY \(grouping.texts.joined(separator: ", "))" }
        return Part(
            isDistinct: select.isDistinct, results: body.results, tail: tail + body.having + body.windows,
            order: body.order,
            key: isKeyed ? Set(shownGroups.map { SQLName.folded($0.name) }) : nil)
    }

    /// A result that is shown, and what it is called.
    private struct Shown {
        var tree: SQLiteTree
        var alias: String?
        var name: String
    }

    /// The results with `*` written out, no two of one name: SQLite calls the second `id:1`.
    private func shown(_ results: [SQLiteQuery.Result]) throws(Untranslatable) -> [Shown] {
        var list: [Shown] = []
        for result in results {
            switch result {
            case .expression(let tree, let alias, let text):
                list.append(Shown(tree: tree, alias: alias, name: alias ?? sense(of: tree)?.name ?? text))
            case .all(let name):
                let relations = scopes[0].relations.indices.filter { at in
                    name.map { SQLName.equal($0, scopes[0].relations[at].name) } ?? true
                }
                guard !relations.isEmpty else { throw Untranslatable("it shows all of \(name ?? "nothing")") }
                for at in relations {
                    let relation = scopes[0].relations[at]
                    for column in relation.columns {
                        let merged = scopes[0].merged[SQLName.folded(column.name)] ?? []
                        if name == nil, merged.contains(at), merged.min() != at { continue }
                        list.append(
                            Shown(tree: .column(of: relation.name, column.name), alias: nil, name: column.name))
                    }
                }
            }
        }
        var taken: Set<String> = []
        for at in list.indices {
            let name = Self.cut(list[at].name, to: 63)
            var candidate = name
            var number = 0
            while !taken.insert(SQLName.folded(candidate)).inserted {
                number += 1
                candidate = "\(Self.cut(name, to: 58)):\(number)"
            }
            list[at].name = candidate
        }
        return list
    }

    /// PostgreSQL's names have 63 bytes.
    private static func cut(_ name: String, to count: Int) -> String {
        var name = name
        while name.utf8.count > count { name.removeLast() }
        return name
    }

    /// What the rows are grouped by, in PostgreSQL's words, and which of it are columns.
    private func grouping(
        _ select: SQLiteQuery.Select, _ results: [SQLiteTree]
    ) throws(Untranslatable) -> (texts: [String], places: Set<SQLiteScope.Place>) {
        var texts: [String] = []
        var places: Set<SQLiteScope.Place> = []
        for var tree in select.groups {
            if case .number(let text) = tree, let number = Int(text) {
                guard results.indices.contains(number - 1) else {
                    throw Untranslatable("it groups by a column that it has not")
                }
                tree = results[number - 1]
            } else if case .name(let name, _) = tree, found(name) == nil,
                let alias = scopes[0].aliases[SQLName.folded(name)]
            {
                tree = alias
            }
            let piece = try piece(tree)
            guard piece.kind != .text || !isCaseless(tree) else {
                throw Untranslatable(
                    "it groups by \(sense(of: tree)?.name ?? "a text"), whose texts are equal here without regard to case, and shows any of them"
                )
            }
            // One group for all: PostgreSQL would take a number for a column's place.
            guard !tree.isConstant else { throw Untranslatable("it groups by a constant") }
            if let place = groupedPlace(tree) { places.insert(place) }
            if !texts.contains(piece.sql) { texts.append(piece.sql) }
        }
        return (texts, places)
    }

    /// What stands before FROM and behind GROUP BY, and what it was found to use.
    private struct Body {
        var results: [Part.Result] = []
        var having = ""
        var windows = ""
        var order: [String] = []
        let uses = SQLiteColumnUses()
    }

    private func body(
        _ select: SQLiteQuery.Select, _ shown: [Shown], _ order: [SQLiteQuery.Order]
    ) throws(Untranslatable) -> Body {
        var body = Body()
        var inside = self
        inside.scopes[0].uses = body.uses
        var plain = inside
        plain.scopes[0].aliases = [:]
        for result in shown {
            body.results.append(
                Part.Result(
                    name: result.name, piece: try plain.piece(result.tree), isCaseless: plain.isCaseless(result.tree),
                    collation: plain.collation(of: result.tree)))
        }
        if let having = select.having { body.having = " HAVING \(try inside.condition(having))" }
        var windows: [String] = []
        for (name, window) in select.windows {
            windows.append("\(SQLText.identifier(name)) AS (\(try inside.said(window)))")
        }
        if !windows.isEmpty { body.windows = " WINDOW \(windows.joined(separator: ", "))" }
        for term in order {
            // The name of a result comes before that of a column here, and a number is its place.
            var tree = term.term
            if case .number(let text) = tree, let number = Int(text), shown.indices.contains(number - 1) {
                tree = shown[number - 1].tree
            } else if case .name(let name, _) = tree,
                let result = shown.first(where: { $0.alias.map { SQLName.equal($0, name) } ?? false })
            {
                tree = result.tree
            } else if case .collated(.name(let name, _), let collation) = tree,
                let result = shown.first(where: { $0.alias.map { SQLName.equal($0, name) } ?? false })
            {
                tree = .collated(result.tree, collation)
            }
            guard !tree.isConstant else { continue }
            body.order.append(Self.ordered(try inside.piece(tree), inside.isCaseless(tree), term))
        }
        return body
    }
}

extension SQLiteQuery {
    /// Whether each of its rows is one of what it reads: none are made one.
    fileprivate var showsRowsAsTheyAre: Bool {
        guard cores.count == 1, case .select(let select) = cores[0] else { return false }
        return select.groups.isEmpty && !select.isDistinct
    }
}

extension SQLiteQuery.Core {
    /// Whether it reads a relation of this name.
    fileprivate func reads(_ name: String) -> Bool {
        switch self {
        case .select(let select): select.sources.contains { $0.reads(name) }
        case .values: false
        }
    }
}

extension SQLiteQuery.Source {
    fileprivate func reads(_ name: String) -> Bool {
        switch content {
        case .table(let table): SQLName.equal(table, name)
        case .query(let query): query.cores.contains { $0.reads(name) }
        case .joined(let sources): sources.contains { $0.reads(name) }
        }
    }
}
