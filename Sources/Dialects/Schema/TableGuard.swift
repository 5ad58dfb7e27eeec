/// An object on a table that decides what happens to rows which are written to it or read from it.
public struct TableGuard: Sendable, Hashable {
    /// The kind of a guard.
    public enum Kind: String, Sendable, CaseIterable {
        /// A trigger.
        case trigger
        /// A rule of PostgreSQL, which rewrites statements.
        case rule
        /// A policy of PostgreSQL's row security.
        case policy
        /// Row security, which lets policies decide which rows are seen.
        case rowSecurity = "row security"
        /// A view, or an unlogged or inherited table, that has the table's name.
        case storage
    }

    /// The kind of the guard.
    public var kind: Kind
    /// The table that it stands on.
    public var table: String
    /// The name of the guard.
    public var name: String
    /// The whole definition, as the database keeps it. Guards with equal texts act alike.
    public var definition: String

    package init(_ kind: Kind, on table: String, name: String, definition: String) {
        self.kind = kind
        self.table = table
        self.name = name
        self.definition = definition
    }
}

extension TableGuard: CustomStringConvertible {
    public var description: String {
        switch kind {
        case .trigger, .rule, .policy: "the \(kind.rawValue) \(name) on \(table)"
        case .rowSecurity: "row security on \(table)"
        case .storage: "\(table), which \(definition)"
        }
    }
}

extension Connection {
    /// Finds the guards of these tables, sorted.
    ///
    /// - Throws: ``DatabaseError``.
    public func guards(on tables: [String]) throws(DatabaseError) -> [TableGuard] {
        var found: [TableGuard] = []
        for table in tables {
            for row in try query(dialect.guards(on: table)) {
                guard let kind = row[0].text.flatMap(TableGuard.Kind.init(rawValue:)) else { continue }
                found.append(TableGuard(kind, on: table, name: row[1].text ?? "", definition: row[2].text ?? ""))
            }
        }
        return found.sorted { ($0.table, $0.kind.rawValue, $0.name) < ($1.table, $1.kind.rawValue, $1.name) }
    }
}
