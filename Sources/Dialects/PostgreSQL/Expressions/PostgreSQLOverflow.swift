/// Remembers whether the expressions of a table compute numbers that may be too large for one of the databases.
final class PostgreSQLOverflow {
    enum Kind {
        /// An integer may be too large for its type. PostgreSQL fails with it; SQLite has 64 bits for every integer, and goes on with doubles.
        case type
        /// A decimal may have more digits than SQLite computes with. SQLite fails with it (`ScaledInteger.text`).
        case digits
    }

    private var noted: Set<Kind> = []
    /// What the transferred expressions may compute.
    private(set) var possible: Set<Kind> = []

    /// Begins an expression.
    func begin() { noted = [] }

    func note(_ kind: Kind) { noted.insert(kind) }

    /// Keeps what was noted, because the expression is transferred.
    func keep() { possible.formUnion(noted) }
}
