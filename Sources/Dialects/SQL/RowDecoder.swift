extension Row {
    /// Returns the row as a value of this type: a ``ValueConvertible`` from its only column, any other from the columns that its
    /// properties name.
    func decoded<T: Decodable>(as type: T.Type) throws -> T {
        let decoder = RowDecoder(row: self)
        guard type is any ValueConvertible.Type else { return try T(from: decoder) }
        return try decoder.singleValueContainer().decode(type)
    }
}

/// Decodes a `Decodable` value from a row. Each property is read from the column of the same name; `madeAt` is also read from
/// `made_at`, and `ownerUID` from `owner_uid`.
struct RowDecoder: Decoder {
    let row: Row
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Columns(row: row))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "a row can't be decoded as a list"))
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        guard row.values.count == 1 else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: [],
                    debugDescription: "the query has \(row.values.count) columns, and only one is decoded"))
        }
        return ColumnDecoder(value: row[0], codingPath: [])
    }

    private struct Columns<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let row: Row
        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { row.columnNames.compactMap(Key.init(stringValue:)) }

        private func find(_ key: Key) -> Value? { row[key.stringValue] ?? row[Self.snakeCase(key.stringValue)] }

        private func column(_ key: Key) throws -> ColumnDecoder {
            guard let value = find(key) else {
                let names = row.columnNames.joined(separator: ", ")
                throw DecodingError.keyNotFound(
                    key, .init(codingPath: [], debugDescription: "the query's columns are \(names)"))
            }
            return ColumnDecoder(value: value, codingPath: [key])
        }

        /// Writes `madeAt` as `made_at`. A run of capitals is one word: `ownerUID` is `owner_uid`, and `urlOfAPIKey` is
        /// `url_of_api_key`.
        private static func snakeCase(_ name: String) -> String {
            let letters = Array(name)
            return letters.indices.reduce(into: "") { result, at in
                let isCapital = letters[at].isUppercase
                let endsRun = letters.indices.contains(at + 1) && letters[at + 1].isLowercase
                if isCapital, at > 0, !letters[at - 1].isUppercase || endsRun { result += "_" }
                result += isCapital ? letters[at].lowercased() : String(letters[at])
            }
        }

        func contains(_ key: Key) -> Bool { find(key) != nil }
        func decodeNil(forKey key: Key) throws -> Bool { try column(key).decodeNil() }
        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try column(key).decode(type) }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> { try column(key).container(keyedBy: type) }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try column(key).unkeyedContainer()
        }

        func superDecoder() throws -> any Decoder { RowDecoder(row: row) }
        func superDecoder(forKey key: Key) throws -> any Decoder { try column(key) }
    }
}

/// Decodes one value: a base type, or a type that is decoded from a single base value, such as an enumeration.
private struct ColumnDecoder: Decoder, SingleValueDecodingContainer {
    let value: Value
    let codingPath: [any CodingKey]
    /// The type that is being decoded from this decoder. A base type asks for itself, which nothing here could answer.
    var asking: (any Decodable.Type)?
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> { throw notNested }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw notNested }
    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    private var notNested: DecodingError {
        DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: "a column holds a single value"))
    }

    func decodeNil() -> Bool { value.isNull }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        guard let convertible = type as? any ValueConvertible.Type else {
            guard asking.map({ $0 != type }) ?? true else {
                let text = "no column is read as \(type): make it ValueConvertible"
                throw DecodingError.typeMismatch(type, .init(codingPath: codingPath, debugDescription: text))
            }
            return try T(from: ColumnDecoder(value: value, codingPath: codingPath, asking: type))
        }
        guard let converted = convertible.init(value) as? T else {
            let text = "the column's value can't be read as \(type)"
            throw value.isNull
                ? DecodingError.valueNotFound(type, .init(codingPath: codingPath, debugDescription: text))
                : DecodingError.typeMismatch(type, .init(codingPath: codingPath, debugDescription: text))
        }
        return converted
    }
}
