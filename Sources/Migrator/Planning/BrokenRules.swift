import Dialects

// Finds the rules that the rows to come would break: checks, keys and references that are new, or whose columns change.

extension AlterationHazards {
    func brokenByRowsToCome() throws(LoweringError) -> [Hazard] {
        var hazards: [Hazard] = []
        for table in changedTables {
            guard let rows = rows[table.name], let was = before[table.name] else { continue }
            hazards += try nulls(in: table, rows, was)
            hazards += try checks(of: table, rows, was)
            hazards += try repeats(in: table, rows, was)
            hazards += try indexes(of: table, rows, was)
        }
        // The references of changing tables are checked, and those of other tables to them.
        let names = Set(changedTables.map(\.name))
        let referring = Set(names.flatMap { after.children(of: $0) }).filter { !names.contains($0.name) }
        for table in (changedTables + referring).sorted(by: { $0.name < $1.name }) { hazards += try orphans(in: table) }
        return hazards
    }

    /// The altered table and its followers as they will be, by name.
    private var changedTables: [Table] {
        // The tables are taken from `after`, because undoing an alteration restores the order of columns that the table
        // had.
        let names = [alteration.after.name] + alteration.followers.map(\.after.name)
        return names.sorted().compactMap { after[$0] }
    }

    /// Returns a hazard for each required column that may come out as NULL: a computed column, or a new one whose default
    /// is an expression.
    private func nulls(in table: Table, _ rows: ComingRows, _ was: Table) throws(LoweringError) -> [Hazard] {
        var hazards: [Hazard] = []
        for column in table.columns where !column.isNullable && rows.changes(column.name, to: table) {
            var mayBeEmpty = column.generated != nil
            if rows.origin(of: column.name) == nil, case .expression = column.default { mayBeEmpty = true }
            guard mayBeEmpty else { continue }
            var hazard = Hazard(kind: .holdsNulls, table: table.name, column: column.name)
            hazard.condition = "\(SQLText.identifier(column.name)) IS NULL"
            hazard.rows = try rows.source(as: table.name, to: table)
            hazard.reads = [table.name: was.columns]
            hazard.shown = table.shownKey
            hazards.append(hazard)
        }
        return hazards
    }

    private func checks(of table: Table, _ rows: ComingRows, _ was: Table) throws(LoweringError) -> [Hazard] {
        var hazards: [Hazard] = []
        let columns = MentionedNames(table.columns.map(\.name))
        let before = Dictionary(grouping: was.checks, by: \.name)
        for check in table.checks {
            let mentioned = columns.mentioned(in: check.expression)
            let stood = (before[check.name] ?? []).contains {
                rows.inComingNames($0.expression).canonical == check.expression.canonical
            }
            guard !stood || mentioned.contains(where: { holdsOtherValues($0, rows, table) }),
                mentioned.allSatisfy({ rows.tells($0, of: table) })
            else { continue }
            var hazard = try makeHazard(.breaks(check.name ?? ""), table, rows, was, reading: mentioned)
            hazard.condition = "NOT (\(try dialect.render(check.expression, as: .condition(of: table))))"
            hazard.shown = shown(table, mentioned)
            hazards.append(hazard)
        }
        return hazards
    }

    private func repeats(in table: Table, _ rows: ComingRows, _ was: Table) throws(LoweringError) -> [Hazard] {
        var hazards: [Hazard] = []
        for key in table.uniqueIndexes {
            let used = table.columns.map(\.name).filter(key.uses)
            let stood = was.uniqueIndexes.contains { rows.inComingNames($0).rule == key.rule }
            guard !stood || used.contains(where: { rows.mayMerge($0, to: table) }),
                used.allSatisfy({ rows.tells($0, of: table) })
            else { continue }
            var hazard = try makeHazard(.repeats, table, rows, was, reading: used)
            for part in key.parts {
                var text = try dialect.render(part.key, of: table, isUnique: true)
                if let collation = part.collation { text += try dialect.collate(collation) }
                hazard.keys.append(text)
            }
            var conditions = hazard.keys.map { "\($0) IS NOT NULL" }
            if let condition = key.condition {
                conditions.append("(\(try dialect.render(condition, as: .condition(of: table))))")
            }
            hazard.condition = conditions.joined(separator: " AND ")
            hazards.append(hazard)
        }
        return hazards
    }

