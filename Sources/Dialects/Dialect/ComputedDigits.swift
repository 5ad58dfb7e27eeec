import TCPOSIX

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

extension Double {
    /// The double that the number's first 15 significant digits read as. It makes no object, and needs no more than the C library.
    package var ofFifteenDigits: Double {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { text in
            guard let start = text.baseAddress else { return self }
            _ = withVaList([self]) { vsnprintf(start, text.count, "%.15g", $0) }
            return strtod(start, nil)
        }
    }
}
