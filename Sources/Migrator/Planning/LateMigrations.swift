import Dialects

/// Migrations that were merged late: they are pending, and stand before one that is applied. They may follow it where that makes no
/// difference, which is shown and not believed.
struct LateMigrations {
    private let history: History
    private let applied: AppliedOrder
    /// Their places, in the order of the history.
    private let places: [Int]

    /// `nil` where there are none.
    init?(of history: History, _ applied: AppliedOrder) {
        let missing = applied.missing
        guard !missing.isEmpty else { return nil }
        (self.history, self.applied, places) = (history, applied, missing)
    }

    /// What is said to who did not allow them.
    var refusal: MigratorError {
        let next = applied.places.filter { $0 > places[0] }.min() ?? places[0]
        return .outOfOrder(id(places[0]), before: id(next))
    }

    /// Throws `MigratorError.orderMatters` unless the schema and the rows are the same as where all run in the history's order.
    func requireNoDifference() throws {
        try requireSameSchema()
        try requireSameRows()
    }

    private func id(_ place: Int) -> String { history.migrations[place].id }

    /// The one that was applied last of those that stand behind `place`: what is there follows it.
    private func last(behind place: Int) -> String { id(applied.places.last { $0 > place } ?? place) }

    private func requireSameSchema() throws {
        var schema = try history.schema(of: applied)
        for place in places {
            do throws(SchemaError) { try schema.apply(history.migrations[place].operations) } catch {
                throw MigratorError.orderMatters(id(place), after: last(behind: place), .impossible(error))
            }
        }
        let declared = try history.schema(after: applied.count + places.count)
        guard schema == declared else {
            let differences = schema.differences(from: declared)
            throw MigratorError.orderMatters(id(places[0]), after: last(behind: places[0]), .otherSchema(differences))
        }
    }

    /// From the last one back, so that each late one meets what it stands before and now follows.
    private func requireSameRows() throws {
        let late = Set(places)
        var later = RowFootprints()
        for (place, operations) in try history.resolved(0..<applied.count + places.count, after: Schema()).reversed() {
            let footprint = RowFootprint(of: operations, in: id(place))
            guard late.contains(place) else {
                later.insert(footprint)
                continue
            }
            if let (other, conflict) = later.conflict(with: footprint) {
                throw MigratorError.orderMatters(id(place), after: other, conflict)
            }
        }
    }
}

/// Why a migration can't follow one that stands behind it in the history.
public enum OrderConflict: Sendable, Equatable {
    /// It makes no sense there.
    case impossible(SchemaError)
    /// The schema would not be the history's: where they differ.
    case otherSchema([SchemaDifference])
    /// The migration of this id runs a script, and what that does to rows is not known.
    case script(in: String)
    /// The migration of this id runs the data step of this name, and what that does to rows is not known.
    case dataStep(String, in: String)
    /// Both have to do with the values of a table or column, so that rows would hold others.
    case values(of: String)
    /// One of them changes which columns this table has, and this view, which the other one makes or makes anew, shows all of them.
    case columns(of: String, in: String)
}

extension OrderConflict: CustomStringConvertible {
    public var description: String {
        switch self {
        case .impossible(let error): "\(error)"
        case .otherSchema(let differences):
            "the schema would not be what the history declares"
                + (differences.isEmpty ? "" : ": " + differences.map(\.description).joined(separator: "; "))
        case .script(let id): "\(id) runs a script, and what that does to rows can't be compared"
        case .dataStep(let name, let id):
            "\(id) runs the data step \"\(name)\", and what that does to rows can't be compared"
        case .columns(let table, let view):
            "view \(view) shows all columns that \(table) has when it is made, and these would be others"
        case .values(let place): "both change \(place), and rows would hold other values"
        }
    }
}
