extension UndeclaredObjects {
    /// An undeclared object that depends on a declared table or view.
    public struct Dependent: Sendable, Equatable {
        /// The way in which a dependent depends on a relation.
        public enum Bond: Sendable {
            /// A foreign key. It needs the rows, the key that it refers to, and the types of its columns.
            case reference
            /// A view. It is made again after its columns changed, so only a drop leaves it broken.
            case view
            /// A materialized view, policy or function that reads a column or relation and can't be made again.
            case reader
            /// A rule of the table. It reads columns, and rewrites statements on the table.
            case rule
            /// An object that the database would silently drop as well: statistics, an owned sequence, a place in a publication.
            case companion
            /// A table that inherits the columns.
            case heir
        }

        /// The way in which the object depends on the relation.
        public var bond: Bond
        /// The object's name for people: `table orders`.
        public var name: String
        /// The table that a foreign key belongs to, in SQL, if its rows may be counted.
        public var table: String?
        /// The table or view that the object depends on.
        public var relation: String
        /// The columns that the object depends on; empty if it depends on the relation as a whole.
        public var columns: [String]
        /// Whether the object belongs to the relation itself and is dropped with it: a policy, a rule, statistics.
        public var isPart: Bool

        package init(
            _ bond: Bond, _ name: String, on relation: String, columns: [String] = [], isPart: Bool = false,
            table: String? = nil
        ) {
            self.bond = bond
            self.name = name
            self.table = table
            self.relation = relation
            self.columns = columns
            self.isPart = isPart
        }
    }
}

// MARK: - What may not happen to it

extension UndeclaredObjects {
    /// Refuses the drop of a table or view that an outside object depends on. PostgreSQL refuses most of these drops itself.
    /// SQLite deletes or empties the rows that refer to a dropped table (https://www.sqlite.org/lang_droptable.html), and leaves
    /// views and triggers behind that no longer run. The table's own indexes, triggers and policies are dropped with it.
    func requireUnneeded(_ relation: String) throws(LoweringError) {
        try refuse(dependents.filter { $0.relation == relation && !$0.isPart }, at: relation, "depend on it")
    }

    /// Refuses the drop of a column that an outside object depends on.
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
        try refuse(users, at: table + (column.map { ".\($0)" } ?? ""), "use its name")
    }

    /// Refuses another type, or other values, for a column that an outside object reads or refers to.
    func requireUnread(column: String, of table: String, by bonds: Set<Dependent.Bond>) throws(LoweringError) {
        let users = dependents.filter {
            $0.relation == table && bonds.contains($0.bond) && $0.columns.contains(column)
        }
        try refuse(users, at: "\(table).\(column)", "depend on this column's type or values")
    }

    /// Refuses to make a view again that an outside object depends on.
    func requireUnread(view: String) throws(LoweringError) {
        let users = dependents.filter { $0.relation == view && $0.bond != .view && !$0.isPart }
        try refuse(users, at: view, "depend on this view, which must be created again")
    }

    /// Refuses to remove a key that an outside object refers to. `names` holds what each present column is called afterwards.
    func requireKeys(of before: Table, in after: Table, names: [String: String]) throws(LoweringError) {
        let users = dependents.filter { user in
            guard user.relation == before.name, user.bond == .reference, before.isUnique(user.columns) else {
                return false
            }
            return !after.isUnique(user.columns.map { names[$0] ?? $0 })
        }
        try refuse(users, at: before.name, "refer to a key that would be removed")
    }

    /// Refuses to fill in values if a rule would rewrite the statement that does so.
    func requireNoRules(of table: String) throws(LoweringError) {
        let rules = dependents.filter { $0.relation == table && $0.bond == .rule }
        try refuse(rules, at: table, "would run while values are filled in")
    }

    /// Refuses to make a constraint or an index again as it is declared, if somebody has made another one under its name.
    func requireAsDeclared(_ name: String, of table: String) throws(LoweringError) {
        let other = objects.first { object in
            object.owner == table && object.name == name && (object.kind == .constraint || object.kind == .index)
        }
        guard let other else { return }
        throw LoweringError(
            "\(table).\(name)",
            "this \(other.kind.rawValue) is not as the migrations declare it, and would be made again as declared",
            remedy: Self.asDeclared)
    }

    /// Refuses to make a view again as it is declared, if somebody has made it with another query.
    func requireAsDeclared(view: String) throws(LoweringError) {
        guard strangeViews[view] != nil else { return }
        throw LoweringError(
            view, "the query of this view is not as the migrations declare it, and would be made again as declared",
            remedy: Self.asDeclared)
    }

    /// The remedy for what somebody has made otherwise under a declared name.
    static let asDeclared = "make it as it is declared, or declare it as it is in a migration"

    /// Refuses a change that would also reach tables that inherit from this one.
    func requireNoHeirs(of table: String) throws(LoweringError) {
        try refuse(dependents.filter { $0.relation == table && $0.bond == .heir }, at: table, "inherit its columns")
    }

    private func refuse(_ users: [Dependent], at place: String, _ what: String) throws(LoweringError) {
        guard !users.isEmpty else { return }
        var error = LoweringError(
            place, Self.reason(users, what), remedy: "drop them first, or declare them in a migration")
        error.dependents = users
        error.dependence = what
        throw error
    }

    /// Returns the reason of a refusal: what the dependents do, and their names.
    package static func reason(_ users: [Dependent], _ what: String) -> String {
        var names: [String] = []
        for user in users where !names.contains(user.name) { names.append(user.name) }
        return "undeclared objects \(what): \(names.joined(separator: ", "))"
    }
}

/// The names in the database of the indexes and constraints that the steps of an alteration have dropped so far.
struct DroppedNames {
    private(set) var names: Set<String> = []
    private var firstNames: [String: String] = [:]

    mutating func follow(_ step: ChangeStep) {
        switch step.change {
        case .renameIndex(let old, let new), .renameConstraint(let old, let new):
            firstNames[new] = firstNames[old] ?? old
        case .dropIndex(let name), .dropUnique(let name), .dropCheck(let name), .dropForeignKey(let name):
            names.insert(firstNames[name] ?? name)
        case .dropPrimaryKey:
            if let name = step.before.primaryKey?.name { names.insert(firstNames[name] ?? name) }
        case .addColumn, .dropColumn, .renameColumn, .changeColumn, .addIndex, .addPrimaryKey, .addUnique, .addCheck,
            .addForeignKey:
            break
        }
    }
}

extension Facet {
    /// Whether the facet gives the column other values by an expression that somebody wrote.
    var isComputing: Bool {
        switch self {
        case .type(_, .some, _), .generated(.some): true
        case .type(_, nil, _), .generated(nil), .nullable, .default, .collation: false
        }
    }
}
