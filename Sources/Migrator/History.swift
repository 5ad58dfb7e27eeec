import Dialects

/// Every migration there is, in the one order in which they are applied.
public struct History: Sendable {
    public let migrations: [Migration]

    public init(@HistoryBuilder _ migrations: () -> [Migration]) throws(HistoryError) {
        try self.init(migrations())
    }

    /// Throws `HistoryError` when two migrations have the same id, or when one makes no sense after those before it.
    public init(_ migrations: [Migration]) throws(HistoryError) {
        var seen: Set<String> = []
        for migration in migrations where !seen.insert(migration.id).inserted {
            throw .repeatedID(migration.id)
        }
        self.migrations = migrations
        states = try History.replay(migrations)
    }

    /// The schema before the first migration and after each: `states[n]` is what `n` migrations make.
    let states: [Schema]

    /// What all migrations make.
    public var schema: Schema { states[states.count - 1] }

    private static func replay(_ migrations: [Migration]) throws(HistoryError) -> [Schema] {
        var states = [Schema()]
        for migration in migrations {
            do throws(SchemaError) {
                let steps = try states[states.count - 1].states(through: migration.operations)
                states.append(steps[steps.count - 1])
            } catch {
                throw .impossible(migration.id, error)
            }
        }
        return states
    }

    func position(of id: String) -> Int? { migrations.firstIndex { $0.id == id } }
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
