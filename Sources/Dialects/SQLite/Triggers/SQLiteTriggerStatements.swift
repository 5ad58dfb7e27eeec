// The translation of the statements in a trigger's body.

extension SQLiteTriggerTranslation {
    func rendered(_ statement: SQLiteTrigger.Statement) throws(Untranslatable) -> [String] {
        switch statement {
        case .insert(let insert): return try rendered(insert)
        case .update(let name, let assignments, let condition):
            let table = try written(name)
            let inside = translation(writing: table)
            let list = try rendered(assignments, to: table, inside)
            let end = try condition.map { tree throws(Untranslatable) in " WHERE \(try inside.condition(tree))" } ?? ""
            return ["UPDATE \(SQLText.identifier(table.table.name)) SET \(list)\(end);"]
        case .delete(let name, let condition):
            let table = try written(name)
            let inside = translation(writing: table)
            let end = try condition.map { tree throws(Untranslatable) in " WHERE \(try inside.condition(tree))" } ?? ""
            return ["DELETE FROM \(SQLText.identifier(table.table.name))\(end);"]
        case .select(let query): return try raise(query)
        }
    }

    /// Renders assignments: `"a" = 1, "b" = 2`.
    func rendered(
        _ assignments: [SQLiteTrigger.Assignment], to table: NamedRelation, _ inside: SQLiteExpressionTranslation
    ) throws(Untranslatable) -> String {
        var list: [String] = []
        for assignment in assignments {
            let column = try written(assignment.column, of: table)
            let place = "\(table.table.name).\(column.name)"
            let value = try inside.assigned(assignment.value, to: column.type, of: place)
            remarks.add(inside.remarks(onWriting: assignment.value, to: column.type, of: place))
            list.append("\(SQLText.identifier(column.name)) = \(value)")
        }
        return list.joined(separator: ", ")
    }

    /// Returns the translation for an UPDATE or DELETE, whose expressions may name the columns of their table without the
    /// table.
    func translation(writing table: NamedRelation) -> SQLiteExpressionTranslation {
        var inside = translation
        inside.scopes.insert(SQLiteScope(relations: [SQLiteRelation(table)]), at: 0)
        return inside
    }

    func written(_ name: String) throws(Untranslatable) -> NamedRelation {
        guard let table = triggers.relations[SQLName.folded(name)] else {
            throw Untranslatable("it writes \(name), which is not transferred")
        }
        return table
    }

    /// Returns a column that a statement writes. Throws for a column whose values are converted, because the statement writes
    /// values as the source has them.
    func written(_ name: String, of relation: NamedRelation) throws(Untranslatable) -> Column {
        guard let column = relation.table.columns.first(where: { SQLName.equal($0.name, name) }) else {
            throw Untranslatable("it writes \(relation.table.name).\(name), which is not a column there")
        }
        guard relation.conversions[column.name] == nil else {
            throw Untranslatable("it writes \(relation.table.name).\(column.name), whose values are converted")
        }
        return column
    }

    // MARK: RAISE

    /// Translates a SELECT in a trigger. Nobody receives its rows, so its only purpose is RAISE.
    private func raise(_ query: QueryTree) throws(Untranslatable) -> [String] {
        guard let select = query.plainSelect, select.results.count == 1,
            case .expression(let tree, _, _) = select.results[0], let branches = tree.raising
        else { throw Untranslatable("it runs a SELECT that raises nothing") }
        var lines: [String] = []
        for (at, branch) in branches.enumerated() {
            if let condition = branch.condition {
                guard select.sources.isEmpty else { throw Untranslatable("it raises by the rows of a query") }
                lines.append("\(at == 0 ? "IF" : "ELSIF") \(try translation.condition(condition)) THEN")
            } else if at > 0 {
                lines.append("ELSE")
            }
            let raised = try raise(branch.arguments)
            lines += branch.condition == nil && at == 0 ? raised : Self.indented(raised)
        }
        if branches.first?.condition != nil { lines.append("END IF;") }
        if select.sources.isEmpty {
            return try select.condition.map { tree throws(Untranslatable) in
                Self.conditional(try translation.condition(tree), lines)
            } ?? lines
        }
        var rows = query
        var found = select
        found.results = [.expression(.number("1"), alias: nil, text: "1")]
        rows.cores = [.select(found)]
        return Self.conditional(try translation.condition(.exists(rows)), lines)
    }

    private func raise(_ arguments: [ExpressionTree]) throws(Untranslatable) -> [String] {
        guard case .string(let kind) = arguments.first else {
            throw Untranslatable("RAISE() is written in an unknown way")
        }
        switch kind {
        case "ABORT", "ROLLBACK":
            guard arguments.count == 2 else { throw Untranslatable("RAISE() is written in an unknown way") }
            let message = try translation.text(translation.piece(arguments[1]))
            // PostgreSQL refuses NULL as a message.
            let text = message.literal == nil ? "coalesce(\(message.sql), '')" : message.sql
            return [
                "RAISE EXCEPTION USING MESSAGE = \(text), ERRCODE = 'integrity_constraint_violation';"
            ]
        case "IGNORE" where trigger.timing != .after:
            return (guardSetting.map { [Self.setting($0, "off")] } ?? []) + ["RETURN NULL;"]
        case "IGNORE": throw Untranslatable("it gives up a row that is written already (RAISE(IGNORE))")
        default: throw .keptChanges
        }
    }
}

extension QueryTree {
    /// The query's only SELECT, if the query has no WITH, GROUP BY, HAVING, ORDER BY or LIMIT; otherwise `nil`.
    var plainSelect: Select? {
        guard cores.count == 1, named.isEmpty, order.isEmpty, limit == nil, case .select(let select) = cores[0],
            select.groups.isEmpty, select.having == nil
        else { return nil }
        return select
    }
}

extension ExpressionTree {
    /// The calls of RAISE that the expression consists of, each with its condition; `nil` if it is any other expression. Another value
    /// behind ELSE has no effect.
    var raising: [(condition: ExpressionTree?, arguments: [ExpressionTree])]? {
        switch self {
        case .call("raise", let arguments): return [(nil, arguments)]
        case .choice(let branches, let otherwise):
            var calls: [(ExpressionTree?, [ExpressionTree])] = []
            for branch in branches {
                guard case .call("raise", let arguments) = branch.value else { return nil }
                calls.append((branch.condition, arguments))
            }
            if case .call("raise", let arguments)? = otherwise {
                calls.append((nil, arguments))
                return calls
            }
            return otherwise?.mayRaise == true ? nil : calls
        case .null, .number, .string, .blob, .boolean, .name, .column, .unary, .binary, .call, .aggregate, .row,
            .query, .exists, .isNull, .isIn, .isInQuery, .between, .matches, .collated, .cast:
            return nil
        }
    }

    /// Whether the expression calls RAISE, or asks a query, which may do so.
    private var mayRaise: Bool {
        switch self {
        case .call("raise", _), .query, .exists, .isInQuery: true
        case .null, .number, .string, .blob, .boolean, .name, .column, .unary, .binary, .call, .aggregate, .row,
            .isNull, .isIn, .between, .matches, .collated, .cast, .choice:
            operands.contains(where: \.mayRaise)
        }
    }
}
