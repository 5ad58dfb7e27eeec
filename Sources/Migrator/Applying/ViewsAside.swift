import Dialects

/// What others have added to the views that a migration drops, for those that it makes again: a view with another query is meant
/// for the same readers.
struct ViewsAside {
    private var epilogues: [String: ViewEpilogue] = [:]

    /// Returns the undeclared objects that the operation has to keep; `found` are those that the database holds around it.
    mutating func around(_ planned: Plan.PlannedOperation, found: UndeclaredObjects) -> UndeclaredObjects {
        switch planned.resolved.action {
        case .dropView(let view): epilogues[view.name] = found.epilogues[view.name]
        case .createView(let view):
            guard let epilogue = epilogues.removeValue(forKey: view.name) else { return found }
            return UndeclaredObjects(epilogues: [view.name: epilogue.withoutParts])
        case .createTable, .dropTable, .renameTable, .alterTable, .run, .runSwift: break
        }
        return found
    }
}

extension Plan.Step {
    /// Whether the step makes a view again that its operation at this place drops.
    func makesAgain(_ place: Int) -> Bool {
        guard case .dropView(let dropped) = operations[place].resolved.action else { return false }
        return operations[place...].contains { operation in
            if case .createView(let view) = operation.resolved.action { view.name == dropped.name } else { false }
        }
    }
}
