extension UndeclaredObjects {
    /// An undeclared object that depends on a declared table or view.
    public struct Dependent: Sendable, Equatable {
        /// In what way a dependent hangs on a relation.
        public enum Bond: Sendable {
            /// A foreign key: it needs the rows, the key that it refers to, and the types of its columns.
            case reference
            /// A view. It is made again after its columns changed, and only a drop leaves it broken.
            case view
            /// A materialized view, policy or function that reads a column or relation and can't be made again.
            case reader
            /// A rule of the table: it reads columns, and rewrites statements on the table.
            case rule
            /// An object that would silently be dropped as well: statistics, an owned sequence, a place in a publication.
            case companion
            /// A table that inherits the columns.
            case heir
        }

        /// In what way it depends on the relation.
        public var bond: Bond
        /// For people: `table orders (2 rows)`.
        public var name: String
        /// The table or view that it depends on.
        public var relation: String
        /// The columns that it depends on; empty for the relation as a whole.
        public var columns: [String]
        /// Whether it belongs to the relation itself and goes with it: a policy, a rule, statistics.
        public var isPart: Bool

        package init(
            _ bond: Bond, _ name: String, on relation: String, columns: [String] = [], isPart: Bool = false
        ) {
            self.bond = bond
            self.name = name
            self.relation = relation
            self.columns = columns
            self.isPart = isPart
        }
    }
}

// MARK: - What may not happen to it

extension UndeclaredObjects {
    /// Refuses the drop of a table or view that something outside hangs on. PostgreSQL refuses most of it by itself; SQLite
    /// deletes or empties the rows that refer to a dropped table (https://www.sqlite.org/lang_droptable.html), and leaves
    /// views and triggers behind that no longer run. What is the table's own (its indexes, triggers and policies) goes with it.
    func requireUnneeded(_ relation: String) throws(LoweringError) {
        try refuse(dependents.filter { $0.relation == relation && !$0.isPart }, at: relation, "depend on this")
    }

    /// Refuses the drop of a column that something outside hangs on.
    func requireUnneeded(column: String, of table: String) throws(LoweringError) {
        let users = dependents.filter { $0.relation == table && $0.bond != .view && $0.columns.contains(column) }
        try refuse(users, at: "\(table).\(column)", "depend on this column")
    }

    /// Refuses another name for a column, or for the table where `column` is `nil`, that something outside reads by its name.
    func requireUnnamed(_ column: String?, of table: String) throws(LoweringError) {
        let users = dependents.filter { user in
            guard user.relation == table, user.bond == .reader else { return false }
            return column.map(user.columns.contains) ?? !user.columns.isEmpty
        }
        try refuse(users, at: table + (column.map { ".\($0)" } ?? ""), "call this by its name")
    }

    /// Refuses another type, or other values, for a column that something outside reads or refers to.
    func requireUnread(column: String, of table: String, by bonds: Set<Dependent.Bond>) throws(LoweringError) {
        let users = dependents.filter {
            $0.relation == table && bonds.contains($0.bond) && $0.columns.contains(column)
        }
        try refuse(users, at: "\(table).\(column)", "depend on this column's type and values")
    }

    /// Refuses to make a view again that something outside hangs on.
    func requireUnread(view: String) throws(LoweringError) {
        let users = dependents.filter { $0.relation == view && $0.bond != .view && !$0.isPart }
        try refuse(users, at: view, "depend on this view, which has to be created again")
    }

    /// Refuses to take a key away that something outside refers to. `names`: what each column of now is called afterwards.
    func requireKeys(of before: Table, in after: Table, names: [String: String]) throws(LoweringError) {
        let users = dependents.filter { user in
            guard user.relation == before.name, user.bond == .reference, before.isUnique(user.columns) else {
                return false
            }
            return !after.isUnique(user.columns.map { names[$0] ?? $0 })
        }
        try refuse(users, at: before.name, "refer to a key that would go")
    }

    /// Refuses to fill in values where a rule would make something else of it.
    func requireNoRules(of table: String) throws(LoweringError) {
        let rules = dependents.filter { $0.relation == table && $0.bond == .rule }
        try refuse(rules, at: table, "would run while values are filled in")
    }

    /// Refuses what would reach tables that inherit from this one.
    func requireNoHeirs(of table: String) throws(LoweringError) {
        try refuse(dependents.filter { $0.relation == table && $0.bond == .heir }, at: table, "inherit its columns")
    }

    private func refuse(_ users: [Dependent], at place: String, _ what: String) throws(LoweringError) {
        var names: [String] = []
        for user in users where !names.contains(user.name) { names.append(user.name) }
        guard !names.isEmpty else { return }
        throw LoweringError(
            place, "undeclared objects \(what): \(names.joined(separator: ", "))",
            remedy: "drop it first, or declare it in a migration")
    }
}

extension [ChangeStep] {
    /// What each column of the first table is called in the last one; those that are dropped are absent.
    var finalNames: [String: String] {
        guard let first else { return [:] }
        var names = Dictionary(uniqueKeysWithValues: first.before.columns.map { ($0.name, $0.name) })
        for step in self {
            switch step.change {
            case .renameColumn(let old, let new): for (name, now) in names where now == old { names[name] = new }
            case .dropColumn(let column, _): for (name, now) in names where now == column { names[name] = nil }
            case .addColumn, .changeColumn, .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique,
                .dropUnique, .addCheck, .dropCheck, .addForeignKey, .dropForeignKey, .renameIndex, .renameConstraint:
                break
            }
        }
        return names
    }

    /// What a column that a step speaks of was called at first; `nil` for one that was added.
    func firstNames(_ step: Int) -> (String) -> String? {
        let names = Array(self[..<step]).finalNames
        guard step > 0 else { return { $0 } }
        return { column in names.first { $0.value == column }?.key }
    }
}

extension Facet {
    /// Whether it gives the column other values by somebody's own words.
    var isComputing: Bool {
        switch self {
        case .type(_, .some, _), .generated(.some): true
        case .type(_, nil, _), .generated(nil), .nullable, .default, .collation: false
        }
    }
}
