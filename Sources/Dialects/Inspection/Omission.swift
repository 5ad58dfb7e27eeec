/// An object of a database that a transfer or a schema value leaves out.
public struct Omission: Sendable, Equatable, Codable {
    /// The kind of an object that is left out.
    public enum Kind: String, Sendable, Codable {
        /// A virtual table of SQLite (https://www.sqlite.org/vtab.html).
        case virtualTable = "virtual_table"
        /// A table in which a virtual table keeps its data.
        case shadowTable = "shadow_table"
        /// A trigger.
        case trigger
        /// A table.
        case table
        /// A view.
        case view
        /// An index.
        case index
        /// A column.
        case column
        /// A check or key.
        case constraint
        /// Anything else: a function, a policy, an extension.
        case other
        /// A foreign key.
        case foreignKey = "foreign_key"

        /// The kind for people: `virtual table`.
        public var words: String { rawValue.replacing("_", with: " ") }
    }

    /// The kind of the object.
    public var kind: Kind
    /// The object's name in the database that it was read from.
    public var name: String
    /// Why the object stays behind, without a subject: `calls json_each`.
    public var reason: String
    /// The table that the object belongs to, as a trigger or a constraint does; `nil` for an object of none.
    public var table: String?
    /// Whether the schema holds the object, and only what the reason says of it is left out: that a check is NOT VALID.
    package var isDetail = false

    /// The members of an omission as JSON; whether it is a detail matters to a comparison alone.
    private enum CodingKeys: CodingKey { case kind, name, reason, table }

    package init(_ kind: Kind, _ name: String, reason: String, of table: String? = nil, isDetail: Bool = false) {
        self.kind = kind
        self.name = name
        self.reason = reason
        self.table = table
        self.isDetail = isDetail
    }
}

extension Omission {
    /// The omission as documents for programs contain it.
    package var document: JSON {
        .object([("kind", .string(kind.rawValue)), ("name", .string(name)), ("reason", .string(reason))])
    }
}