    /// Returns a hazard for each index over an expression that is new or whose columns change. Such an expression accepts
    /// only some types, so the database is asked to compile it without looking at any row.
    private func indexes(of table: Table, _ rows: ComingRows, _ was: Table) throws(LoweringError) -> [Hazard] {
        var hazards: [Hazard] = []
        for index in table.indexes where !index.isUnique {
            let used = table.columns.map(\.name).filter(index.uses)
            let stood = was.indexes.contains { rows.inComingNames($0).rule == index.rule }
            var parts: [String] = []
            for case .expression(let text) in index.parts.map(\.key) {
                parts.append("(\(try dialect.render(text, as: .key(of: table, isUnique: false)))) IS NULL")
            }
            if let condition = index.condition {
                parts.append("(\(try dialect.render(condition, as: .condition(of: table))))")
            }
            guard !parts.isEmpty, !stood || used.contains(where: { rows.changes($0, to: table) }) else { continue }
            var hazard = try makeHazard(.indexes(index.name), table, rows, was, reading: used)
            hazard.condition = "1 = 0 AND (\(parts.joined(separator: " OR ")))"
            hazards.append(hazard)
        }
        return hazards
    }

    /// Whether the column will hold other values. A rename alone changes no value.
    private func holdsOtherValues(_ column: String, _ rows: ComingRows, _ table: Table) -> Bool {
        guard let origin = rows.origin(of: column), let now = table[column: column],
            let was = before[table.name]?[column: origin], rows.value(of: column) == SQLText.identifier(origin)
        else { return true }
        return was.type != now.type || was.collation != now.collation || was.generated != now.generated
            || (origin == column && rows.changes(column, to: table))
    }

    /// Returns a hazard whose condition reads these columns. It reads the rows to come, or the table itself if none of the columns
    /// changes.
    private func makeHazard(
        _ kind: Hazard.Kind, _ table: Table, _ rows: ComingRows, _ was: Table, reading columns: [String]
    ) throws(LoweringError) -> Hazard {
        var hazard = Hazard(kind: kind, table: table.name)
        let isChanging = columns.contains { rows.changes($0, to: table) }
        hazard.rows = isChanging ? try rows.source(as: table.name, to: table) : nil
        hazard.reads = [table.name: isChanging ? was.columns : columns.compactMap { was[column: $0] }]
        return hazard
    }

    private func shown(_ table: Table, _ columns: [String]) -> [Hazard.Shown] {
        let key = table.shownKey
        return key
            + columns.filter { name in !key.contains { $0.name == name } }
            .map { Hazard.Shown(name: $0, value: SQLText.identifier($0)) }
    }
}

// MARK: - References

extension AlterationHazards {
    private func orphans(in table: Table) throws(LoweringError) -> [Hazard] {
        var hazards: [Hazard] = []
        for key in table.foreignKeys {
            guard let was = before[table.name], let parent = after[key.parent], let parentWas = before[key.parent]
            else {
                continue
            }
            let child = rows[table.name] ?? ComingRows(of: was, in: dialect)
            let aim = rows[key.parent] ?? ComingRows(of: parentWas, in: dialect)
            let old = was.foreignKeys.first { rowsKey($0, child, aim) == key }
            let isComputed =
                key.columns.contains(where: child.computed.contains)
                || key.parentColumns.contains(where: aim.computed.contains)
            guard old == nil || isComputed, key.columns.allSatisfy({ child.tells($0, of: table) }),
                key.parentColumns.allSatisfy({ aim.tells($0, of: parent) })
            else { continue }
            hazards.append(
                try orphans(key, of: table, child, aim, to: parent, old, reading: [was, parentWas]))
        }
        return hazards
    }

