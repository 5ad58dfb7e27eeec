/// What a piece of portable text yields: its type in both databases, and what has to be known to compare it in one way.
struct PortableSense: Sendable {
    enum Kind: Hashable, Sendable {
        case null, boolean
        /// Of 32 bits in PostgreSQL.
        case integer
        /// Of 64 bits.
        case bigint
        /// Written with a point: exact in PostgreSQL, a double in SQLite.
        case fraction
        case real
        /// Text in SQLite.
        case decimal(Digits)
        case text
        /// A moment, a day or a uuid: text in one shape in SQLite.
        case shaped(ColumnType)
        case json, bytes
        /// In one database's own words, or read from such.
        case unknown
    }

    /// How many digits a decimal has before and behind its point; `nil` where there is no limit.
    struct Digits: Hashable, Sendable {
        var whole: Int?
        var scale: Int?

        /// Whether doubles keep any two such numbers apart.
        var fitsDouble: Bool { (whole ?? 1_000) + (scale ?? 1_000) <= 15 }

        func joined(_ other: Digits) -> Digits {
            Digits(
                whole: whole.flatMap { a in other.whole.map { max(a, $0) } },
                scale: scale.flatMap { a in other.scale.map { max(a, $0) } })
        }
    }

    /// How a text compares.
    enum Order: Hashable, Sendable {
        /// A literal: as what it stands beside.
        case literal
        /// By bytes in SQLite, as the server was set up in PostgreSQL.
        case plain
        /// By bytes in both; `isSaid` by a COLLATE of its own, which beats all others.
        case bytes(isSaid: Bool)
        /// As its column was declared.
        case declared(Collation)
        /// Put together from texts that compare in different ways: PostgreSQL then refuses to compare it.
        case mixed
    }

    /// What a decimal is in SQLite at this place.
    enum Form: Hashable, Sendable {
        /// The text that is stored.
        case stored
        /// The largest or smallest, as a number: it can be written as it is stored.
        case extreme
        /// A number that was computed: good for comparing only.
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
    /// The largest that an integer can be, whatever its sign, where that is known.
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
        // A sum of two is computed with 32 bits or more, like that of two integers (`widened`).
        case .smallint, .integer: .integer
        case .bigint: .bigint
        case .real: .real
        case .decimal(let precision, let scale): .decimal(Digits(whole: precision - scale, scale: scale))
        case .numeric: .decimal(Digits(whole: nil, scale: nil))
        case .text, .varchar: .text
        case .boolean: .boolean
        case .timestamp, .datetime, .date, .time, .uuid: .shaped(type)
        // Of two spans of time neither database says what the other one does.
        case .interval: .unknown
        case .json, .jsonText: .json
        case .bytes: .bytes
        case .native(let sqlite, let postgresql): kind(sqlite.uppercased(), postgresql.lowercased())
        }
    }

    /// What two native words say in common, where that is beyond doubt.
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

    /// The same as a column of a query gives it to who reads that.
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

    /// Whether its column is one of numbers in both databases.
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

    /// For people.
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
        case .unknown: "a value whose type only the databases know"
        }
    }
}
