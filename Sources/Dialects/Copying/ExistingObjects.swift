/// What a dialect's database holds before a transfer fills it, and how that is kept out of its way.
package protocol ExistingObjects: Dialect {
    /// Makes sure that tables can be made in the current schema. A session that reads only may ask, so that a plan tells what a run would
    /// meet.
    ///
    /// - Throws: `DatabaseError` of kind `permission`.
    func requireRoomForTables(on connection: any Connection) throws

    /// Makes an empty database keep its pages as the source does, a database of the same kind: their size, and what becomes of empty ones. It
    /// must run outside of transactions, before anything is made there.
    ///
    /// - Throws: `DatabaseError`.
    func adoptPages(of source: any Connection, on connection: any Connection) throws

    /// Makes an empty database hold texts in the same encoding as the source, a database of the same kind. It must run before anything is
    /// made there. A server's encoding was chosen when its database was made, and so was that of a file which has held tables; values are
    /// converted.
    ///
    /// - Throws: `DatabaseError`.
    func adoptEncoding(of source: any Connection, on connection: any Connection) throws

    /// Returns a remark if `adoptEncoding` leaves, or has left, texts in another encoding than that of the source, a database of the same
    /// kind, so that expressions over their bytes mean something else; otherwise `nil`.
    ///
    /// - Throws: `DatabaseError`.
    func remark(onEncodingOf source: any Connection, on connection: any Connection) throws -> String?

    /// Returns the tables, views and sequences of the current schema that do not belong to an extension.
    ///
    /// - Throws: `DatabaseError`.
    func existingObjects(on connection: any Connection) throws -> [String]

    /// Returns the statements that drop those of these objects (`existingObjects`) which are there, each by the word for its kind, and what
    /// reads another one before it. Run them with foreign keys off (`Connection.withForeignKeysUnenforced`).
    ///
    /// - Throws: `DatabaseError`.
    func removal(of objects: [String], on connection: any Connection) throws -> [String]

    /// Returns a table as a statement names it that means the table's own rows, and not those of tables that inherit from it.
    ///
    /// - Throws: `DatabaseError`.
    func ownRows(of table: String, on connection: any Connection) throws -> String

    /// Returns the partitions of these tables, of any depth, that are in the current schema. They hold the tables' rows, and can have keys
    /// and triggers that the table does not have.
    ///
    /// - Throws: `DatabaseError`.
    func partitions(of tables: [String], on connection: any Connection) throws -> [String]

    /// Returns those of the tables which another role owns, so that this session may not set their keys and triggers aside.
    ///
    /// - Throws: `DatabaseError`.
    func tablesOfOthers(among tables: [String], on connection: any Connection) throws -> [String]

    /// Returns the foreign keys from and to these tables and their partitions, also from tables of other schemas. It returns none
    /// for a database that keeps foreign keys in the table and need not enforce them.
    ///
    /// - Throws: `DatabaseError`.
    func foreignKeys(touching tables: [String], on connection: any Connection) throws -> [RemovableConstraint]

    /// Returns what acts on statements on these tables beside the triggers of the current schema, as far as it is on: rules by which the
    /// database rewrites them (`CREATE RULE`), and triggers of partitions in other schemas. It returns none for a database that has neither.
    ///
    /// - Throws: `DatabaseError`.
    func reactions(of tables: [String], on connection: any Connection) throws -> [Reaction]

    /// Returns the triggers of these tables, each with the statements that make it again.
    ///
    /// - Throws: `DatabaseError`.
    func triggers(of tables: [String], on connection: any Connection) throws -> [UndeclaredObjects.Object]

    /// Returns the names of a table's unique keys and indexes that no list of columns says: those over expressions, of some rows alone, or
    /// that take NULLs for equal, and exclusions.
    ///
    /// - Throws: `DatabaseError`.
    func otherKeys(of table: String, on connection: any Connection) throws -> [String]

    /// Returns the part of a table because of which no program but its application can write into these columns: an index, a check or a column
    /// that calls a function or a collation which the application brings along. It returns `nil` if there is none, and always for a database
    /// that holds its functions itself. Nothing is written.
    ///
    /// - Throws: `DatabaseError`.
    func obstacle(
        toWriting columns: [String], into table: String, on connection: any Connection
    ) throws -> Omission?

    /// Returns how `Connection.copyIn` writes into the existing columns, whatever they were declared as, by table and column.
    ///
    /// - Throws: `DatabaseError`.
    func writtenColumns(on connection: any Connection) throws -> [String: [String: WrittenColumn]]

    /// Keeps others from writing into these tables until the transaction ends.
    ///
    /// - Throws: `DatabaseError`.
    func lock(_ tables: [String], on connection: any Connection) throws

    /// Checks now what the open transaction would check at its end, and from now on each statement at once.
    ///
    /// - Throws: `DatabaseError` if a row breaks a deferred constraint.
    func checkDeferred(on connection: any Connection) throws

    /// Makes the full-text tables over the texts of these tables read them anew. It does nothing if indexes follow their tables
    /// by themselves.
    ///
    /// - Throws: `DatabaseError`.
    func rebuildFullText(over tables: [String], on connection: any Connection) throws

    /// Whether the database gathers statistics of its own, so that they are to be renewed after another program's tables were filled.
    func hasStatistics(on connection: any Connection) throws -> Bool
}

extension ExistingObjects {
    /// Returns the existing objects, without those of `ignored` that hold no row. The result is empty when the target is free.
    ///
    /// - Throws: `DatabaseError`.
    package func existingObjects(ignoring ignored: Set<String>, on connection: any Connection) throws -> [String] {
        try existingObjects(on: connection).filter { name in
            guard ignored.contains(name) else { return true }
            return try connection.queryValue("SELECT EXISTS (SELECT 1 FROM \(identifier: name))")?.boolean ?? true
        }
    }
}

/// A constraint of a table, and the statements that remove it and make it again word for word.
package struct RemovableConstraint: Sendable, Equatable {
    package var table: String
    package var name: String
    /// Whether the constraint was found to hold for every row.
    package var isValid: Bool
    package var drop: String
    /// The statements that make the constraint again for future rows, or for all rows if there is no `validate`.
    package var restore: [String]
    /// The statement that validates the constraint on the existing rows. It fails if one of them breaks the constraint. `nil` if the
    /// constraint can only be made for all rows.
    package var validate: String?
}

/// What acts on statements on a table: the statements that switch it off, and on again as it was.
package struct Reaction: Sendable, Equatable {
    package var disable: String
    package var enable: String
}

/// How values are written into an existing column.
package struct WrittenColumn: Sendable, Equatable {
    /// The type as which they are written.
    package var type: ColumnType
    /// The only values that the column takes; empty if it takes all of the type.
    package var labels: [String] = []
    /// Whether the column stores values of any kind as they are, whatever its type says.
    package var takesAnyValue = false
    /// Whether the column keeps 32 bits of each number, and would round others without a word.
    package var isSinglePrecision = false

    package init(
        type: ColumnType, labels: [String] = [], takesAnyValue: Bool = false, isSinglePrecision: Bool = false
    ) {
        self.type = type
        self.labels = labels
        self.takesAnyValue = takesAnyValue
        self.isSinglePrecision = isSinglePrecision
    }
}
