/// The way from one schema to another: which objects stay, which are dropped and which are created, and in what order.
///
/// Views are dropped first and created last. Foreign keys that would hinder another change are dropped before it. Then tables
/// are dropped, names that pass to another object become free, and tables get their new names. After that each table is created
/// or altered once, in the order of the new foreign keys. Foreign keys that form a circle are added last.
struct SchemaDraft {
    let before: Schema
    let target: Schema
    let choices: DraftChoices
    /// Whether all foreign keys that change are dropped first and added last, and no column takes its type from another one.
    /// This longer way serves tables that refer to each other in a circle.
    let isCareful: Bool
    /// The tables that stay, by their new names.
    let pairs: [String: TablePair]
    /// The tables that are dropped, in the order of the drops: tables that refer to others come first.
    let dropped: [Table]
    /// The names of the tables that are created.
    let created: Set<String>

    init(from before: Schema, to target: Schema, _ choices: DraftChoices, isCareful: Bool) {
        self.isCareful = isCareful
        self.before = before
        self.target = target
        self.choices = choices
        var pairs: [String: TablePair] = [:]
        var stays: Set<String> = []
        for table in before.tables {
            guard let new = target[choices.tables[table.name] ?? table.name], pairs[new.name] == nil,
                let pair = TablePair(table, new, choices, beside: before)
            else { continue }
            pairs[new.name] = pair
            stays.insert(table.name)
        }
        self.pairs = pairs
        dropped = before.tablesInForeignKeyOrder.reversed().filter { !stays.contains($0.name) }
        created = Set(target.tables.map(\.name).filter { pairs[$0] == nil })
    }

    func operations() throws(DraftError) -> [SchemaOperation] {
        try requireRenamedTablesStay()
        for pair in pairs.values.sorted(by: { $0.new.name < $1.new.name }) { try pair.requireOperations() }
        let names = NameDraft(self)
        let references = ReferenceDraft(self, names)
        let views = ViewDraft(self)
        var operations: [SchemaOperation] = views.going.map { .dropView($0) }
        operations += references.early.map { .alterTable($0.table, $0.keys.map { .dropForeignKey($0) }) }
        operations += dropped.map { .dropTable($0.name) }
        operations += names.early.map { .alterTable($0.table, $0.changes) }
        operations += names.tableRenames
        operations += tables(references, names)
        return operations + views.coming.map { .createView($0) }
    }

    /// Refuses a rename that would be a drop: where no column stays, no row does.
    private func requireRenamedTablesStay() throws(DraftError) {
        for (old, new) in choices.tables.sorted(by: { $0.key < $1.key }) where pairs[new]?.old.name != old {
            throw .noOperation(
                object: "table \(old)", because: "it can't become \(new): no column of it stays, and so no row",
                byHand: "rename one of its columns as well, or drop the table")
        }
    }

    /// Returns the operations that create and alter the tables, followed by those for the foreign keys that had to wait.
    private func tables(_ references: ReferenceDraft, _ names: NameDraft) -> [SchemaOperation] {
        var operations: [SchemaOperation] = []
        var late: [SchemaOperation] = []
        var waiting = isCareful ? Set(target.tables.map(\.name)) : created
        for table in target.tablesInForeignKeyOrder {
            waiting.remove(table.name)
            func canStand(_ key: ForeignKey) -> Bool { references.canStand(key, on: table.name, waiting: waiting) }
            let keys = references.coming[table.name] ?? []
            if let pair = pairs[table.name] {
                var changes = pair.changes(references, names)
                changes += keys.filter(canStand).map { .addForeignKey($0) }
                if !changes.isEmpty { operations.append(.alterTable(table.name, changes)) }
            } else {
                var made = table
                made.foreignKeys = keys.filter(canStand)
                operations.append(.createTable(made))
            }
            let rest = keys.filter { !canStand($0) }
            if !rest.isEmpty { late.append(.alterTable(table.name, rest.map { .addForeignKey($0) })) }
        }
        return operations + late
    }
}
