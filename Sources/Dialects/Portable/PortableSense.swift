/// The sense of a piece of portable text: its type in both databases, and the facts that are needed to compare it in the same
/// way.
struct PortableSense: Sendable {
    enum Kind: Hashable, Sendable {
        case null, boolean
        /// An integer of 32 bits in PostgreSQL.
        case integer
        /// An integer of 64 bits.
        case bigint
        /// A number that is written with a point: exact in PostgreSQL, a double in SQLite.
        case fraction
        case real
        /// A decimal, which is text in SQLite.
        case decimal(Digits)
        case text
        /// A moment, a day or a uuid: in SQLite a text of a fixed form.
        case shaped(ColumnType)
        case json, bytes
        /// A value in one database's own words, or computed from such a value.
        case unknown
    }

    /// The number of digits that a decimal has before and after its point; `nil` if there is no limit.
    struct Digits: Hashable, Sendable {
        var whole: Int?
        var scale: Int?

        /// Whether doubles distinguish any two such numbers.
        var fitsDouble: Bool { (whole ?? 1_000) + (scale ?? 1_000) <= 15 }

        func joined(_ other: Digits) -> Digits {
            Digits(
                whole: whole.flatMap { a in other.whole.map { max(a, $0) } },
                scale: scale.flatMap { a in other.scale.map { max(a, $0) } })
        }
    }

    /// The way in which a text compares.
    enum Order: Hashable, Sendable {
        /// A literal, which compares like the value beside it.
        case literal
        /// A text that compares by bytes in SQLite, and by the server's collation in PostgreSQL.
        case plain
        /// A text that compares by bytes in both databases. `isSaid` marks a COLLATE of its own, which takes precedence over
        /// all others.
        case bytes(isSaid: Bool)
        /// A text that compares as its column was declared.
        case declared(Collation)
        /// A text that is composed of texts which compare in different ways: PostgreSQL refuses to compare it.
        case mixed
    }

    /// The form that a decimal has in SQLite at this place.
    enum Form: Hashable, Sendable {
        /// The text that is stored.
        case stored
        /// The largest or smallest decimal, as a number that can be written in its stored form.
        case extreme
        /// A number that was computed. It serves only for comparisons.
        case computed
    }

    enum Literal: Hashable, Sendable {
        case number(PortableNumber)
        case string(String)
    }

    var kind: Kind
    var isNullable = true
    var order = Order.plain
    var form = Form.stored
    var literal: Literal?
    /// The largest magnitude of an integer, if it is known.
    var bound: UInt64?

    init(_ kind: Kind, isNullable: Bool = true) {
        self.kind = kind
        self.isNullable = isNullable
    }

    init(_ column: Column) {
        self.init(Self.kind(of: column.type), isNullable: column.isNullable)
        if kind == .integer { bound = 1 << 31 }
        switch column.collation {
        case nil: break
        case .binary?: order = .bytes(isSaid: false)
        case let collation?: order = .declared(collation)
        }
    }

    static func kind(of type: ColumnType) -> Kind {
        switch type {
        // The sum of two smallints is computed with at least 32 bits, like that of two integers (`widened`).
        case .smallint, .integer: .integer
        case .bigint: .bigint
        case .real: .real
        case .decimal(let precision, let scale): .decimal(Digits(whole: precision - scale, scale: scale))
        case .numeric: .decimal(Digits(whole: nil, scale: nil))
        case .text, .varchar: .text
        case .boolean: .boolean
        case .timestamp, .datetime, .date, .time, .uuid: .shaped(type)
        // The two databases compute differently with spans of time.
        case .interval: .unknown
        case .json, .jsonText: .json
        case .bytes: .bytes
        case .native(let sqlite, let postgresql): kind(sqlite.uppercased(), postgresql.lowercased())
        }
    }

    /// Returns the kind that two native type names have in common, if it is beyond doubt.
    private static func kind(_ sqlite: String, _ postgresql: String) -> Kind {
        switch (sqlite, postgresql) {
        case ("INTEGER", "smallint"), ("INT", "smallint"), ("INTEGER", "integer"), ("INT", "integer"): .integer
        case ("INTEGER", "bigint"), ("INT", "bigint"): .bigint
        case ("REAL", "double precision"): .real
        case ("TEXT", "text"): .text
        case ("BLOB", "bytea"): .bytes
        case (_, _): .unknown
        }
    }

    /// The same sense, as a column of a query passes it to the reader of that query.
    var asColumn: PortableSense {
        var sense = PortableSense(kind, isNullable: isNullable)
        switch order {
        case .bytes: sense.order = .bytes(isSaid: false)
        case .literal, .plain, .mixed: sense.order = .plain
        case .declared(let collation): sense.order = .declared(collation)
        }
        sense.bound = bound
        return sense
    }

    /// Whether the column holds numbers in both databases.
    var isPlainNumber: Bool { kind == .integer || kind == .bigint || kind == .real }

    var isString: Bool { if case .string = literal { true } else { false } }

    var number: PortableNumber? { if case .number(let number) = literal { number } else { nil } }

    var digits: Digits? {
        switch kind {
        case .decimal(let digits): digits
        case .integer: number.map { Digits(whole: $0.whole, scale: 0) } ?? Digits(whole: 10, scale: 0)
        case .bigint: number.map { Digits(whole: $0.whole, scale: 0) } ?? Digits(whole: 19, scale: 0)
        case .fraction: number.map { Digits(whole: $0.whole, scale: $0.scale) } ?? Digits(whole: nil, scale: nil)
        case .null, .boolean, .real, .text, .shaped, .json, .bytes, .unknown: nil
        }
    }

    /// A description for messages.
    var description: String {
        switch kind {
        case .null: "NULL"
        case .boolean: "a boolean"
        case .integer, .bigint: "an integer"
        case .fraction: "a number with a point"
        case .real: "a double"
        case .decimal: "a decimal"
        case .text: "a text"
        case .shaped(let type): "a \(type)"
        case .json: "JSON"
        case .bytes: "bytes"
        case .unknown: "a value of unknown type"
        }
    }
}
