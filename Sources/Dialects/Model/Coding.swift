// Schema values and operations as JSON: the canonical form that a ledger stores and a checksum is taken of.
//
// What has its default is left out, so that a new property with a default changes no checksum that was ever recorded.

/// What `native(sqlite:postgresql:)` says, wherever it stands.
private struct NativeWords: Codable {
    var sqlite: String
    var postgresql: String
}

extension ColumnType: Codable {
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

    public func encode(to encoder: any Encoder) throws {
        guard case .native(let sqlite, let postgresql) = self else {
            var container = encoder.singleValueContainer()
            return try container.encode(description)
        }
        try NativeWords(sqlite: sqlite, postgresql: postgresql).encode(to: encoder)
    }
}

extension Expression: Codable {
    public init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            self = .sql(text)
            return
        }
        let words = try NativeWords(from: decoder)
        self = .native(sqlite: words.sqlite, postgresql: words.postgresql)
    }

    public func encode(to encoder: any Encoder) throws {
        switch canonical {
        case .sql(let text):
            var container = encoder.singleValueContainer()
            try container.encode(text)
        case .native(let sqlite, let postgresql):
            try NativeWords(sqlite: sqlite, postgresql: postgresql).encode(to: encoder)
        }
    }
}

extension Default: Codable {
    private enum Keys: String, CodingKey { case text, integer, real, boolean, json, expression, function }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        switch container.allKeys.first {
        case .text: self = .text(try container.decode(String.self, forKey: .text))
        case .integer: self = .integer(try container.decode(Int64.self, forKey: .integer))
        case .real: self = .real(try container.decode(Double.self, forKey: .real))
        case .boolean: self = .boolean(try container.decode(Bool.self, forKey: .boolean))
        case .json: self = .json(try container.decode(String.self, forKey: .json))
        case .expression: self = .expression(try container.decode(Expression.self, forKey: .expression))
        case .function:
            let name = try container.decode(String.self, forKey: .function)
            guard let value = ["now": Default.now, "today": .today, "uuid": .uuid][name] else {
                throw decoder.corrupted("no default is called \(name)")
            }
            self = value
        case nil: throw decoder.corrupted("a default without a value")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        switch self {
        case .text(let value): try container.encode(value, forKey: .text)
        case .integer(let value): try container.encode(value, forKey: .integer)
        case .real(let value): try container.encode(value, forKey: .real)
        case .boolean(let value): try container.encode(value, forKey: .boolean)
        case .json(let value): try container.encode(value, forKey: .json)
        case .expression(let value): try container.encode(value, forKey: .expression)
        case .now: try container.encode("now", forKey: .function)
        case .today: try container.encode("today", forKey: .function)
        case .uuid: try container.encode("uuid", forKey: .function)
        }
    }
}

extension Collation: Codable {
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

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .nocase, .binary:
            var container = encoder.singleValueContainer()
            try container.encode(self == .nocase ? "nocase" : "binary")
        case .native(let sqlite, let postgresql):
            try NativeWords(sqlite: sqlite, postgresql: postgresql).encode(to: encoder)
        }
    }
}

extension Column: Codable {
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

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(name, forKey: .name)
        try container.encode(type, forKey: .type)
        if isNullable { try container.encode(true, forKey: .nullable) }
        try container.encodeIfPresent(`default`, forKey: .default)
        try container.encodeIfPresent(generated, forKey: .generated)
        if isIdentity { try container.encode(true, forKey: .identity) }
        try container.encodeIfPresent(collation, forKey: .collation)
    }
}

extension Decoder {
    func corrupted(_ message: String) -> DecodingError {
        DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: message))
    }
}
