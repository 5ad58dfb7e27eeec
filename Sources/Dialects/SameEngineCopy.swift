/// What makes a second database of the same kind: everything in the database's own words, with nothing translated.
package struct SameEngineCopy: Sendable, Equatable {
    /// A table that holds rows, those of a virtual table among them.
    package struct Table: Sendable, Equatable {
        package var name: String
        /// Makes it, without what is better built on loaded rows.
        package var statement: String
        /// The columns whose values are copied: not those that are computed.
        package var columns: [Column]
        /// The columns that the database numbers and whose counters are transferred.
        package var counters: [Counter]
        /// The object by whose name it is chosen: itself, or the virtual table whose rows it holds.
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
        /// The number that was issued last.
        package var last: Int64

        package init(column: String, last: Int64) {
            self.column = column
            self.last = last
        }
    }

    package struct Column: Sendable, Equatable {
        package var name: String
        /// As what its values travel.
        package var type: ColumnType

        package init(_ name: String, _ type: ColumnType) {
            self.name = name
            self.type = type
        }
    }

    /// A statement that comes before any row, and the object that it is for; `nil` for the whole database.
    package struct Preparation: Sendable, Equatable {
        package var owner: String?
        package var statement: String

        package init(_ statement: String, for owner: String? = nil) {
            self.owner = owner
            self.statement = statement
        }
    }

    package var tables: [Table]
    /// After the tables.
    package var preparations: [Preparation]
    /// What is built on loaded rows, in this order.
    package var parts: [Construction.Part]
    package var types: [TransferredType]
    /// What not even a database of the same kind gets, with the reason.
    package var omitted: [Omission]

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

/// A column whose type exists in its own database only, and what it is transferred as.
package struct TransferredType: Sendable, Equatable {
    package var table: String
    package var column: String
    package var type: ColumnType
    /// For people: "is an enumeration of the source's own".
    package var reason: String

    package init(table: String, column: String, type: ColumnType, reason: String) {
        self.table = table
        self.column = column
        self.type = type
        self.reason = reason
    }
}

extension Dialect {
    /// Whether both dialects use the same words, so that nothing has to be translated.
    public func speaksAs(_ other: any Dialect) -> Bool { type(of: self) == type(of: other) }
}
