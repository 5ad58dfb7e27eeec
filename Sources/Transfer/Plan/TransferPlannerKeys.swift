import Dialects

// Plans keys, indexes, checks and foreign keys in the target's SQL.

extension TransferPlanner {
    func targetColumns(_ columns: [String], of table: String) -> [String] {
        columns.map { columnNames[table]?[$0] ?? $0 }
    }

    /// Returns the target's names of a key's columns. A key of SQLite may name a column twice; each is returned once.
    private func keyColumns(_ columns: [String], of table: String) -> [String] {
        var found: Set<String> = []
        return targetColumns(columns, of: table).filter { found.insert($0).inserted }
    }

    mutating func addKeys(_ origin: ProfiledTable, to table: inout Table, _ translator: any ExpressionTranslator) {
        if let key = origin.table.primaryKey {
            addPrimaryKey(key, of: origin, to: &table)
            // The key itself stays as well: values that differ only in case also differ in their bytes.
            addCaseless(Unique(key.columns), of: origin.table, to: &table, translator)
        }
        for unique in origin.table.uniques where !addCaseless(unique, of: origin.table, to: &table, translator) {
            let columns = keyColumns(unique.columns, of: origin.table.name)
            let words = [table.name] + columns + ["key"]
            let name = names.relation(unique.name, or: words, kind: "constraint", of: table.name)
            table.uniques.append(Unique(columns, name: name))
        }
    }

    private mutating func addPrimaryKey(_ key: PrimaryKey, of origin: ProfiledTable, to table: inout Table) {
        let columns = keyColumns(key.columns, of: origin.table.name)
        let name = names.relation(key.name, or: [table.name, "pkey"], kind: "constraint", of: table.name)
        let nullable = key.columns.filter { hasNulls(origin, $0) && letsNullsPass($0, of: origin) }
        guard !nullable.isEmpty else {
            for at in table.columns.indices where columns.contains(table.columns[at].name) {
                table.columns[at].isNullable = false
            }
            table.primaryKey = PrimaryKey(columns, name: name)
            return
        }
        // SQLite lets NULL into such a key because of an old mistake that it keeps for compatibility:
        // https://www.sqlite.org/quirks.html, 5.
        table.uniques.append(Unique(columns, name: name))
        leave(
            .constraint, "\(origin.table.name) PRIMARY KEY",
            "rows hold NULL in \(nullable.joined(separator: ", ")): it becomes a UNIQUE constraint, which allows NULL")
    }

    private func hasNulls(_ origin: ProfiledTable, _ column: String) -> Bool {
        origin.table.columns.enumerated().contains { at, candidate in
            candidate.name == column && origin.nulls(at) > 0
        }
    }

    /// Adds a unique index for a key whose columns have their own collation: the index is over the expression by which they
    /// compare. Returns whether an index was added.
    @discardableResult
    private mutating func addCaseless(
        _ unique: Unique, of origin: Table, to table: inout Table, _ translator: any ExpressionTranslator
    ) -> Bool {
        guard unique.columns.contains(where: { origin[column: $0]?.collation != nil }) else { return false }
        var index = Index(name: "", parts: unique.columns.map { .init(.column($0)) })
        index.isUnique = true
        do throws(Untranslatable) {
            index.parts = try parts(of: index, on: origin, translator)
        } catch {
            let columns = unique.columns.joined(separator: ", ")
            remarks.append("\(origin.name): the unique key (\(columns)) compares by bytes in the target: \(error)")
            return false
        }
        guard index.parts.contains(where: { $0.isExpression }) else { return false }
        let words = [table.name] + targetColumns(unique.columns, of: origin.name) + ["idx"]
        index.name = names.relation(unique.name, or: words, kind: "index", of: table.name)
        table.indexes.append(index)
        return true
    }

    mutating func addIndexes(_ origin: ProfiledTable, to table: inout Table, _ translator: any ExpressionTranslator) {
        for index in origin.table.indexes {
            if let error = add(index, origin.table, to: &table, translator) { leave(.index, index.name, error) }
        }
        for index in inspection.plainIndexes[origin.table.name] ?? []
        where add(index, origin.table, to: &table, translator) == nil {
            plainIndexes[index.name] = origin.table.name
        }
    }

