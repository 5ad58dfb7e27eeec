/// SQL text together with its values. An interpolated value becomes a binding. A name is interpolated as `\(identifier: …)` and
/// is quoted. Nothing else that the caller interpolates reaches the text.
///
///     let sql: SQL = "SELECT count(*) FROM \(identifier: table) WHERE owner = \(name)"
public struct SQL: Sendable, Equatable {
    /// The pieces of text between the bindings: always one more than there are bindings. The placeholders are chosen only when
    /// a dialect asks for the text.
    private(set) var pieces: [String]
    /// The values, in the order of their placeholders.
    public private(set) var bindings: [Value]
    /// Whether the statement reads only system catalogs, whose columns no DDL changes; a connection keeps such a statement
    /// prepared. The flag is set as soon as one piece of the statement has it.
    private(set) var readsCatalogs = false

    /// Creates SQL from a text without values, which is taken unchanged. Use it for statements that a dialect has rendered, and
    /// never for text from outside.
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

    /// Returns the same SQL, marked as a statement that reads only system catalogs.
    func readingCatalogs() -> SQL {
        var sql = self
        sql.readsCatalogs = true
        return sql
    }

    /// Returns the text in the form that one dialect expects. `placeholder` receives the number of each binding, starting at 1.
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
        /// Appends a value as a binding; `nil` becomes NULL.
        public mutating func appendInterpolation(_ value: (some ValueConvertible)?) {
            sql.append(SQL(binding: value.value))
        }
        public mutating func appendInterpolation(identifier: String) { appendLiteral(SQLText.identifier(identifier)) }
        public mutating func appendInterpolation(identifiers: [String]) {
            appendLiteral(SQLText.identifiers(identifiers))
        }
        /// Appends a piece of SQL with its own values.
        public mutating func appendInterpolation(_ other: SQL) { sql.append(other) }
        /// Appends text that a dialect has rendered. Never use it for text that came from outside.
        public mutating func appendInterpolation(trusted text: String) { appendLiteral(text) }
    }
}
