import Dialects

/// Finds, before anything is done, what undeclared objects around the tables and views of a database would be lost with a plan's
/// operations, or make one of them impossible. It looks at tables and views that are now as the operation will find them.
struct UndeclaredForecast {
    /// What is known in advance about one operation.
    struct Found {
        var refusals: [LoweringError] = []
        var lost: [MeasuredHazard] = []
    }

    let start: Schema
    let history: History
    let connection: any Connection
    private var dropped = ScriptedDrops()
    /// The tables met so far that are partitioned.
    private(set) var partitioned: Set<String> = []

    /// Whether the scripts met so far say what they drop, so that what is found is certain.
    var isCertain: Bool { dropped.isComplete }

    init(from start: Schema, of history: History, on connection: any Connection) {
        self.start = start
        self.history = history
        self.connection = connection
    }

    /// Looks at the next operation of the plan, which is at this place of its step.
    mutating func next(_ operation: LoweredOperation, at place: Int, of step: Plan.Step) throws -> Found {
        let planned = operation.planned
        if case .run = planned.resolved.action { dropped.insert(operation.lowering.statements) }
        if let error = try namesake(of: planned) { return Found(refusals: [error]) }
        guard planned.finds(start) else { return Found() }
        var found = Found()
        if let error = try step.namedInTriggers(place, of: history, after: dropped, on: connection) {
            found.refusals.append(error)
        }
        let undeclared = dropped.without(try planned.undeclaredObjects(of: start, on: connection))
        partitioned.formUnion(undeclared.partitioned)
        found.lost = planned.objectsLost(undeclared, isMadeAgain: step.makesAgain(place))
        do throws(LoweringError) {
            let dialect = connection.dialect
            let online = step.isOnline ? try dialect.online(planned.resolved, keeping: undeclared) : nil
            if online == nil { _ = try dialect.lower(planned.resolved, keeping: undeclared) }
        } catch { found.refusals.append(step.refusal(error, on: connection)) }
        if case .dropView(let view) = planned.resolved.action { dropped.insert(view: view.name) }
        return found
    }

    /// Returns why a table or view can't get its name: there is a table of this name that no migration has made. `nil` for an operation that
    /// gives none, and where a script may have renamed or moved such a table by then.
    private func namesake(of planned: Plan.PlannedOperation) throws -> LoweringError? {
        guard isCertain, let name = planned.newName, start[name] == nil, !dropped.contains(name),
            try connection.hasTable(name)
        else { return nil }
        return LoweringError(
            name, "the database has a table of this name, which no migration has made",
            remedy: "rename it or drop it; if it is what this migration makes, a baseline records that")
    }
}

extension Plan.PlannedOperation {
    /// The name that a table or view gets by the operation.
    fileprivate var newName: String? {
        switch resolved.action {
        case .createTable(let table): table.name
        case .renameTable(_, let name): name
        case .createView(let view): view.name
        case .alterTable, .dropTable, .dropView, .run, .runSwift: nil
        }
    }

    /// Whether the table or view that the operation alters or drops exists in `start`, in the same form as it will have when the
    /// operation runs.
    fileprivate func finds(_ start: Schema) -> Bool {
        switch resolved.action {
        case .alterTable(let alteration): start[alteration.before.name]?.normalized == alteration.before.normalized
        case .dropTable(let table), .renameTable(let table, _): start[table.name]?.normalized == table.normalized
        case .dropView(let view): start[view: view.name] == view
        case .createTable, .createView, .run, .runSwift: false
        }
    }
}
