import Dialects

// Finds the values that undoing an alteration can't bring back: those that the alteration computed, with no expression for
// the earlier ones.

extension Plan.PlannedOperation {
    /// Returns a hazard for each column that keeps its present values, or gets them back in another form than they once had.
    func lostOnTheWayBack(of alteration: TableAlteration, in dialect: any Dialect) throws(LoweringError) -> [Hazard] {
        guard let undoes else { return [] }
        let table = alteration.before
        // The name of each column after the last step, by its name at the step in question.
        var names = Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, $0.name) })
        var hazards: [Hazard] = []
        for step in undoes.steps.reversed() {
            switch step.change {
            case .renameColumn(let old, let new): names[old] = names.removeValue(forKey: new)
            case .addColumn(let column, _): names[column.name] = nil
            case .dropColumn(let column, _): names[column] = nil
            case .changeColumn(let column, let facets):
                guard let final = names[column].flatMap({ table[column: $0] }), let was = step.before[column: column],
                    let now = step.after[column: column]
                else { continue }
                for facet in facets where !hazards.contains(where: { $0.column == final.name }) {
                    let lost = try Lost(facet, from: was, to: now, dialect)
                    guard lost != .nothing else { continue }
                    hazards.append(hazard(table, final, try lost.condition(final, dialect)))
                }
            case .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique, .dropUnique, .addCheck, .dropCheck,
                .addForeignKey, .dropForeignKey, .renameIndex, .renameConstraint:
                break
            }
        }
        return hazards.reversed() + (try lostByFollowers(alteration.followers, dialect))
    }

    private func lostByFollowers(
        _ followers: [TableAlteration.ChangedTable], _ dialect: any Dialect
    ) throws(LoweringError) -> [Hazard] {
        var hazards: [Hazard] = []
        for follower in followers {
            let table = follower.before
            for column in table.columns {
                guard let was = follower.after[column: column.name], was.type != column.type else { continue }
                let way = try dialect.conversion(of: column.name, from: was.type, to: column.type)
                guard !way.isReversible else { continue }
                hazards.append(hazard(table, column, "\(SQLText.identifier(column.name)) IS NOT NULL"))
            }
        }
        return hazards
    }

    private func hazard(_ table: Table, _ column: Column, _ condition: String?) -> Hazard {
        var hazard = Hazard(kind: .notUndone, table: table.name, column: column.name, condition: condition)
        hazard.reads = [table.name: [column]]
        let own = Hazard.Shown(name: column.name, value: SQLText.identifier(column.name))
        hazard.shown = table.shownKey.filter { $0 != own } + [own]
        return hazard
    }
}

/// The part of a column's earlier values that is lost when one facet changes.
private enum Lost: Equatable {
    case nothing
    case everything
    /// The form in which a value was written is lost.
    case spelling
    /// It is lost which rows held NULL, because NULL became this value.
    case nulls(Default)

    init(_ facet: Facet, from was: Column, to now: Column, _ dialect: any Dialect) throws(LoweringError) {
        switch facet {
        case .type(_, _, undo: .some): self = .nothing
        case .type(_, using: .some, undo: nil): self = .everything
        case .type(let type, nil, undo: nil):
            let way = try dialect.conversion(of: was.name, from: was.type, to: type)
            self = way.isReversible ? .nothing : .spelling
        case .nullable(false, let fill?): self = was.isNullable ? .nulls(fill) : .nothing
        case .generated(.some): self = was.generated == nil ? .everything : .nothing
        case .nullable, .default, .generated, .collation: self = .nothing
        }
    }

    /// Returns the condition for the rows concerned; `nil` for all rows.
    func condition(_ column: Column, _ dialect: any Dialect) throws(LoweringError) -> String? {
        let name = SQLText.identifier(column.name)
        switch self {
        case .nothing, .everything: return nil
        case .spelling: return "\(name) IS NOT NULL"
        case .nulls(let fill):
            guard fill.isConstant else { return nil }
            let filling = try dialect.stored(try dialect.render(fill, for: column.type), by: column)
            // PostgreSQL's json has no equality.
            guard column.type == .jsonText else { return "\(name) = \(filling)" }
            return "CAST(\(name) AS text) = CAST(\(filling) AS text)"
        }
    }
}
