/// The statements and columns that make a second database of the same kind: everything is in the database's own SQL, and nothing
/// is translated.
package struct SameEngineCopy: Sendable, Equatable {
    /// A table that holds rows, including the tables behind a virtual table.
    package struct Table: Sendable, Equatable {
        package var name: String
        /// The statement that makes the table, without the parts that are better built on loaded rows.
        package var statement: String
        /// The columns whose values are copied. Computed columns are not among them.
        package var columns: [Column]
        /// The columns that the database numbers and whose counters are transferred.
        package var counters: [Counter]
        /// The name of the object by which a rule chooses this table: the table itself, or the virtual table whose rows it holds.
        package var owner: String

        package init(
            name: String, statement: String, columns: [Column], counters: [Counter] = [], owner: String? = nil
        ) {
            self.name = name
            self.statement = statement
            self.columns = columns
            self.counters = counters
            self.owner = owner ?? name
        }
    }

    package struct Counter: Sendable, Equatable {
        package var column: String
        /// The number that the counter issued last.
        package var last: Int64

        package init(column: String, last: Int64) {
            self.column = column
            self.last = last
        }
    }

    package struct Column: Sendable, Equatable {
        package var name: String
        /// The type as which the column's values are transferred.
        package var type: ColumnType

        package init(_ name: String, _ type: ColumnType) {
            self.name = name
            self.type = type
        }
    }

    /// A sequence that does not come with its column: defaults, triggers and programs ask it for its numbers.
    package struct Sequence: Sendable, Equatable {
        package var name: String
        /// The table whose column owns the sequence, so that it goes with the table; `nil` for a sequence of nobody's.
        package var owner: String?
        /// The statement that makes the sequence, once the tables are made.
        package var statement: String
        /// The statement that makes the sequence continue where the source's does, once the rows are loaded; `nil` if nobody knows where.
        package var position: String?

        package init(name: String, owner: String? = nil, statement: String, position: String? = nil) {
            self.name = name
            self.owner = owner
            self.statement = statement
            self.position = position
        }
    }

    /// A default that asks sequences.
    package struct Default: Sendable, Equatable {
        package var table: String
        package var column: String
        /// The tables that own the sequences.
        package var owners: Set<String>
        /// The statement that sets the default, once all sequences are made.
        package var statement: String

        package init(table: String, column: String, owners: Set<String>, statement: String) {
            self.table = table
            self.column = column
            self.owners = owners
            self.statement = statement
        }
    }

    /// A statement that runs before any row is loaded, and the object that it belongs to; `nil` for the whole database.
    package struct Preparation: Sendable, Equatable {
        package var owner: String?
        package var statement: String

        package init(_ statement: String, for owner: String? = nil) {
            self.owner = owner
            self.statement = statement
        }
    }

    package var tables: [Table]
    /// The statements that run after the tables are made and before rows are loaded.
    package var preparations: [Preparation]
    package var sequences: [Sequence] = []
    package var defaults: [Default] = []
    /// The parts that are built on loaded rows, in this order.
    package var parts: [Construction.Part]
    package var types: [TransferredType]
    /// The objects that not even a database of the same kind gets, each with the reason.
    package var omitted: [Omission]

    /// The names of the virtual tables, also of those of which no table here holds rows.
    package var virtualTables: Set<String> { Set(preparations.compactMap(\.owner)) }

    package init(
        tables: [Table] = [], preparations: [Preparation] = [], parts: [Construction.Part] = [],
        types: [TransferredType] = [], omitted: [Omission] = []
    ) {
        self.tables = tables
        self.preparations = preparations
        self.parts = parts
        self.types = types
        self.omitted = omitted
    }
}

/// A column whose type exists in its own database only, and the type as which it is transferred.
package struct TransferredType: Sendable, Equatable {
    package var table: String
    package var column: String
    package var type: ColumnType
    /// The reason as a predicate, for people: "is an enumeration of the source's own".
    package var reason: String

    package init(table: String, column: String, type: ColumnType, reason: String) {
        self.table = table
        self.column = column
        self.type = type
        self.reason = reason
    }
}

extension Dialect {
    /// Returns whether both dialects use the same SQL, so that nothing has to be translated.
    public func speaksAs(_ other: any Dialect) -> Bool { type(of: self) == type(of: other) }
}
