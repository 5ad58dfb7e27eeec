import Dialects

/// What would be done, and what it would do to the rows that are there now.
public struct MigrationPreview: Sendable, Equatable {
    public struct Step: Sendable, Equatable {
        public var id: String
        public var direction: Plan.Direction
        public var statements: [String]
    }

    public var steps: [Step]
    /// What can be measured before anything was done: what concerns tables and columns that exist already.
    public var hazards: [MeasuredHazard]
    /// What would be refused because of what no migration declares, as far as it is there already.
    public var refusals: [LoweringError] = []

    init(of plan: Plan, on connection: any Connection) throws {
        let meter = HazardMeter(connection: connection)
        let lowered = try plan.steps.map { try $0.lowered(in: connection.dialect) }
        steps = zip(plan.steps, lowered).map { step, operations in
            Step(id: step.id, direction: step.direction, statements: operations.lowering.statements)
        }
        hazards = []
        guard let start = plan.steps.first(where: { !$0.operations.isEmpty })?.operations.first?.resolved.before else {
            return
        }
        for hazard in lowered.joined().flatMap(\.hazards) where hazard.isMeasurable(in: start) {
            do { hazards += try meter.measure([hazard]) } catch let error as LoweringError { refusals.append(error) }
        }
        for planned in plan.steps.flatMap(\.operations) where planned.finds(start) {
            let surroundings = try planned.surroundings(of: start, on: connection)
            hazards += planned.objectsLost(surroundings)
            do throws(LoweringError) {
                _ = try connection.dialect.lower(planned.resolved, keeping: surroundings)
            } catch { refusals.append(error) }
        }
    }

    /// The same for a database that does not exist yet: everything is still to come, and no row is in the way.
    public init(ofNew history: History, upTo target: String?, in dialect: any Dialect) throws {
        steps = try history.planUp(to: target).steps.map { step in
            Step(id: step.id, direction: step.direction, statements: try step.lowering(in: dialect).statements)
        }
        hazards = []
    }
}

extension Plan.PlannedOperation {
    /// Whether what it alters or drops is there now, and as it will be then.
    fileprivate func finds(_ start: Schema) -> Bool {
        switch resolved.action {
        case .alterTable(let alteration): start[alteration.before.name]?.normalized == alteration.before.normalized
        case .dropTable(let table): start[table.name]?.normalized == table.normalized
        case .dropView(let view): start[view: view.name] == view
        case .createTable, .renameTable, .createView, .run: false
        }
    }
}