    /// Adds an index. Returns why it can't be made in the target, or `nil` if it can.
    private mutating func add(
        _ index: Index, _ origin: Table, to table: inout Table, _ translator: any ExpressionTranslator
    ) -> Untranslatable? {
        do throws(Untranslatable) {
            var result = index
            if let condition = index.condition {
                result.condition = try translator.predicate(condition, isUnique: index.isUnique)
            }
            result.parts = try partsOrBytes(of: index, on: origin, translator)
            // The framework is recognised by the source's name, of which the target may cut the end.
            let constraint = framework.constraint(behind: result)
            result.name = names.relation(index.name, or: [], kind: "index", of: table.name)
            if let columns = constraint {
                table.uniques.append(Unique(columns, name: result.name))
                return nil
            }
            table.indexes.append(result)
            remarkOnKey(of: index, named: result.name, table.name, translator)
            if index.parts.contains(where: \.isExpression) { computedIndexes.insert(result.name) }
            return nil
        } catch {
            return error
        }
    }

    private mutating func remarkOnKey(
        of index: Index, named name: String, _ table: String, _ translator: any ExpressionTranslator
    ) {
        guard index.isUnique else { return }
        for case .expression(let expression) in index.parts.map(\.key) {
            guard let remark = translator.remark(onUnique: expression) else { continue }
            remarks.append("\(table): the unique index \(name): \(remark)")
        }
    }

    /// Returns the parts of an index. A unique one has its column as it is where only the source's program knows how its texts compare.
    /// What differs by any collation differs in its bytes, too: so the index can be made, and keeps equal texts apart at least.
    private mutating func partsOrBytes(
        of index: Index, on table: Table, _ translator: any ExpressionTranslator
    ) throws(Untranslatable) -> [Index.Part] {
        guard index.isUnique else { return try self.parts(of: index, on: table, translator) }
        var (parts, unknown): ([Index.Part], Untranslatable?) = ([], nil)
        for part in index.parts {
            do throws(Untranslatable) {
                parts.append(try self.part(part, isUnique: true, of: table, translator))
            } catch {
                guard case .column(let name) = part.key, Self.isNative(part.collation ?? table[column: name]?.collation)
                else { throw error }
                let column = columnNames[table.name]?[name] ?? name
                parts.append(Index.Part(.column(column), descending: part.isDescending))
                unknown = error
            }
        }
        if let unknown {
            remarks.append(
                "\(table.name): the unique index \(index.name) compares by bytes in the target: \(unknown)")
        }
        return parts
    }

    private static func isNative(_ collation: Collation?) -> Bool {
        switch collation {
        case .native: true
        case .nocase, .binary, nil: false
        }
    }

    private func parts(
        of index: Index, on table: Table, _ translator: any ExpressionTranslator
    ) throws(Untranslatable) -> [Index.Part] {
        var parts: [Index.Part] = []
        for part in index.parts { parts.append(try self.part(part, isUnique: index.isUnique, of: table, translator)) }
        return parts
    }

    private func part(
        _ part: Index.Part, isUnique: Bool, of table: Table, _ translator: any ExpressionTranslator
    ) throws(Untranslatable) -> Index.Part {
        switch part.key {
        case .expression(let expression):
            let value = try translator.value(expression, collated: part.collation, isUnique: isUnique)
            return Index.Part(.expression(value), descending: part.isDescending)
        case .column(let name):
            if let collation = part.collation ?? table[column: name]?.collation,
                let expression = try translator.collated(name, collation)
            {
                return Index.Part(.expression(expression), descending: part.isDescending)
            }
            return Index.Part(.column(columnNames[table.name]?[name] ?? name), descending: part.isDescending)
        }
    }

    mutating func addChecks(_ origin: ProfiledTable, to table: inout Table, _ translator: any ExpressionTranslator) {
        var taken = constraintNames(of: table)
        for (at, check) in origin.table.checks.enumerated() {
            do throws(Untranslatable) {
                let expression = try translator.check(check.expression)
                try requireKept(origin, at)
                let name = names.constraint(
                    check.name, or: [table.name, "check"], of: origin.table.name, beside: &taken)
                add(Check(expression, name: name), to: &table)
            } catch {
                leave(.constraint, "\(origin.table.name) \(check.words)", error)
            }
        }
        for held in origin.held where !held.type.labels.isEmpty {
            let column = columnNames[origin.table.name]?[held.column] ?? held.column
            var check = LabelCheck.check(column, held.type, of: table)
            check.name = names.constraint(
                nil, or: [check.name ?? column], of: origin.table.name, beside: &taken)
            add(check, to: &table)
        }
        addLimits(origin.table, to: &table, beside: &taken)
    }

    /// Adds a check of the length for each column whose type in the target has none.
    private mutating func addLimits(_ origin: Table, to table: inout Table, beside taken: inout TargetNames.Used) {
        for (column, made) in zip(origin.columns, table.columns) {
            guard case .varchar(let length)? = types[origin.name, column.name]?.type, made.type != .varchar(length)
            else { continue }
            let text = "length(\(SQLText.identifier(made.name))) <= \(length)"
            let name = names.constraint(
                nil, or: [table.name, made.name, "check"], of: origin.name, beside: &taken)
            add(Check(.ofTarget(text), name: name), to: &table)
        }
    }

