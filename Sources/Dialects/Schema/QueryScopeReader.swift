/// Reads the scopes of a query, and the names in them, from its tokens, once and from left to right.
struct QueryScopeReader {
    private let tokens: [SQLToken]
    private let types: Set<Int>
    private var at = 0
    private(set) var scopes: [QueryNames.Scope] = []
    private(set) var uses: [QueryNames.Use] = []
    private(set) var defined: Set<String> = []

    init(_ tokens: [SQLToken]) {
        self.tokens = tokens
        types = TypeNames(tokens).places
    }

    mutating func read() {
        while at < tokens.count {
            query(inside: nil)
            at += 1
        }
    }

    private enum Clause { case outside, list, from, joinCondition, order, other }

    private func token(_ place: Int) -> SQLToken? { tokens.indices.contains(place) ? tokens[place] : nil }

    private var beginsQuery: Bool {
        guard let next = token(at + 1) else { return false }
        return next.isWord("SELECT") || next.isWord("WITH") || next.isWord("VALUES")
    }

    /// How far a query has been read.
    private struct Position {
        /// The SELECT in which the query stands.
        let parent: Int?
        /// The SELECT that is read; -1 outside of all.
        var scope: Int
        var clause = Clause.outside
        /// The number of parentheses that are open.
        var depth = 0
        /// The place where the column of the result begins.
        var item: Int
    }

    /// Reads a whole query, up to the parenthesis that closes it or to the end.
    private mutating func query(inside parent: Int?) {
        var here = Position(parent: parent, scope: parent ?? -1, item: at)
        while at < tokens.count {
            let word = tokens[at]
            if word.isSymbol(")") {
                if here.depth == 0 { break }
                here.depth -= 1
                at += 1
            } else if word.isSymbol("("), beginsQuery {
                subquery(here)
            } else if word.isSymbol("(") {
                here.depth += 1
                at += 1
            } else if word.isWord("WITH"), here.clause == .outside {
                definitions(inside: parent)
            } else if word.isWord("SELECT"), here.depth == 0 {
                select(&here)
            } else if here.scope >= 0, let next = clause(word, depth: here.depth, now: here.clause) {
                begin(next, &here)
            } else {
                part(&here)
            }
        }
        if here.clause == .list, here.scope >= 0 { end(here.item, in: here.scope) }
    }

    private mutating func subquery(_ here: Position) {
        let isSource = here.clause == .from && here.scope >= 0
        at += 1
        query(inside: isSource ? scopes[here.scope].parent : (here.scope >= 0 ? here.scope : here.parent))
        at += 1
        if isSource { source(nil, at: at - 1, in: here.scope) }
    }

    private mutating func select(_ here: inout Position) {
        scopes.append(.init(parent: here.parent))
        here.scope = scopes.count - 1
        here.clause = .list
        at += 1
        if let next = token(at), next.isWord("DISTINCT") || next.isWord("ALL") { at += 1 }
        here.item = at
    }

    private mutating func begin(_ next: Clause, _ here: inout Position) {
        let isFrom = tokens[at].isWord("FROM")
        if here.clause == .list, next != .list { end(here.item, in: here.scope) }
        here.clause = next
        at += 1
        if isFrom { sourceName(in: here.scope) }
    }

    /// Reads a part of a clause.
    private mutating func part(_ here: inout Position) {
        if here.clause == .list, here.depth == 0, tokens[at].isSymbol(",") {
            end(here.item, in: here.scope)
            at += 1
            here.item = at
        } else if here.clause == .from || here.clause == .joinCondition {
            from(&here.clause, here.depth, in: here.scope)
        } else {
            expression(here.clause, here.depth, in: here.scope)
        }
    }

    /// Returns the clause that the word begins; `nil` if it begins none.
    private func clause(_ word: SQLToken, depth: Int, now: Clause) -> Clause? {
        guard word.kind == .word else { return nil }
        switch SQLName.keyword(word.text) {
        case "FROM": return depth == 0 && now == .list && token(at - 1)?.isWord("DISTINCT") != true ? .from : nil
        case "WHERE", "HAVING", "WINDOW", "LIMIT", "OFFSET", "FETCH", "GROUP":
            return depth == 0 ? .other : nil
        case "ORDER": return depth == 0 ? .order : nil
        case "UNION", "EXCEPT", "INTERSECT": return depth == 0 ? .outside : nil
        default: return nil
        }
    }

    // MARK: WITH

    /// Reads the definitions of a WITH: `WITH a AS (…), b (x) AS (…)`.
    private mutating func definitions(inside parent: Int?) {
        at += 1
        if token(at)?.isWord("RECURSIVE") == true { at += 1 }
        while let name = token(at)?.name {
            defined.insert(SQLName.folded(name))
            at += 1
            if token(at)?.isSymbol("(") == true { skipParenthesized() }
            while let next = token(at), !next.isSymbol("(") { if next.isWord("SELECT") { return } else { at += 1 } }
            at += 1
            query(inside: parent)
            at += 1
            guard token(at)?.isSymbol(",") == true else { return }
            at += 1
        }
    }

    private mutating func skipParenthesized() {
        var depth = 0
        while let next = token(at) {
            if next.isSymbol("(") { depth += 1 }
            if next.isSymbol(")") { depth -= 1 }
            at += 1
            if depth == 0 { return }
        }
    }

    // MARK: FROM

