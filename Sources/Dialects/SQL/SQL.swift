/// SQL text with its values beside it. An interpolated value becomes a binding; a name is interpolated as
/// `\(identifier: …)` and is quoted; nothing else of the caller's reaches the text.
///
///     let sql: SQL = "SELECT count(*) FROM \(identifier: table) WHERE owner = \(name)"
public struct SQL: Sendable, Equatable {
    /// The pieces between the bindings: always one more than there are bindings. A placeholder is chosen late.
    private(set) var pieces: [String]
    /// The values, in the order of their placeholders.
    public private(set) var bindings: [Value]
    /// Whether the statement reads system catalogs only, whose columns no DDL changes: a connection keeps it prepared. A statement is
    /// one as soon as a piece of it is.
    private(set) var readsCatalogs = false

    /// Text without values, taken as it stands. Use it for statements that a dialect has spelled, and never for text from
    /// outside.
    public init(trusted text: String) {
        pieces = [text]
        bindings = []
    }

    private init(binding value: Value) {
        pieces = ["", ""]
        bindings = [value]
    }

    /// Appends another piece with its bindings.
    public mutating func append(_ other: SQL) {
        pieces[pieces.count - 1] += other.pieces[0]
        pieces += other.pieces.dropFirst()
        bindings += other.bindings
        readsCatalogs = readsCatalogs || other.readsCatalogs
    }

    /// The same, of a statement that reads system catalogs only.
    func readingCatalogs() -> SQL {
        var sql = self
        sql.readsCatalogs = true
        return sql
    }

    /// The text as one dialect wants it; `placeholder` is given the binding's number, from 1.
    public func text(placeholder: (Int) -> String) -> String {
        var text = pieces[0]
        for at in pieces.indices.dropFirst() { text += placeholder(at) + pieces[at] }
        return text
    }
}

extension SQL: ExpressibleByStringInterpolation {
    public init(stringLiteral value: String) { self.init(trusted: value) }

    public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.sql }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql = SQL(trusted: "")

        public init(literalCapacity: Int, interpolationCount: Int) {}

        public mutating func appendLiteral(_ literal: String) { sql.append(SQL(trusted: literal)) }
        public mutating func appendInterpolation(_ value: some ValueConvertible) {
            sql.append(SQL(binding: value.value))
        }
        /// `nil` is NULL.
        public mutating func appendInterpolation(_ value: (some ValueConvertible)?) {
            sql.append(SQL(binding: value.value))
        }
        public mutating func appendInterpolation(identifier: String) { appendLiteral(SQLText.identifier(identifier)) }
        public mutating func appendInterpolation(identifiers: [String]) {
            appendLiteral(SQLText.identifiers(identifiers))
        }
        /// A piece of SQL with its own values.
        public mutating func appendInterpolation(_ other: SQL) { sql.append(other) }
        /// Text that a dialect has spelled: never anything that came from outside.
        public mutating func appendInterpolation(trusted text: String) { appendLiteral(text) }
    }
}
