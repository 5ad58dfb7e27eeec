import Dialects

/// Reads the schema of a live database, in the words of its declaration if that is known.
public enum LiveSchema {
    /// Inspects the database. If it holds exactly what the operations in its ledger make, the returned schema is the declared
    /// one: a text column of SQLite is then the timestamp, uuid or decimal that it stands for. A role that may not read the ledger is
    /// shown the schema as that of a database without one, with a remark.
    ///
    /// - Throws: `DatabaseError`, and `UnfinishedTransfer` if a transfer has not completed the database.
    public static func inspect(_ connection: any Connection) throws -> Inspection {
        var live = try connection.dialect.inspect(connection)
        let declared: Schema?
        do {
            declared = try declaredSchema(connection)
        } catch let error as DatabaseError where error.kind == .permission {
            live.remarkOnLedger =
                "the schema is in the database's own words, because its record of migrations can't be read: \(error.message)"
            return live
        }
        guard let declared, let made = try inspectScratch(declared, beside: connection) else { return live }
        if live.schema.differences(from: made.schema).isEmpty { live.schema = declared }
        return live
    }

    /// Inspects the database and compares it with a history that need not be in its ledger. A table that is as `declared` makes
    /// it is returned in the declared words.
    ///
    /// - Throws: The errors of `inspect`, and `LoweringError` for a declaration that this database can't hold.
    public static func inspect(_ connection: any Connection, inWordsOf declared: Schema) throws -> Inspection {
        var live = try inspect(connection)
        guard declared != Schema(), let made = try inspectScratch(declared, beside: connection) else { return live }
        let tables = live.schema.tables.map { table -> Table in
            guard let known = declared[table.name], let same = made.schema[table.name],
                Schema(tables: [table]).differences(from: Schema(tables: [same])).isEmpty
            else { return table }
            return known
        }
        let views = live.schema.views.map { view -> View in
            guard let known = declared[view: view.name],
                made.schema[view: view.name]?.query.compared == view.query.compared
            else { return view }
            return known
        }
        live.schema = Schema(tables: tables, views: views)
        return live
    }

    /// Returns what the database would read back after `schema` is made in a scratch place; `nil` if the database is read-only
    /// and has no scratch place.
    private static func inspectScratch(_ schema: Schema, beside connection: any Connection) throws -> Inspection? {
        do {
            return try connection.dialect.inspectScratch(schema, beside: connection)
        } catch let error as DatabaseError where error.kind == .permission {
            return nil
        }
    }

    /// Returns the schema that the ledger's operations make; `nil` if there is no ledger, or if this program can't read the
    /// operations.
    private static func declaredSchema(_ connection: any Connection) throws -> Schema? {
        let texts = try Ledger(connection: connection).usableOperations()
        guard !texts.isEmpty else { return nil }
        var schema = Schema()
        for text in texts {
            guard let operations = try? CanonicalOperations.operations(in: text),
                (try? schema.apply(operations)) != nil
            else { return nil }
        }
        return schema
    }
}
