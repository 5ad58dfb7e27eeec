// Schema values and operations as JSON: the canonical form that a ledger stores and from which a checksum is computed.
//
// A property with its default value is left out. So a new property with a default changes no checksum that was ever recorded.

/// A value that can be written in canonical form, and read back from it.
package protocol CanonicallyCodable: Decodable {
    /// The value in canonical form. The JSON is built by hand and not by an `Encoder`, because a ledger of a thousand migrations
    /// is compared at every start of a program.
    var canonicalJSON: JSON { get }
}

/// The members of a JSON object. A member that is set to `nil` is left out.
struct JSONMembers<Key: CodingKey> {
    private var members: [(key: String, value: JSON)] = []

    /// Makes an empty object with room for the members that most objects have.
    init() { members.reserveCapacity(4) }

    /// The member of this name. Setting it puts it where the canonical form has it, so that nothing is left to be sorted. The
    /// names are ASCII.
    subscript(_ key: Key) -> JSON? {
        get { members.first { $0.key == key.stringValue }?.value }
        set {
            guard let newValue else { return }
            let name = key.stringValue
            var at = members.endIndex
            while at > members.startIndex, name < members[at - 1].key { at -= 1 }
            members.insert((name, newValue), at: at)
        }
    }

    var json: JSON { .object(members) }
}

extension Array: CanonicallyCodable where Element: CanonicallyCodable {
    package var canonicalJSON: JSON { .array(map { $0.canonicalJSON }) }
}

extension JSON {
    /// Returns a JSON number. A whole number has no decimal point, as in every existing ledger.
    fileprivate static func number(_ value: Double) -> JSON {
        value == value.rounded() && abs(value) < 0x1p53 ? .integer(Int64(value)) : .real(value)
    }
}

extension String: CanonicallyCodable {
    package var canonicalJSON: JSON { .string(self) }
}

/// The SQL of `native(sqlite:postgresql:)` for both databases.
private struct NativeWords: Decodable {
    var sqlite: String
    var postgresql: String
}

extension NativeWords {
    var canonicalJSON: JSON { .object([("sqlite", .string(sqlite)), ("postgresql", .string(postgresql))]) }
}

extension ColumnType: CanonicallyCodable {
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            guard let type = ColumnType(named: name) else {
                throw decoder.corrupted("no column type is called \(name)")
            }
            self = type
            return
        }
        let words = try NativeWords(from: decoder)
        self = .native(sqlite: words.sqlite, postgresql: words.postgresql)
    }

    package var canonicalJSON: JSON {
        guard case .native(let sqlite, let postgresql) = self else { return .string(description) }
        return NativeWords(sqlite: sqlite, postgresql: postgresql).canonicalJSON
    }
}

extension SQLExpression: CanonicallyCodable {
    public init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            self = .sql(text)
            return
        }
        let words = try NativeWords(from: decoder)
        self = .native(sqlite: words.sqlite, postgresql: words.postgresql)
    }

    package var canonicalJSON: JSON {
        switch canonical {
        case .sql(let text): .string(text)
        case .native(let sqlite, let postgresql): NativeWords(sqlite: sqlite, postgresql: postgresql).canonicalJSON
        }
    }
}

extension Default: CanonicallyCodable {
    private enum Keys: String, CodingKey { case text, integer, real, boolean, json, expression, function }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        switch container.allKeys.first {
        case .text: self = .text(try container.decode(String.self, forKey: .text))
        case .integer: self = .integer(try container.decode(Int64.self, forKey: .integer))
        case .real: self = .real(try container.decode(Double.self, forKey: .real))
        case .boolean: self = .boolean(try container.decode(Bool.self, forKey: .boolean))
        case .json: self = .json(try container.decode(String.self, forKey: .json))
        case .expression: self = .expression(try container.decode(SQLExpression.self, forKey: .expression))
        case .function:
            let name = try container.decode(String.self, forKey: .function)
            guard let value = ["now": Default.now, "today": .today, "uuid": .uuid][name] else {
                throw decoder.corrupted("no default is called \(name)")
            }
            self = value
        case nil: throw decoder.corrupted("a default without a value")
        }
    }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        switch self {
        case .text(let value): members[.text] = .string(value)
        case .integer(let value): members[.integer] = .integer(value)
        case .real(let value): members[.real] = .number(value)
        case .boolean(let value): members[.boolean] = .boolean(value)
        case .json(let value): members[.json] = .string(value)
        case .expression(let value): members[.expression] = value.canonicalJSON
        case .now: members[.function] = .string("now")
        case .today: members[.function] = .string("today")
        case .uuid: members[.function] = .string("uuid")
        }
        return members.json
    }
}

extension Collation: CanonicallyCodable {
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            guard let collation = ["nocase": Collation.nocase, "binary": .binary][name] else {
                throw decoder.corrupted("no collation is called \(name)")
            }
            self = collation
            return
        }
        let words = try NativeWords(from: decoder)
        self = .native(sqlite: words.sqlite, postgresql: words.postgresql)
    }

    package var canonicalJSON: JSON {
        switch self {
        case .nocase: "nocase"
        case .binary: "binary"
        case .native(let sqlite, let postgresql): NativeWords(sqlite: sqlite, postgresql: postgresql).canonicalJSON
        }
    }
}

extension Column: CanonicallyCodable {
    private enum Keys: String, CodingKey { case name, type, nullable, `default`, generated, identity, collation }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        self.init(
            try container.decode(String.self, forKey: .name), try container.decode(ColumnType.self, forKey: .type))
        isNullable = try container.decodeIfPresent(Bool.self, forKey: .nullable) ?? false
        `default` = try container.decodeIfPresent(Default.self, forKey: .default)
        generated = try container.decodeIfPresent(Generated.self, forKey: .generated)
        isIdentity = try container.decodeIfPresent(Bool.self, forKey: .identity) ?? false
        collation = try container.decodeIfPresent(Collation.self, forKey: .collation)
    }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        members[.name] = name.canonicalJSON
        members[.type] = type.canonicalJSON
        if isNullable { members[.nullable] = .boolean(true) }
        members[.default] = `default`?.canonicalJSON
        members[.generated] = generated?.canonicalJSON
        if isIdentity { members[.identity] = .boolean(true) }
        members[.collation] = collation?.canonicalJSON
        return members.json
    }
}

extension Decoder {
    func corrupted(_ message: String) -> DecodingError {
        DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: message))
    }
}
