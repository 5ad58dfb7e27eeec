import Dialects

/// The triggers of tables that are being filled. They are removed and restored, so that rows arrive as they were and no
/// trigger acts on them a second time.
struct TriggersAside {
    private let triggers: [UndeclaredObjects.Object]
    private let target: any TransferDialect

    /// Reads the triggers. Like the methods below, it throws `DatabaseError`.
    init(
        of tables: [String], in schema: Schema, _ target: any TransferDialect, on connection: any Connection
    ) throws {
        let tables = Set(tables + (try target.partitions(of: tables, on: connection)))
        triggers = try target.undeclaredObjects(of: schema, on: connection).objects.filter { object in
            object.kind == .trigger && tables.contains(object.owner)
        }
        self.target = target
    }

    func remove(_ connection: any Connection) throws {
        for trigger in triggers {
            try connection.execute(SQL(trusted: target.dropTrigger(trigger.name, on: trigger.owner)))
        }
    }

    func restore(_ connection: any Connection) throws {
        for trigger in triggers {
            for statement in [trigger.definition] + trigger.epilogue { try connection.execute(SQL(trusted: statement)) }
        }
    }
}