    /// Returns the key with the names that its columns get. The key's own name and its actions make no difference to the
    /// rows.
    private func rowsKey(_ key: ForeignKey, _ child: ComingRows, _ parent: ComingRows) -> ForeignKey {
        var key = key
        key.columns = key.columns.map(child.comingName)
        key.parentColumns = key.parentColumns.map(parent.comingName)
        return key
    }

    private func orphans(
        _ key: ForeignKey, of table: Table, _ child: ComingRows, _ aim: ComingRows, to parent: Table,
        _ old: ForeignKey?,
        reading: [Table]
    ) throws(LoweringError) -> Hazard {
        let source = try child.source(as: "tc_child", to: table, keeping: old?.columns ?? [])
        let target = try aim.source(as: "tc_parent", to: parent)
        var hazard = Hazard(kind: .orphans(key.parent), table: table.name)
        hazard.column = key.columns.joined(separator: ", ")
        hazard.rows = source
        var conditions = key.columns.map { "\(column("tc_child", $0)) IS NOT NULL" }
        conditions.append("NOT \(exists(target, zip(key.parentColumns, key.columns).map { ($0, $1) }))")
        // A row that was an orphan before the alteration is not the alteration's fault.
        if let old {
            let pairs = zip(old.parentColumns, old.columns).map { ($0, "tc_was_\($1)") }
            let wasEmpty = old.columns.map { "\(column("tc_child", "tc_was_\($0)")) IS NULL" }
            let pointed = exists("\(SQLText.identifier(old.parent)) AS tc_parent", pairs)
            conditions.append("(\((wasEmpty + [pointed]).joined(separator: " OR ")))")
        }
        hazard.condition = conditions.joined(separator: " AND ")
        hazard.reads = Dictionary(reading.map { ($0.name, $0.columns) }, uniquingKeysWith: { first, _ in first })
        hazard.shown = shown(table, key.columns)
        return hazard
    }

    private func exists(_ target: String, _ pairs: [(parent: String, child: String)]) -> String {
        let matches = pairs.map { "\(column("tc_parent", $0.parent)) = \(column("tc_child", $0.child))" }
        return "EXISTS (SELECT 1 FROM \(target) WHERE \(matches.joined(separator: " AND ")))"
    }

    private func column(_ table: String, _ name: String) -> String {
        "\(SQLText.identifier(table)).\(SQLText.identifier(name))"
    }
}

extension ComingRows {
    /// Returns the name that a present column will have.
    fileprivate func comingName(_ column: String) -> String { names[column] ?? column }

    fileprivate func inComingNames(_ index: Index) -> Index {
        var index = index
        for at in index.parts.indices {
            switch index.parts[at].key {
            case .column(let name): index.parts[at].key = .column(comingName(name))
            case .expression(let text): index.parts[at].key = .expression(inComingNames(text))
            }
        }
        index.condition = index.condition.map(inComingNames)
        return index
    }
}

extension Index {
    /// The index's demand on the rows, without its name and its sort order.
    fileprivate var rule: Index {
        var rule = self
        rule.name = ""
        rule.condition = condition?.canonical
        for at in parts.indices {
            rule.parts[at].isDescending = false
            if case .expression(let text) = parts[at].key { rule.parts[at].key = .expression(text.canonical) }
        }
        return rule
    }
}

extension Table {
    /// The primary key, the unique keys and the unique indexes in one form: combinations in which no two rows may agree.
    fileprivate var uniqueIndexes: [Index] {
        let keys = ([primaryKey?.columns] + uniques.map(\.columns)).compactMap { $0 }
        let plain = keys.map { Index(name: "", parts: $0.map { .ascending($0) }) }
        return plain + indexes.filter(\.isUnique)
    }
}
