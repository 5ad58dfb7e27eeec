import TCSQLite

/// Computes defaults that always have the same value. SQLite itself computes them, so a default may call any of SQLite's
/// functions, as in `DEFAULT (json_array())`.
enum SQLiteConstant {
    /// The length limit of a value, in bytes. The file may come from anybody, and `hex(zeroblob(1000000000))` is a constant
    /// too.
    private static let longest: Int32 = 1 << 20

    /// Returns the value that a column of this kind gets. Returns `nil` if the value depends on the time, on chance or on the
    /// connection. Returns `nil` for NULL too, because a function of a later SQLite may yield NULL for arguments that this
    /// version does not know.
    static func value(of text: String, for kind: SQLiteExpressionTranslation.Kind) -> Value? {
        // A text column stores numbers in the form in which SQLite writes them.
        let affinity = kind == .text ? " TEXT" : ""
        let value = try? SQLiteInspector.withScratch { scratch in
            if let scratch = scratch as? SQLiteConnection {
                sqlite3_limit(try scratch.handle.live(), SQLITE_LIMIT_LENGTH, longest)
            }
            // In a generated column SQLite refuses every expression whose value may change: https://www.sqlite.org/gencol.html,
            // 2.3.
            try scratch.execute(SQL(trusted: "CREATE TABLE constant (row, value\(affinity) AS (\(text)))"))
            try scratch.execute(SQL(trusted: "INSERT INTO constant (row) VALUES (1)"))
            return try scratch.query(SQL(trusted: "SELECT value FROM constant")).first?[0]
        }
        return value.flatMap { $0 == .null ? nil : $0 }
    }

    /// Returns the text that a text column stores for a number, such as `1.0e+20`.
    static func text(of number: Double) -> String {
        let literal = number.isInfinite ? (number < 0 ? "-9e999" : "9e999") : String(number)
        guard case .text(let text) = value(of: literal, for: .text) else { return String(number) }
        return text
    }
}
