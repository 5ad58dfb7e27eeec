// GROUP BY: SQLite shows any column of any row of a group. PostgreSQL takes what the group has one value of, where it can see that
// (https://www.sqlite.org/lang_select.html, section 2.5; PostgreSQL's manual, SELECT, GROUP BY).

/// Which columns have one value in each group: those that it is grouped by, and what hangs on them.
struct SQLiteDependencies {
    typealias Place = SQLiteScope.Place

    /// One side of a join, or WHERE, as far as it is read here.
    struct Condition {
        /// Columns that are equal in every row.
        var pairs: [(Place, Place)] = []
        /// Columns that are equal to a constant.
        var constants: [Place] = []
        /// Whether it says nothing but that.
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

    /// The right side of a LEFT JOIN is one row, or none, for the whole group, where its key is equal to what is known and nothing
    /// else decides whether it is there.
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
    /// What a condition says about columns that are equal, in the SELECT that it stands in.
    func equalities(_ tree: SQLiteTree) -> SQLiteDependencies.Condition {
        var condition = SQLiteDependencies.Condition()
        var rest = [tree]
        while let tree = rest.popLast() {
            guard case .binary(let sign, let left, let right) = tree, sign == "AND" || sign == "=" else {
                condition.isComplete = false
                continue
            }
            if sign == "AND" {
                rest += [left, right]
            } else {
                switch (place(of: left), place(of: right)) {
                case (let a?, let b?) where a.kind == b.kind: condition.pairs.append((a.place, b.place))
                case (let a?, nil) where right.isConstant: condition.constants.append(a.place)
                case (nil, let b?) where left.isConstant: condition.constants.append(b.place)
                case (_, _): condition.isComplete = false
                }
            }
        }
        return condition
    }

    /// The column of this SELECT that an expression is; none whose texts are equal though they differ.
    private func place(of tree: SQLiteTree) -> (place: SQLiteScope.Place, kind: Kind)? {
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

    /// The column of this SELECT that is grouped by.
    func groupedPlace(_ tree: SQLiteTree) -> SQLiteScope.Place? { place(of: tree)?.place }

    /// Columns that a group has one value of though PostgreSQL can't see it: they are grouped by as well, which makes no other groups.
    /// And those that it has several of.
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

    /// The row that SQLite shows the other columns of, where a query has one min() or max() and no other
    /// (https://www.sqlite.org/lang_select.html, section 2.5): the first with that value.
    func pickedOrder(_ aggregates: [SQLiteCall]) throws(Untranslatable) -> String? {
        let extremes = aggregates.filter { $0.name == "min" || $0.name == "max" }
        guard let call = extremes.first, extremes.allSatisfy({ $0 == call }), call.filter == nil,
            !isCaseless(call.arguments[0])
        else { return nil }
        let value = try insideAggregate.piece(call.arguments[0])
        let order = SQLiteQuery.Order(term: call.arguments[0], isDescending: call.name == "max", nullsFirst: false)
        return "ORDER BY \(([Self.ordered(value, false, order)] + keyOrder).joined(separator: ", "))"
    }

    /// A column as a person knows it.
    func rendered(_ place: SQLiteScope.Place) -> String {
        let relation = scopes[0].relations[place.relation]
        return "\(relation.name).\(relation.find(place.column)?.name ?? place.column)"
    }

    /// The same in PostgreSQL's words.
    func sql(_ place: SQLiteScope.Place) -> String {
        let relation = scopes[0].relations[place.relation]
        return
            "\(SQLText.identifier(relation.name)).\(SQLText.identifier(relation.find(place.column)?.name ?? place.column))"
    }
}

extension SQLiteTree {
    /// Whether it is written out.
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
