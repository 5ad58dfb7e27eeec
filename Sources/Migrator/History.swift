import Dialects

/// Every migration there is, in the one order in which they are applied.
public struct History: Sendable {
    public let migrations: [Migration]

    public init(@HistoryBuilder _ migrations: () -> [Migration]) throws(HistoryError) {
        try self.init(migrations())
    }

    /// Throws `HistoryError` when two migrations have the same id, or when one makes no sense after those before it.
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

    /// What all migrations make.
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

/// Why a list of migrations is no history.
public enum HistoryError: Error, Equatable, CustomStringConvertible {
    case repeatedID(String)
    case impossible(String, SchemaError)

    public var description: String {
        switch self {
        case .repeatedID(let id): "two migrations have the id \(id); give one of them another"
        case .impossible(let id, let error): "migration \(id): \(error)"
        }
    }
}
