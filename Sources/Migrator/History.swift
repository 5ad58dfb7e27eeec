import Dialects
import Synchronization

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
        replay = HistoryReplay(of: migrations)
        if !History.isReplayedLater { try requirePossible() }
    }

    /// Whether a history that is made is replayed only when somebody needs its schema, or has to know whether it is possible. For
    /// programs that begin by comparing it with a ledger: what that holds already was replayed when it was applied.
    @TaskLocal package static var isReplayedLater = false

    private let places: [String: Int]
    private let replay: HistoryReplay

    /// The schema that all migrations make.
    public var schema: Schema { replay.outcome.schema }

    /// Throws where a migration makes no sense after those before it.
    func requirePossible() throws(HistoryError) {
        if let error = replay.outcome.error { throw error }
    }

    /// What the first `count` migrations make.
    func schema(after count: Int) throws(HistoryError) -> Schema {
        let outcome = count == migrations.count ? replay.outcome : .init(of: migrations.prefix(count))
        if let error = outcome.error { throw error }
        return outcome.schema
    }

    func position(of id: String) -> Int? { places[id] }
}

/// What migrations make, found when it is first asked for.
private final class HistoryReplay: Sendable {
    /// The schema, up to the first migration that makes no sense.
    struct Outcome: Sendable {
        var schema = Schema()
        var error: HistoryError?

        init(of migrations: some Sequence<Migration>) {
            for migration in migrations {
                do throws(SchemaError) { try schema.apply(migration.operations) } catch {
                    self.error = .impossible(migration.id, error)
                    return
                }
            }
        }
    }

    private let migrations: [Migration]
    private let found = Mutex(Outcome?.none)

    init(of migrations: [Migration]) { self.migrations = migrations }

    var outcome: Outcome {
        found.withLock { found in
            if let found { return found }
            let outcome = Outcome(of: migrations)
            found = outcome
            return outcome
        }
    }
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
