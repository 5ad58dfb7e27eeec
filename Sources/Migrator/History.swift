import Dialects

/// All migrations, in the one order in which they are applied.
public struct History: Sendable {
    /// The migrations, in the order in which they are applied.
    public let migrations: [Migration]

    /// A history of these migrations, replayed from the empty schema.
    ///
    /// - Throws: ``HistoryError`` when two migrations have the same id, or when one makes no sense after those before it.
    public init(@HistoryBuilder _ migrations: () -> [Migration]) throws(HistoryError) {
        try self.init(migrations())
    }

    /// A history of migrations that are there as values.
    ///
    /// - Throws: ``HistoryError`` when two migrations have the same id, or when one makes no sense after those before it.
    public init(_ migrations: [Migration]) throws(HistoryError) {
        var places: [String: Int] = [:]
        places.reserveCapacity(migrations.count)
        for (at, migration) in migrations.enumerated() where places.updateValue(at, forKey: migration.id) != nil {
            throw .repeatedID(migration.id)
        }
        self.migrations = migrations
        self.places = places
        schema = try History.replay(migrations[...])
    }

    private let places: [String: Int]

    /// The schema that all migrations make.
    public let schema: Schema

    /// What the first `count` migrations make.
    func schema(after count: Int) throws(HistoryError) -> Schema {
        count == migrations.count ? schema : try History.replay(migrations.prefix(count))
    }

    private static func replay(_ migrations: ArraySlice<Migration>) throws(HistoryError) -> Schema {
        var schema = Schema()
        for migration in migrations {
            do throws(SchemaError) { try schema.apply(migration.operations) } catch {
                throw .impossible(migration.id, error)
            }
        }
        return schema
    }

    func position(of id: String) -> Int? { places[id] }
}

/// Why a list of migrations can't be a history.
public enum HistoryError: Error, Equatable, CustomStringConvertible {
    /// Two migrations have this id.
    case repeatedID(String)
    /// The migration of this id can't follow those before it.
    case impossible(String, SchemaError)

    public var description: String {
        switch self {
        case .repeatedID(let id): "two migrations have the id \(id); give one of them another"
        case .impossible(let id, let error): "migration \(id): \(error)"
        }
    }
}
