/// What is built over the copy's tables: constraints, the checks of domains, indexes and views.
extension PostgreSQLSameEngineCopy {
    mutating func add(_ constraints: [PostgreSQLConstraintReader.Constraint]) {
        for constraint in constraints {
            let definition = casts.removed(from: constraint.definition)
            let isLeftForLater = constraint.kind == .foreignKey && constraint.isValidated
            let statement =
                "ALTER TABLE \(SQLText.identifier(constraint.table)) ADD CONSTRAINT \(SQLText.identifier(constraint.name)) \(definition)"
                + (isLeftForLater ? " NOT VALID" : "")
            guard constraint.kind != .foreignKey || constraint.isParentHere else {
                copy.omitted.append(constraint.strangeParent)
                continue
            }
            // A parent that is hidden by a table of the server itself is written with its schema, which has another name in the
            // target.
            guard !constraint.qualifiesParent else {
                copy.omitted += constraint.lostDetails
                continue
            }
            if constraint.kind == .foreignKey { copy.omitted += constraint.unvalidated }
            copy.omitted += constraint.unenforced
            if constraint.isKey {
                copy.omitted += remarks(
                    onKey: "\(constraint.table).\(constraint.name)",
                    constraint.kind == .foreignKey ? .foreignKey : .constraint, over: constraint.columns,
                    of: constraint.table)
            }
            let checked = constraint.expression.map { [SQLExpression.native(sqlite: "", postgresql: $0)] } ?? []
            if let objection = objection(to: checked, of: constraint.table)
                ?? objection(toCastsIn: constraint.definition)
            {
                copy.omitted.append(
                    .init(
                        .constraint, "\(constraint.table).\(constraint.name)", reason: objection, of: constraint.table))
                continue
            }
            copy.parts.append(
                .init(constraint.kind.part, table: constraint.table, name: constraint.name, statement: statement))
        }
    }

    /// Adds the checks of the domains, over the columns that have them.
    mutating func addChecksOfDomains() {
        var used = Set(copy.parts.map { "\($0.table).\($0.name)" })
        for demand in schema.tables.flatMap({ demands[$0.name] ?? [] }) {
            guard var check = demand.check else { continue }
            if let objection = objection(to: check.condition, of: demand) {
                copy.omitted.append(
                    .init(
                        .other, "\(demand.table).\(demand.column) CHECK (\(check.condition))", reason: objection,
                        of: demand.table))
                continue
            }
            while !used.insert("\(demand.table).\(check.name)").inserted { check.name += "_" }
            let table = SQLText.identifier(demand.table)
            copy.parts.append(
                .init(
                    .check, table: demand.table, name: check.name,
                    statement:
                        "ALTER TABLE \(table) ADD CONSTRAINT \(SQLText.identifier(check.name)) CHECK (\(casts.removed(from: check.condition)))"
                ))
        }
    }

    private func objection(to condition: String, of demand: DomainDemand) -> String? {
        if let function = demand.ownFunction { return Self.objection(toCalling: function) }
        let isText = types.type(of: demand.column, in: demand.table)?.isBaseOwn == true
        return isText
            ? "it reads \(demand.column), which becomes text in the target" : objection(toCastsIn: condition)
    }

    mutating func add(_ indexes: [PostgreSQLIndexReader.Index]) {
        for index in indexes {
            guard index.isValid else {
                copy.omitted.append(
                    .init(.index, index.index.name, reason: index.objection?.reason ?? "is INVALID", of: index.table))
                continue
            }
            if let objection = objection(to: index.index.expressions, of: index.table)
                ?? objection(toCastsIn: index.definition)
            {
                copy.omitted.append(.init(.index, index.index.name, reason: objection, of: index.table))
                continue
            }
            if index.index.isUnique {
                copy.omitted += remarks(
                    onKey: index.index.name, .index, over: index.index.columnNames, of: index.table)
            }
            copy.parts.append(
                .init(
                    .index, table: index.table, name: index.index.name,
                    statement: casts.removed(from: index.definition)))
        }
    }

    /// Adds the views, each after those that it reads. `changed` are the columns that they read and that are something else in the copy.
    mutating func add(_ views: [PostgreSQLViewReader.View], reading changed: [String: PostgreSQLChangedColumns]) {
        var lost: Set<String> = []
        for view in views {
            let other = view.reads.intersection(lost).min()
            let objection =
                view.objection ?? changed[view.name]?.objection(toQuery: view.query)
                ?? other.map { "it reads \($0), which is not transferred" }
            if let objection {
                lost.insert(view.name)
                copy.omitted.append(.init(.view, view.name, reason: objection))
                continue
            }
            let options = view.options.map { " WITH (\($0))" } ?? ""
            copy.parts.append(
                .init(
                    .view, table: view.name, name: view.name,
                    statement: "CREATE VIEW \(SQLText.identifier(view.name))\(options) AS \(view.query)"))
        }
    }

    /// The remarks on a key of a column under which different texts are equal, or on a foreign key. In the copy it takes more rows.
    private func remarks(
        onKey name: String, _ kind: Omission.Kind, over columns: [String], of table: String
    ) -> [Omission] {
        for column in columns {
            guard let disregarded = types.type(of: column, in: table)?.disregarded?.rawValue else { continue }
            let reason = "compares \(column) without regard to \(disregarded) in the source: \(Self.regardingCase)"
            return [Omission(kind, name, reason: reason, of: table)]
        }
        return []
    }
}

extension PostgreSQLConstraintReader.Constraint.Kind {
    fileprivate var part: Construction.Part.Kind {
        switch self {
        case .primaryKey: .primaryKey
        case .unique: .unique
        // An exclusion has an index, and no foreign key refers to it.
        case .exclusion: .index
        case .foreignKey: .foreignKey
        case .check: .check
        }
    }
}

extension PostgreSQLConstraintReader.Constraint {
    /// Whether the constraint compares texts for equality.
    fileprivate var isKey: Bool {
        switch kind {
        case .primaryKey, .unique, .foreignKey: true
        case .exclusion, .check: false
        }
    }
}

extension Index {
    /// The expressions that the index evaluates: its condition, and those of its parts.
    fileprivate var expressions: [SQLExpression] {
        parts.compactMap { part -> SQLExpression? in
            switch part.key {
            case .column: nil
            case .expression(let expression): expression
            }
        } + [condition].compactMap { $0 }
    }
}
