import Dialects

/// The triggers of tables that are being filled, and whatever else acts on statements on them (`TransferTarget.reactions`). The
/// former are removed and restored, the latter is switched off and on, so that rows arrive as they were, nothing acts on them a
/// second time, and no other table is written.
struct TriggersAside {
    private let triggers: [UndeclaredObjects.Object]
    private let reactions: [Reaction]
    private let target: any TransferDialect

    /// Reads the triggers and reactions. Like the methods below, it throws `DatabaseError`.
    init(of tables: [String], _ target: any TransferDialect, on connection: any Connection) throws {
        reactions = try target.reactions(of: tables, on: connection)
        let partitions = try target.partitions(of: tables, on: connection)
        triggers = try target.triggers(of: tables + partitions, on: connection)
        self.target = target
    }

    func remove(_ connection: any Connection) throws {
        for reaction in reactions { try connection.execute(SQL(trusted: reaction.disable)) }
        for trigger in triggers {
            try connection.execute(SQL(trusted: target.dropTrigger(trigger.name, on: trigger.owner)))
        }
    }

    func restore(_ connection: any Connection) throws {
        for trigger in triggers {
            for statement in [trigger.definition] + trigger.epilogue { try connection.execute(SQL(trusted: statement)) }
        }
        for reaction in reactions { try connection.execute(SQL(trusted: reaction.enable)) }
    }
}