    private mutating func from(_ clause: inout Clause, _ depth: Int, in scope: Int) {
        let word = tokens[at]
        if word.isWord("JOIN") || (word.isSymbol(",") && clause == .from) || (word.isSymbol(",") && depth == 0) {
            clause = .from
            at += 1
            sourceName(in: scope)
        } else if word.isWord("NATURAL") {
            scopes[scope].isNatural = true
            at += 1
        } else if word.isWord("ON") {
            clause = .joinCondition
            at += 1
        } else if word.isWord("USING"), token(at + 1)?.isSymbol("(") == true {
            let start = at + 2
            at += 1
            skipParenthesized()
            scopes[scope].joining += tokens[start..<max(start, at - 1)].compactMap(\.name)
        } else if clause == .joinCondition {
            if QueryScopeReader.joins.contains(SQLName.keyword(word.text)), word.kind == .word {
                at += 1
            } else {
                expression(clause, depth, in: scope)
            }
        } else if token(at - 1)?.isSymbol("(") == true, word.name != nil {
            // This is a join in parentheses.
            sourceName(in: scope)
        } else {
            at += 1
        }
    }

    /// Moves behind a source's name and alias, if one begins here. A subquery is read by `query`.
    private mutating func sourceName(in scope: Int) {
        while let next = token(at), next.isWord("LATERAL") || next.isWord("ONLY") { at += 1 }
        guard let first = token(at), first.name != nil else { return }
        while token(at + 1)?.isSymbol(".") == true, token(at + 2)?.name != nil { at += 2 }
        let place = at
        at += 1
        if token(at)?.isSymbol("(") == true {
            let start = at
            skipParenthesized()
            let end = at
            // The arguments of a function may name columns of sources before it.
            at = start + 1
            while at < end - 1 { expression(.other, 1, in: scope) }
            at = end
            source(nil, at: place, in: scope)
        } else {
            source(tokens[place].name, at: place, in: scope)
        }
    }

    private mutating func source(_ relation: String?, at place: Int, in scope: Int) {
        var name = relation
        if token(at)?.isWord("AS") == true { at += 1 }
        var hasAlias = false
        if let alias = token(at), let text = alias.name,
            alias.kind == .quoted || !QueryScopeReader.notAliases.contains(SQLName.keyword(text))
        {
            name = text
            hasAlias = true
            at += 1
            if token(at)?.isSymbol("(") == true { skipParenthesized() }
        }
        let isDefined = relation.map { defined.contains(SQLName.folded($0)) } ?? true
        scopes[scope].sources.append(
            .init(relation: isDefined ? nil : relation, place: place, name: name ?? "", hasAlias: hasAlias))
    }

    private static let joins: Set<String> = ["LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS"]
    private static let notAliases: Set<String> = joins.union([
        "ON", "USING", "JOIN", "NATURAL", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "FETCH", "UNION",
        "EXCEPT", "INTERSECT", "WINDOW", "TABLESAMPLE", "INDEXED", "NOT",
    ])

    // MARK: Expressions

    private mutating func expression(_ clause: Clause, _ depth: Int, in scope: Int) {
        let place = at
        at += 1
        guard scope >= 0 else { return }
        let word = tokens[place]
        if word.isSymbol("*"), clause == .list, depth == 0 { return star(place, in: scope) }
        guard word.name != nil, !types.contains(place), !ColumnNames.isKeyword(word), isOperand(place) else { return }
        if clause == .list, depth == 0, isAlias(place) { return }
        var last = place
        while token(last + 1)?.isSymbol(".") == true, token(last + 2)?.name != nil { last += 2 }
        if token(last + 1)?.isSymbol(".") == true { return }
        at = last + 1
        guard token(at)?.isSymbol("(") != true else { return }
        uses.append(
            .init(
                place: last, scope: scope, qualifier: last > place ? last - 2 : nil,
                isOrder: clause == .order && depth == 0))
    }

    private func isOperand(_ place: Int) -> Bool {
        guard let before = token(place - 1) else { return true }
        return !before.isWord("AS") && !before.isWord("COLLATE") && !before.isWord("NULLS")
    }

    /// Returns whether the word is an alias: a word directly behind an operand is the operand's new name.
    private func isAlias(_ place: Int) -> Bool {
        guard let before = token(place - 1), !ColumnNames.isKeyword(tokens[place]) else { return false }
        switch before.kind {
        case .quoted, .number, .string: return true
        case .word: return before.isWord("END") || before.isWord("NULL") || !ColumnNames.isKeyword(before)
        case .symbol: return before.isSymbol(")") || before.isSymbol("]")
        case .space, .comment: return false
        }
    }

    private mutating func star(_ place: Int, in scope: Int) {
        guard let before = token(place - 1) else { return }
        if before.isSymbol("."), let qualifier = token(place - 2)?.name {
            scopes[scope].starsOf.append(SQLName.folded(qualifier))
        } else if before.isSymbol(",") || before.isWord("SELECT") || before.isWord("DISTINCT") || before.isWord("ALL") {
            scopes[scope].hasStar = true
        }
    }

    // MARK: Columns of the result

    /// Notes the name of the result column that ends here: its alias, or the column that it consists of.
    private mutating func end(_ item: Int, in scope: Int) {
        guard at > item, let name = tokens[at - 1].name else { return }
        if let use = uses.indices.last, uses[use].place == at - 1, uses[use].scope == scope {
            let first = uses[use].qualifier.map { firstOfChain($0) } ?? at - 1
            uses[use].isBareOutput = first == item
            if !uses[use].isBareOutput { return }
        }
        scopes[scope].outputs.append(name)
    }

    private func firstOfChain(_ place: Int) -> Int {
        var first = place
        while token(first - 1)?.isSymbol(".") == true, token(first - 2)?.name != nil { first -= 2 }
        return first
    }
}
