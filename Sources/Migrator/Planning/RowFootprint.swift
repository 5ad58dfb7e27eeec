import Dialects

/// A place for values: a column in all rows, or a table's rows as a whole. Names are in lower case, so that names that differ
/// only in case count as the same. SQLite compares names like that; in PostgreSQL this finds at most a conflict too many.
private struct RowPlace: Hashable {
    let table: String
    /// The column; `nil` for the table as a whole.
    let column: String?

    init(_ table: String, _ column: String? = nil) {
        self.table = SQLName.folded(table)
        self.column = column.map(SQLName.folded)
    }

    var whole: RowPlace { RowPlace(table) }
    var description: String { ([table] + [column].compactMap { $0 }).joined(separator: ".") }
}

/// The effect of a migration on existing rows. If neither of two migrations writes what the other one reads or writes, both
/// orders make the same rows. A schema value can't show that, because it has names and no rows: consider two swaps of columns.
struct RowFootprint {
    let id: String
    fileprivate var tables: [RowPlace] = []
    fileprivate var written: [RowPlace] = []
    fileprivate var read: [RowPlace] = []
    /// The tables of which a view shows every column that they have when the view is created, each with the view's name.
    fileprivate var shown: [(table: RowPlace, view: String)] = []
    /// The reason why the effect is not known; `nil` if it is.
    fileprivate var unknown: OrderConflict?

    init(of operations: [ResolvedOperation], in id: String) {
        self.id = id
        for operation in operations { add(operation) }
    }

    private mutating func add(_ operation: ResolvedOperation) {
        switch operation.action {
        case .createTable(let table), .dropTable(let table): addWhole(table.name)
        case .renameTable(let table, let new):
            addWhole(table.name)
            addWhole(new)
        case .alterTable(let alteration):
            add(alteration)
            // PostgreSQL recreates a view whose columns are retyped.
            for view in operation.before.views(reading: alteration.before.name) { add(view) }
        case .createView(let view): add(view)
        case .dropView: break
        case .run: unknown = unknown ?? .script(in: id)
        case .runSwift(let step): unknown = unknown ?? .dataStep(step.name, in: id)
        }
    }

    private mutating func addWhole(_ table: String) {
        tables.append(RowPlace(table))
        written.append(RowPlace(table))
    }

    private mutating func add(_ view: View) {
        guard view.dependsOnAllColumns else { return }
        shown += view.query.namesFolded.sorted().map { (RowPlace($0), view.name) }
    }

    private mutating func add(_ alteration: TableAlteration) {
        let name = alteration.before.name
        tables.append(RowPlace(name))
        for step in alteration.steps { add(step, of: alteration.before) }
        // Two columns swap their names through a third name, which exists neither before nor after the alteration.
        let names = Set((alteration.before.columns + alteration.after.columns).map { RowPlace(name, $0.name) })
        written.removeAll { $0.table == SQLName.folded(name) && $0.column != nil && !names.contains($0) }
        for follower in alteration.followers {
            tables.append(RowPlace(follower.before.name))
            written += zip(follower.before.columns, follower.after.columns).filter { $0.0.type != $0.1.type }
                .map { RowPlace(follower.before.name, $0.0.name) }
        }
    }

    private mutating func add(_ step: ChangeStep, of table: Table) {
        switch step.change {
        case .addColumn(let column, _):
            written.append(RowPlace(table.name, column.name))
            let names = column.generated?.expression.namesFolded ?? []
            read += step.before.sources(of: names).map { RowPlace(table.name, $0) }
        case .dropColumn(let name, _): written.append(RowPlace(table.name, name))
        case .renameColumn(let old, let new): written += [RowPlace(table.name, old), RowPlace(table.name, new)]
        case .changeColumn(let name, let facets):
            written.append(RowPlace(table.name, name))
            // The values of a computed column depend on other columns, even if they are kept as they are from this change on.
            read += step.before.sources(of: [SQLName.folded(name)]).map { RowPlace(table.name, $0) }
            // The expression of `using:` reads the table as it was before the whole alteration.
            for case .type(_, let using?, _) in facets {
                read += table.sources(of: using.namesFolded).map { RowPlace(table.name, $0) }
            }
        // Keys, checks and indexes refuse rows, but change none.
        case .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique, .dropUnique, .addCheck, .dropCheck,
            .addForeignKey, .dropForeignKey, .renameIndex, .renameConstraint:
            break
        }
    }
}

extension Table {
    /// Returns these names and the names of the columns from which computed columns among them are computed, in lower case and
    /// sorted.
    fileprivate func sources(of names: Set<String>) -> [String] {
        var all = names
        var found = names
        while !found.isEmpty {
            let computed = columns.filter { found.contains(SQLName.folded($0.name)) }.compactMap(\.generated)
            found = Set(computed.flatMap { $0.expression.namesFolded }).subtracting(all)
            all.formUnion(found)
        }
        return all.sorted()
    }
}

/// The effects of several migrations on rows. The cost of adding a migration, or of looking for its conflict, depends only on
/// that migration's size, not on the number of the others.
struct RowFootprints {
    private var tables: [RowPlace: String] = [:]
    private var written: [RowPlace: String] = [:]
    private var read: [RowPlace: String] = [:]
    private var shown: [RowPlace: (id: String, view: String)] = [:]
    /// The tables of which a migration writes a column.
    private var altered: [RowPlace: String] = [:]
    private var unknown: (id: String, conflict: OrderConflict)?
    private var nearest: String?

    mutating func insert(_ footprint: RowFootprint) {
        for place in footprint.tables { tables[place] = footprint.id }
        for place in footprint.written {
            written[place] = footprint.id
            if place.column != nil { altered[place.whole] = footprint.id }
        }
        for (table, view) in footprint.shown { shown[table] = (footprint.id, view) }
        for place in footprint.read { read[place] = footprint.id }
        if let conflict = footprint.unknown { unknown = (footprint.id, conflict) }
        nearest = footprint.id
    }

    /// Returns one of the migrations whose order relative to `footprint` matters for rows, and the reason; `nil` if there is
    /// none.
    func conflict(with footprint: RowFootprint) -> (id: String, conflict: OrderConflict)? {
        if let conflict = footprint.unknown, let nearest { return (nearest, conflict) }
        if let unknown { return unknown }
        for place in footprint.written {
            let other = place.column == nil ? tables[place] : written[place] ?? read[place]
            if let other { return (other, .values(of: place.description)) }
            if place.column != nil, let (other, view) = shown[place.whole] {
                return (other, .columns(of: place.table, in: view))
            }
        }
        for place in footprint.read + footprint.tables {
            if let other = written[place] { return (other, .values(of: place.description)) }
        }
        for (table, view) in footprint.shown {
            if let other = altered[table] { return (other, .columns(of: table.table, in: view)) }
        }
        return nil
    }
}
