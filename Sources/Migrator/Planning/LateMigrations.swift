import Dialects

/// Pending migrations that stand before an applied one, because they were merged late. They may follow it if that is shown to
/// make no difference.
struct LateMigrations {
    private let history: History
    private let applied: AppliedOrder
    /// The places of the late migrations, in the order of the history.
    private let places: [Int]

    /// Returns `nil` if no migration was merged late.
    init?(of history: History, _ applied: AppliedOrder) {
        let missing = applied.missing
        guard !missing.isEmpty else { return nil }
        (self.history, self.applied, places) = (history, applied, missing)
    }

    /// The error for a caller that did not allow late migrations.
    var refusal: MigratorError {
        let next = applied.places.filter { $0 > places[0] }.min() ?? places[0]
        return .outOfOrder(id(places[0]), before: id(next))
    }

    /// Runs `body`, which replays what is applied. If that is impossible because a migration before it is not in the ledger, then
    /// this is what the error says, as `up` does.
    static func naming<T>(gapsOf history: History, _ applied: AppliedOrder, _ body: () throws -> T) throws -> T {
        do { return try body() } catch let error as HistoryError {
            throw LateMigrations(of: history, applied)?.refusal ?? error
        }
    }

    /// Throws `MigratorError.orderMatters` unless the schema and the rows are the same as if all migrations ran in the history's
    /// order.
    func requireNoDifference() throws {
        try requireSameSchema()
        try requireSameRows()
    }

    private func id(_ place: Int) -> String { history.migrations[place].id }

    /// Returns the id of the migration that was applied last of those behind `place` in the history. The late migration follows
    /// it.
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

    /// Goes from the history's last migration back to its first, so that each late migration is compared with all those which it
    /// stands before but has to follow.
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

/// The reason why a migration can't follow one that stands behind it in the history.
public enum OrderConflict: Sendable, Equatable {
    /// The migration is impossible there.
    case impossible(SchemaError)
    /// The schema would not be the history's. The value is the differences.
    case otherSchema([SchemaDifference])
    /// The migration with this id runs a script, whose effect on rows is not known.
    case script(in: String)
    /// The migration with this id runs the data step with this name, whose effect on rows is not known.
    case dataStep(String, in: String)
    /// Both migrations work on the values of a table or column, so the rows would hold other values.
    case values(of: String)
    /// One migration changes the set of this table's columns. The other creates or recreates this view, which shows all of them.
    case columns(of: String, in: String)
}

extension OrderConflict: CustomStringConvertible {
    public var description: String {
        switch self {
        case .impossible(let error): "\(error)"
        case .otherSchema(let differences):
            "the resulting schema would not be the one that the history declares"
                + (differences.isEmpty ? "" : ": " + differences.map(\.description).joined(separator: "; "))
        case .script(let id): "\(id) runs a script, whose effect on rows can't be compared"
        case .dataStep(let name, let id):
            "\(id) runs the data step \"\(name)\", whose effect on rows can't be compared"
        case .columns(let table, let view):
            "view \(view) shows all columns that \(table) has at its creation, and these would differ"
        case .values(let place): "both change \(place), and its rows would hold other values"
        }
    }
}
