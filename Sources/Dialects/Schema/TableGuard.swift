/// Something that stands on a table and decides, by itself, what becomes of rows that are written to it or read from it.
public struct TableGuard: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
        case trigger, rule, policy
        /// Policies decide which rows are seen.
        case rowSecurity = "row security"
        /// The name stands for a view, or for a table that does not outlive a crash or is read together with others.
        case storage
    }

    public var kind: Kind
    public var table: String
    public var name: String
    /// All that it does, as the database keeps it: equal texts do the same.
    public var definition: String

    public init(_ kind: Kind, on table: String, name: String, definition: String) {
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
    /// What stands on these tables, sorted. Throws `DatabaseError`.
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