    /// Throws if rows violate the check and the target can't add checks later: the table must not be created with it.
    private func requireKept(_ origin: ProfiledTable, _ at: Int) throws(Untranslatable) {
        guard !target.addsConstraints, at < origin.breaches.count, origin.breaches[at] > 0 else { return }
        throw Untranslatable("\(origin.breaches[at]) rows violate it")
    }

    private mutating func add(_ check: Check, to table: inout Table) {
        if target.addsConstraints {
            if let name = check.name { laterNames[table.name, default: []].append(name) }
            checks.append(PlannedCheck(table: table.name, check: check))
        } else {
            table.checks.append(check)
        }
    }

    /// Returns the names that the table's constraints use. Keys, checks and foreign keys of a table share one set of names.
    private func constraintNames(of table: Table) -> TargetNames.Used {
        let keys = table.uniques.compactMap(\.name) + [table.primaryKey?.name].compactMap { $0 }
        return TargetNames.Used(names: Set(keys + table.checks.compactMap(\.name) + (laterNames[table.name] ?? [])))
    }

    mutating func addForeignKeys(of origin: Table, at: Int) {
        var taken = constraintNames(of: planned[at])
        for key in origin.foreignKeys {
            let parentColumns = key.parentColumns.joined(separator: ", ")
            let label = "\(origin.name) (\(key.columns.joined(separator: ", "))) → \(key.parent) (\(parentColumns))"
            guard let parent = tableNames[key.parent].flatMap({ places[$0] }).map({ planned[$0] }) else {
                leave(.foreignKey, label, "the table \(key.parent) is not in the target")
                continue
            }
            var result = key
            result.columns = targetColumns(key.columns, of: origin.name)
            result.parent = parent.name
            result.parentColumns = targetColumns(key.parentColumns, of: key.parent)
            if let objection = objection(to: result, from: planned[at], to: parent) ?? objectionToTexts(of: key, origin)
            {
                leave(.foreignKey, label, objection)
                continue
            }
            let words = [planned[at].name] + result.columns + ["fkey"]
            result.name = names.constraint(key.name, or: words, of: origin.name, beside: &taken)
            planned[at].foreignKeys.append(result)
        }
    }

    /// Returns why a foreign key would refuse rows in a target that keeps values as texts; `nil` if it will not.
    private func objectionToTexts(of key: ForeignKey, _ child: Table) -> String? {
        guard !target.holdsDeclaredTypes else { return nil }
        func type(_ column: String, _ table: String) -> ColumnType? {
            types.meaning(table, column) ?? types[table, column]?.type
        }
        for (column, parentColumn) in zip(key.columns, key.parentColumns) {
            guard let from = type(column, child.name), let to = type(parentColumn, key.parent),
                let objection = source.objection(toKeyFrom: from, to: to)
            else { continue }
            return objection
        }
        return nil
    }

    /// Returns the reason why the target would refuse a foreign key; `nil` if it will not.
    private func objection(to key: ForeignKey, from child: Table, to parent: Table) -> String? {
        guard key.columns.count == key.parentColumns.count, !key.columns.isEmpty else {
            return "it has \(key.columns.count) columns, but refers to \(key.parentColumns.count) of its parent"
        }
        for (column, parentColumn) in zip(key.columns, key.parentColumns) {
            guard let type = child[column: column]?.type, let parentType = parent[column: parentColumn]?.type else {
                return "\(parent.name) has no column \(parentColumn)"
            }
            // A database that enforces its columns' types has always compared these two columns.
            if type != parentType && !source.holdsDeclaredTypes {
                return "\(column) is \(type) and \(parent.name).\(parentColumn) is \(parentType)"
            }
        }
        let wanted = Set(key.parentColumns)
        let isKey =
            parent.primaryKey.map { Set($0.columns) == wanted } ?? false
            || parent.uniques.contains { Set($0.columns) == wanted }
            || parent.indexes.contains { $0.isPlainKey && Set($0.columnNames) == wanted }
        return isKey ? nil : "\(parent.name) has no key on (\(key.parentColumns.joined(separator: ", ")))"
    }
}

extension Index {
    /// Whether the index is unique over whole columns and all rows, as the target of a foreign key must be.
    fileprivate var isPlainKey: Bool { isUnique && condition == nil && hasColumnsOnly }
}

extension Index.Part {
    fileprivate var isExpression: Bool { if case .expression = key { true } else { false } }
}
