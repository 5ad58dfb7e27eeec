// GROUP BY. SQLite shows any column, from any row of a group. PostgreSQL accepts only columns that have one value in each
// group, and only if it can see that (https://www.sqlite.org/lang_select.html, section 2.5; PostgreSQL's manual, SELECT, GROUP
// BY).

/// The columns that have one value in each group: those of GROUP BY, and those that depend on them.
struct SQLiteDependencies {
    typealias Place = SQLiteScope.Place

    /// The equalities in WHERE or in the condition of a join.
    struct Condition {
        /// The pairs of columns that are equal in every row.
        var pairs: [(Place, Place)] = []
        /// The columns that are equal to a constant.
        var constants: [Place] = []
        /// Whether the condition consists of these equalities only.
        var isComplete = true
    }

    private(set) var known: Set<Place>

    init(
        grouped: Set<Place>, _ relations: [SQLiteRelation], everywhere: [Condition], optional: [Int: Condition]
    ) {
        known = grouped
        for condition in everywhere { known.formUnion(condition.constants) }
        var count = -1
        while count != known.count {
            count = known.count
            for (a, b) in everywhere.flatMap(\.pairs) where known.contains(a) != known.contains(b) {
                known.formUnion([a, b])
            }
            for (at, condition) in optional { add(relation: at, relations[at], joined: condition) }
            for (at, relation) in relations.enumerated() where relation.keys.contains(where: { isKnown($0, at) }) {
                add(all: relation, at)
            }
        }
    }

    private func isKnown(_ key: Set<String>, _ relation: Int) -> Bool {
        key.allSatisfy { known.contains(Place(relation: relation, column: $0)) }
    }

    private mutating func add(all relation: SQLiteRelation, _ at: Int) {
        known.formUnion(relation.columns.map { Place(relation: at, column: SQLName.folded($0.name)) })
    }

    /// Adds the right side of a LEFT JOIN, if it is the same row, or none, for the whole group. That is so if its key is equal
    /// to known columns and constants, and the condition of the join has no other part.
    private mutating func add(relation at: Int, _ relation: SQLiteRelation, joined condition: Condition) {
        guard condition.isComplete else { return }
        var given = Set(condition.constants.filter { $0.relation == at }.map(\.column))
        for (a, b) in condition.pairs {
            let (own, other) = a.relation == at ? (a, b) : (b, a)
            guard own.relation == at, other.relation != at, known.contains(other) else { return }
            given.insert(own.column)
        }
        if relation.keys.contains(where: { $0.isSubset(of: given) }) { add(all: relation, at) }
    }
}

extension SQLiteExpressionTranslation {
    /// Returns the equalities in a condition of this SELECT.
    func equalities(_ tree: ExpressionTree) -> SQLiteDependencies.Condition {
        var condition = SQLiteDependencies.Condition()
        var rest = [tree]
        while let tree = rest.popLast() {
            if case .binary(.and, let left, let right) = tree {
                rest += [left, right]
            } else if case .binary(.compare(.equal), let left, let right) = tree {
                switch (place(of: left), place(of: right)) {
                case (let a?, let b?) where a.kind == b.kind: condition.pairs.append((a.place, b.place))
                case (let a?, nil) where right.isConstant: condition.constants.append(a.place)
                case (nil, let b?) where left.isConstant: condition.constants.append(b.place)
                case (_, _): condition.isComplete = false
                }
            } else {
                condition.isComplete = false
            }
        }
        return condition
    }

    /// Returns the column of this SELECT that an expression names; `nil` if it names none, or if the column's collation counts
    /// different texts as equal.
    private func place(of tree: ExpressionTree) -> (place: SQLiteScope.Place, kind: Kind)? {
        let found: Found?
        switch tree {
        case .name(let name, _): found = self.found(name)
        case .column(let relation, let name): found = self.found(name, of: relation)
        case .null, .number, .string, .blob, .boolean, .unary, .binary, .call, .aggregate, .row, .query, .exists,
            .isNull, .isIn, .isInQuery, .between, .matches, .collated, .cast, .choice:
            found = nil
        }
        guard let found, found.scope == 0, found.sense.collation == nil || found.sense.collation == .binary else {
            return nil
        }
        return (found.place, Self.kind(of: found.sense.type))
    }

    /// Returns the column of this SELECT that a term of GROUP BY names; `nil` as in `place(of:)`.
    func groupedPlace(_ tree: ExpressionTree) -> SQLiteScope.Place? { place(of: tree)?.place }

    /// Sorts the columns that are used without being grouped by. `added` are those that have one value in each group although
    /// PostgreSQL can't see it: the query groups by them too, which does not change the groups. `strange` are those that may
    /// have several values.
    func ungrouped(
        _ used: [SQLiteScope.Place], grouped: Set<SQLiteScope.Place>, _ dependencies: SQLiteDependencies
    ) -> (added: [SQLiteScope.Place], strange: [SQLiteScope.Place]) {
        let relations = scopes[0].relations
        var (added, strange): ([SQLiteScope.Place], [SQLiteScope.Place]) = ([], [])
        for place in used where !grouped.contains(place) {
            let key = relations[place.relation].primaryKey.map {
                SQLiteScope.Place(relation: place.relation, column: $0)
            }
            if !key.isEmpty, grouped.isSuperset(of: key) { continue }
            if dependencies.known.contains(place) {
                if !added.contains(place) { added.append(place) }
            } else if !strange.contains(place) {
                strange.append(place)
            }
        }
        return (added, strange)
    }

    /// Returns the ORDER BY that finds the row whose other columns SQLite shows; `nil` if there is no such row. If a query has
    /// a single min() or max(), it is the first row with that value (https://www.sqlite.org/lang_select.html, section 2.5).
    func pickedOrder(_ aggregates: [CallTree]) throws(Untranslatable) -> String? {
        let extremes = aggregates.filter { $0.name == "min" || $0.name == "max" }
        guard let call = extremes.first, extremes.allSatisfy({ $0 == call }), call.filter == nil,
            try !isCaseless(call.arguments[0])
        else { return nil }
        let value = try insideAggregate.piece(call.arguments[0])
        let order = QueryTree.Order(term: call.arguments[0], isDescending: call.name == "max", nullsFirst: false)
        return "ORDER BY \(([try ordered(value, false, order)] + keyOrder).joined(separator: ", "))"
    }

    /// Returns the column's name for messages.
    func rendered(_ place: SQLiteScope.Place) -> String {
        let relation = scopes[0].relations[place.relation]
        return "\(relation.name).\(relation.find(place.column)?.name ?? place.column)"
    }

    /// Returns the column's name in PostgreSQL's words.
    func sql(_ place: SQLiteScope.Place) -> String {
        let relation = scopes[0].relations[place.relation]
        return
            "\(SQLText.identifier(relation.name)).\(SQLText.identifier(relation.find(place.column)?.name ?? place.column))"
    }
}

extension ExpressionTree {
    /// Whether the expression is a literal, with or without a sign.
    var isConstant: Bool {
        switch self {
        case .number, .string, .blob, .boolean, .null: true
        case .unary(_, let operand): operand.isConstant
        case .name, .column, .binary, .call, .aggregate, .row, .query, .exists, .isNull, .isIn, .isInQuery, .between,
            .matches, .collated, .cast, .choice:
            false
        }
    }
}
