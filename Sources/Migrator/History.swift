import Dialects

/// All migrations, in the one order in which they are applied.
public struct History: Sendable {
    /// The migrations, in the order in which they are applied.
    public let migrations: [Migration]

    /// Creates a history of these migrations, replayed from the empty schema.
    ///
    /// - Throws: ``HistoryError`` if two migrations have the same id, or if a migration is impossible after those before it.
    public init(@HistoryBuilder _ migrations: () -> [Migration]) throws(HistoryError) {
        try self.init(migrations())
    }

    /// Creates a history of an array of migrations.
    ///
    /// - Throws: ``HistoryError`` if two migrations have the same id, or if a migration is impossible after those before it.
    public init(_ migrations: [Migration]) throws(HistoryError) {
        for migration in migrations where !migration.hasPrintableID { throw .unprintableID(migration.id) }
        var places: [String: Int] = [:]
        places.reserveCapacity(migrations.count)
        for (at, migration) in migrations.enumerated() where places.updateValue(at, forKey: migration.id) != nil {
            throw .repeatedID(migration.id)
        }
        for migration in migrations where migration.isOnline { try migration.requireOnline() }
        for migration in migrations.dropFirst() where !migration.replaces.isEmpty { throw .replacesLater(migration.id) }
        var replaced: Set<String> = []
        for id in migrations.first?.replaces ?? [] where places[id] != nil || !replaced.insert(id).inserted {
            throw .repeatedID(id)
        }
        self.migrations = migrations
        self.places = places
        replay = Deferred { HistoryReplay(of: migrations) }
        checksums = Deferred { migrations.map { CanonicalOperations.checksum(of: $0.operations) } }
        if !History.isReplayedLater { try requirePossible() }
    }

    /// Whether a new history is replayed only when its schema is needed, or when it matters whether it is possible. This is for
    /// programs that begin by comparing the history with a ledger: the migrations in the ledger were replayed when they were
    /// applied.
    @TaskLocal package static var isReplayedLater = false

    private let places: [String: Int]
    private let replay: Deferred<HistoryReplay>
    /// The checksums of the migrations, in the same order.
    let checksums: Deferred<[String]>

    /// The schema that all migrations make.
    public var schema: Schema { replay.value.schema }

    /// Throws if a migration is impossible after those before it.
    func requirePossible() throws(HistoryError) {
        if let error = replay.value.error { throw error }
    }

    /// Returns the schema that the first `count` migrations make.
    func schema(after count: Int) throws(HistoryError) -> Schema {
        guard count == migrations.count else { return try schema(of: migrations.prefix(count)) }
        try requirePossible()
        return replay.value.schema
    }

    /// Returns the schema that these migrations make, one after the other.
    package func schema(of migrations: some Sequence<Migration>) throws(HistoryError) -> Schema {
        let replay = HistoryReplay(of: migrations)
        if let error = replay.error { throw error }
        return replay.schema
    }

    func position(of id: String) -> Int? { places[id] }
}

/// The schema that migrations make, up to the first impossible one, and that one's error.
private struct HistoryReplay: Sendable {
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

/// The reason why a list of migrations can't be a history.
public enum HistoryError: Error, Equatable, CustomStringConvertible {
    /// Two migrations have this id.
    case repeatedID(String)
    /// This id is empty, or it contains a line break or another control character, so that nobody could name it in a command.
    case unprintableID(String)
    /// The migration with this id can't follow those before it.
    case impossible(String, SchemaError)
    /// The online migration with this id contains an operation that can't be done beside readers and writers: the operation's
    /// verb, and its table or view if it has one.
    case notOnline(String, verb: String, of: String?)
    /// The migration with this id replaces others, but is not the first.
    case replacesLater(String)

    public var description: String {
        switch self {
        case .repeatedID(let id): "two migrations have the id \(id); give one of them another"
        case .unprintableID(let id):
            "a migration has the id \(id.debugDescription), which is \(id.isEmpty ? "empty" : "not one printable line"); "
                + "give it one such as 0007-session-titles"
        case .impossible(let id, let error): "migration \(id): \(error)"
        case .replacesLater(let id):
            "migration \(id) replaces others, but is not the first of the history; move it there, in their place"
        case .notOnline(let id, let verb, let relation):
            "migration \(id) can't be online: \(verb)\(relation.map { " of \($0)" } ?? "") can't run beside readers and writers (online "
                + "operations add or drop indexes, unique keys, checks and foreign keys, or make a column required or nullable); "
                + "put it into a migration of its own"
        }
    }
}

extension Migration {
    fileprivate var hasPrintableID: Bool {
        !id.isEmpty && id.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
    }

    fileprivate func requireOnline() throws(HistoryError) {
        for operation in operations {
            guard let verb = operation.verbThatIsNotOnline else { continue }
            throw .notOnline(id, verb: verb, of: operation.relation)
        }
    }
}
