/// What makes a second database of the same kind: everything in the database's own words, with nothing translated.
public struct Replica: Sendable, Equatable {
    /// A table that holds rows, those of a virtual table among them.
    public struct Table: Sendable, Equatable {
        public var name: String
        /// Makes it, without what is better built on loaded rows.
        public var statement: String
        /// The columns whose values are copied: not those that are computed.
        public var columns: [Column]
        /// The column that counts by itself and whose counter is carried over.
        public var counting: String?
        /// The object by whose name it is chosen: itself, or the virtual table whose rows it holds.
        public var owner: String

        public init(name: String, statement: String, columns: [Column], counting: String? = nil, owner: String? = nil) {
            self.name = name
            self.statement = statement
            self.columns = columns
            self.counting = counting
            self.owner = owner ?? name
        }
    }

    public struct Column: Sendable, Equatable {
        public var name: String
        /// As what its values travel.
        public var type: ColumnType

        public init(_ name: String, _ type: ColumnType) {
            self.name = name
            self.type = type
        }
    }

    /// A statement that comes before any row, and the object that it is for; `nil` for the whole database.
    public struct Preparation: Sendable, Equatable {
        public var owner: String?
        public var statement: String

        public init(_ statement: String, for owner: String? = nil) {
            self.owner = owner
            self.statement = statement
        }
    }

    public var tables: [Table]
    /// After the tables.
    public var preparations: [Preparation]
    /// What is built on loaded rows, in this order.
    public var parts: [Construction.Part]
    public var types: [CarriedType]
    /// What not even a database of the same kind gets, with the reason.
    public var notCarried: [NotCarried]

    public init(
        tables: [Table] = [], preparations: [Preparation] = [], parts: [Construction.Part] = [],
        types: [CarriedType] = [], notCarried: [NotCarried] = []
    ) {
        self.tables = tables
        self.preparations = preparations
        self.parts = parts
        self.types = types
        self.notCarried = notCarried
    }
}

/// A column whose type exists in its own database only, and what it is carried as.
public struct CarriedType: Sendable, Equatable {
    public var table: String
    public var column: String
    public var type: ColumnType
    /// For people: "is an enumeration of the source's own".
    public var reason: String

    public init(table: String, column: String, type: ColumnType, reason: String) {
        self.table = table
        self.column = column
        self.type = type
        self.reason = reason
    }
}

extension Dialect {
    /// Whether both speak the same words, so that nothing needs to be translated from one to the other.
    public func speaksAs(_ other: any Dialect) -> Bool { type(of: self) == type(of: other) }
}
