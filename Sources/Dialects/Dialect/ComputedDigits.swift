/// How many digits of a computed column's values count when two databases are compared: SQLite computes decimals with doubles, of which 15
/// digits are exact (`DBL_DIG`), and PostgreSQL with decimals.
package enum ComputedDigits: Sendable, Equatable {
    /// All: both compute alike.
    case all
    /// So many behind the point, because the exact values have no more.
    case decimals(Int)
    /// The first 15.
    case fifteen
}
