import Dialects

/// Refuses a way back over several migrations at once, if it is known that one of them will be refused, so that those before it are not
/// undone first. The first one asks for itself. What depends on a data step, or on what a script may remove, is not known.
struct WayBackForecast {
    let start: Schema
    let history: History
    let options: Migrator.Options
    let connection: any Connection

    /// - Throws: `MigratorError.cannotLower` and `.dataLoss`, of the step that would be refused.
    func check(_ steps: ArraySlice<PreparedStep>) throws {
        guard steps.count > 1 else { return }
        if !options.allowsDataLoss { try requireConsent(to: steps) }
        try requireNothingInTheWay(of: steps)
    }

    private func requireConsent(to steps: ArraySlice<PreparedStep>) throws {
        var removals = ScriptedRemovals()
        for prepared in steps {
            var hazards: [Hazard] = []
            for operation in prepared.operations {
                removals.insert(operation)
                hazards += operation.hazards.filter {
                    $0.isDataLoss && $0.isMeasurable(in: start) && !removals.mayConcern($0.table, in: start)
                }
            }
            guard prepared.step.id != steps.first?.step.id else { continue }
            let lost = try HazardMeter(connection: connection).measure(hazards)
            guard lost.isEmpty else { throw MigratorError.dataLoss(prepared.step.id, lost) }
        }
    }

    /// One question about all tables says whether there is anything to look at. Most databases hold nothing but declared objects.
    private func requireNothingInTheWay(of steps: ArraySlice<PreparedStep>) throws {
        let tables = Set(start.tables.map(\.name) + start.views.map(\.name))
        let undeclared = try connection.dialect.undeclaredObjects(of: start, around: tables, on: connection)
        guard !undeclared.isEmpty else { return }
        var forecast = UndeclaredForecast(from: start, of: history, on: connection)
        for prepared in steps {
            for (place, operation) in prepared.operations.enumerated() {
                if case .runSwift = operation.planned.resolved.action { return }
                let found = try forecast.next(operation, at: place, of: prepared.step)
                guard forecast.isCertain else { return }
                guard prepared.step.id != steps.first?.step.id else { continue }
                if let refusal = found.refusals.first {
                    throw MigratorError.cannotLower(
                        prepared.step.id, dialect: connection.dialect.name, refusal)
                }
                guard options.allowsDataLoss || found.lost.isEmpty else {
                    throw MigratorError.dataLoss(prepared.step.id, found.lost)
                }
            }
        }
    }
}
