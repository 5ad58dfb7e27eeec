/// The strongest lock of some tables, which keeps all others from them until the open transaction ends.
public struct TableLock: Sendable {
    /// The statement that takes the lock.
    var statement: SQL
    /// Statements that take the same lock of the tables' owner, who may have lost the right to `statement`.
    var ofOwner: [SQL]
}

extension Connection {
    /// Takes the lock in the open transaction.
    ///
    /// - Throws: ``DatabaseError``. The transaction has failed then.
    package func take(_ lock: TableLock) throws(DatabaseError) {
        try execute("SAVEPOINT tc_lock")
        do throws(DatabaseError) { try execute(lock.statement) } catch {
            guard error.kind == .permission, !lock.ofOwner.isEmpty else { throw error }
            try execute("ROLLBACK TO SAVEPOINT tc_lock")
            for statement in lock.ofOwner { try execute(statement) }
        }
        try execute("RELEASE SAVEPOINT tc_lock")
    }
}
