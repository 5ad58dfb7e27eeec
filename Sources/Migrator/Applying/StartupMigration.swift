import Dialects

/// The way in which a program treats its database's schema when it starts.
public enum StartupMode: String, Sendable, CaseIterable {
    /// Applies the pending migrations. If several programs start at once, one applies them, and all continue when it is
    /// done.
    case migrate
    /// Waits until another program has applied what is pending.
    case wait
    /// Continues only if nothing is pending.
    case refuseIfBehind = "refuse-if-behind"
    /// Continues only if nothing is pending and the live schema is what its migrations declare. What only scripts make is not looked at
    /// where they can't run again (``DriftReport/unrepeated``).
    case check
}

/// A step of a program's start.
public enum StartupEvent: Sendable, Equatable {
    /// The position of the database.
    case position(Position)
    /// These migrations are pending, and another program is expected to apply them. Sent once.
    case waiting([String])
    /// A migration begins or ends. Sent only in mode `migrate`.
    case migration(MigrationEvent)
    /// The schema is what the program needs.
    case ready
}

extension Migrator {
    /// Brings the database to this history in the way that `mode` says.
    ///
    /// - Parameters:
    ///   - mode: Whether to migrate, to wait for another program that does, or to check only.
    ///   - patience: How long mode `wait` waits, in seconds.
    ///   - onEvent: Hears what happens meanwhile.
    /// - Throws: ``MigratorError``, ``MigrationFailure``, `UnfinishedTransfer` or `DatabaseError`.
    public func start(
        _ mode: StartupMode, patience: Double = 300, _ onEvent: @escaping @Sendable (StartupEvent) -> Void = { _ in }
    ) async throws {
        let position = try await status().position
        onEvent(.position(position))
        switch mode {
        case .migrate:
            // A squash that is not recorded yet counts as applied. `up` compares it with what it replaces, and records it.
            let isSquash = Squash(of: history) != nil
            if position != .current || isSquash { try await up { onEvent(.migration($0)) } }
        case .wait:
            try await waitUntilCurrent(position, patience, onEvent)
            try await requireSameSchemaOfSquash()
        case .refuseIfBehind:
            try requireCurrent(position)
            try await requireSameSchemaOfSquash()
        case .check:
            try requireCurrent(position)
            if let difference = try await driftReport().certainDifferences.first {
                throw MigratorError.drifted(difference)
            }
        }
        onEvent(.ready)
    }

    private func requireCurrent(_ position: Position) throws(MigratorError) {
        switch position {
        case .current: return
        case .behind(let ids): throw .behind(ids)
        case .newer(let ids): throw .newer(ids)
        case .changed(let migrations): throw .changed(migrations)
        }
    }

    /// Makes sure that a squash which is not recorded yet makes the schema of the migrations that it replaces.
    private func requireSameSchemaOfSquash() async throws {
        let history = history
        try await database.withConnection { _ = try SquashRun(of: history, on: $0)?.preview() }
    }

    private func waitUntilCurrent(
        _ position: Position, _ patience: Double, _ onEvent: (StartupEvent) -> Void
    ) async throws {
        let deadline = ContinuousClock.now + .wait(seconds: patience)
        var position = position
        if case .behind(let ids) = position { onEvent(.waiting(ids)) }
        while case .behind = position, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(250))
            position = try await status().position
        }
        try requireCurrent(position)
    }
}
