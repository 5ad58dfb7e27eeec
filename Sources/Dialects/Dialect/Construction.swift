/// A schema's DDL in two halves, before and after a bulk load.
public struct Construction: Sendable, Equatable {
    /// One statement of the second half, and the name by which a report calls it.
    public struct Part: Sendable, Equatable {
        /// The kind of object that a statement makes.
        public enum Kind: String, Sendable {
            /// A primary key.
            case primaryKey
            /// A unique key.
            case unique
            /// An index, unique or not.
            case index
            /// A check.
            case check
            /// A foreign key.
            case foreignKey
            /// A view.
            case view
            /// A trigger.
            case trigger
        }
        /// The kind of object that the statement makes.
        public var kind: Kind
        /// The table or view that the object belongs to.
        public var table: String
        /// The name of the object that the statement makes.
        public var name: String
        /// The statement, without a closing `;`.
        public var statement: String

        package init(_ kind: Kind, table: String, name: String, statement: String) {
            self.kind = kind
            self.table = table
            self.name = name
            self.statement = statement
        }
    }

    /// One `CREATE TABLE` per table, in foreign-key order.
    public var tables: [String]
    /// The statements to run after the load, in this order: primary keys, uniques, indexes, checks, foreign keys, views,
    /// triggers.
    public var afterLoad: [Part]

    package init(tables: [String], afterLoad: [Part]) {
        self.tables = tables
        self.afterLoad = afterLoad
    }
}
