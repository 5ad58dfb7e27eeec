/// Remembers whether the expressions of a table compute numbers that may be too large for their type. PostgreSQL fails with such a
/// number; SQLite has 64 bits for every integer, and goes on with doubles.
final class PostgreSQLOverflow {
    private var isNoted = false
    /// Whether one of the transferred expressions computes such numbers.
    private(set) var isPossible = false

    /// Begins an expression.
    func begin() { isNoted = false }

    func note() { isNoted = true }

    /// Keeps what was noted, because the expression is transferred.
    func keep() { isPossible = isPossible || isNoted }
}
