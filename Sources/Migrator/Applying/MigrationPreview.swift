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

    init(of plan: Plan, on connection: any Connection) throws {
        let meter = HazardMeter(connection: connection)
        steps = try plan.steps.map { step in
            Step(
                id: step.id, direction: step.direction, statements: try step.lowering(in: connection.dialect).statements
            )
        }
        guard let start = plan.steps.first?.operations.first?.before else {
            hazards = []
            return
        }
        let all = try plan.steps.flatMap(\.operations).flatMap { try $0.hazards(in: connection.dialect) }
        hazards = try meter.measure(all.filter { $0.isMeasurable(in: start) })
    }

    /// The same for a database that does not exist yet: everything is still to come, and no row is in the way.
    public init(ofNew history: History, upTo target: String?, in dialect: any Dialect) throws {
        steps = try history.planUp(to: target).steps.map { step in
            Step(id: step.id, direction: step.direction, statements: try step.lowering(in: dialect).statements)
        }
        hazards = []
    }
}
