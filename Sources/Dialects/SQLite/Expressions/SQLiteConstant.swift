import TCSQLite

/// Defaults that have the same value whenever they are computed: SQLite itself computes them, so that any of its functions may stand in
/// them, as in `DEFAULT (json_array())`.
enum SQLiteConstant {
    /// In bytes. The file may be anybody's, and `hex(zeroblob(1000000000))` is a constant, too.
    private static let longest: Int32 = 1 << 20

    /// The value that a column of this kind gets; `nil` for what depends on the time, on chance or on the connection, and for NULL,
    /// which is what a function of a later SQLite yields for arguments that this one does not know.
    static func value(of text: String, for kind: SQLiteExpressionTranslation.Kind) -> Value? {
        // A text column stores numbers as SQLite writes them.
        let affinity = kind == .text ? " TEXT" : ""
        let value = try? SQLiteInspector.withScratch { scratch in
            if let scratch = scratch as? SQLiteConnection {
                sqlite3_limit(try scratch.handle.live(), SQLITE_LIMIT_LENGTH, longest)
            }
            // SQLite refuses in a generated column whatever may yield another value tomorrow: https://www.sqlite.org/gencol.html, 2.3.
            try scratch.execute(SQL(trusted: "CREATE TABLE constant (row, value\(affinity) AS (\(text)))"))
            try scratch.execute(SQL(trusted: "INSERT INTO constant (row) VALUES (1)"))
            return try scratch.query(SQL(trusted: "SELECT value FROM constant")).first?[0]
        }
        return value.flatMap { $0 == .null ? nil : $0 }
    }

    /// As a text column stores it: `1.0e+20`.
    static func text(of number: Double) -> String {
        let literal = number.isInfinite ? (number < 0 ? "-9e999" : "9e999") : String(number)
        guard case .text(let text) = value(of: literal, for: .text) else { return String(number) }
        return text
    }
}
