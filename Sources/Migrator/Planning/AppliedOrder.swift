import Dialects

/// The places of a database's migrations in the history, in the order of application. That is the history's own order, unless a
/// migration was merged late and applied with consent.
struct AppliedOrder: Sendable, Equatable {
    let places: [Int]

    init(places: [Int]) { self.places = places }

    /// Creates the order of the first `count` migrations, each after the one before it.
    init(first count: Int) { places = Array(0..<count) }

    var count: Int { places.count }

    /// The places before an applied one that are not applied: migrations that were merged late.
    var missing: [Int] {
        guard let last = places.max(), places.count <= last else { return [] }
        let applied = Set(places)
        return (0..<last).filter { !applied.contains($0) }
    }

    /// The history's own order, if the applied migrations are a whole beginning of the history. Both orders then make the same
    /// schema: that was shown when a migration was applied out of order.
    var declared: AppliedOrder { missing.isEmpty ? AppliedOrder(first: count) : self }

    /// Returns the first `count` places in the order of application: those that stay when all later ones are undone.
    func prefix(_ count: Int) -> AppliedOrder { AppliedOrder(places: Array(places.prefix(count))) }
}

extension History {
    /// The places of the migrations that `applied` lacks, in the order of the history.
    func pending(after applied: AppliedOrder) -> [Int] {
        let known = Set(applied.places)
        return migrations.indices.filter { !known.contains($0) }
    }

    /// Returns the schema that these migrations make, in the order in which they were applied.
    func schema(of applied: AppliedOrder) throws(HistoryError) -> Schema {
        if applied == AppliedOrder(first: applied.count) { return try schema(after: applied.count) }
        return try schema(of: applied.places.lazy.map { migrations[$0] })
    }

    /// Returns the resolved operations of the migrations at `places`, one migration after the other.
    func resolved(
        _ places: some Sequence<Int>, after schema: Schema
    ) throws(HistoryError) -> [(place: Int, operations: [ResolvedOperation])] {
        var schema = schema
        var result: [(place: Int, operations: [ResolvedOperation])] = []
        for at in places {
            do throws(SchemaError) {
                let operations = try schema.resolving(migrations[at].operations)
                schema = operations.last?.after ?? schema
                result.append((at, operations))
            } catch {
                throw .impossible(migrations[at].id, error)
            }
        }
        return result
    }
}
