import TCPostgreSQL

/// Values in the form that libpq takes: a type, bytes and a format for each.
///
/// Text is sent without a type, so that the server reads it as the type that its place requires (uuid, jsonb, timestamptz, …).
/// All other values are sent in binary as `int8`, `float8`, `bool` and `bytea`.
struct PostgreSQLBindings {
    /// The object ids of the types. Those below 10000 are the same in every server (`src/include/catalog/pg_type.dat`).
    let types: [Oid]
    private let formats: [Int32]
    private var lengths: [Int32] = []
    /// The position in `bytes` at which each value begins; `nil` for NULL.
    private var offsets: [Int?] = []
    private var bytes: [UInt8] = []

    init(_ values: [Value]) throws(DatabaseError) {
        types = values.map(PostgreSQLBindings.type)
        formats = types.map { $0 == 0 ? 0 : 1 }
        for value in values { try append(value) }
    }

    private static func type(_ value: Value) -> Oid {
        switch value {
        case .null, .text: 0
        case .integer: PostgreSQLType.int8
        case .real: PostgreSQLType.float8
        case .boolean: PostgreSQLType.boolean
        case .blob: PostgreSQLType.bytea
        }
    }

    private mutating func append(_ value: Value) throws(DatabaseError) {
        let start = bytes.count
        var isNull = false
        switch value {
        case .null: isNull = true
        case .integer(let number): append(number.bigEndian)
        case .real(let number): append(number.bitPattern.bigEndian)
        case .boolean(let truth): bytes.append(truth ? 1 : 0)
        case .blob(let blob): bytes += blob
        case .text(let text):
            guard !text.utf8.contains(0) else {
                throw DatabaseError(
                    .other, "a text with a NUL character can't be stored in PostgreSQL", code: "22021",
                    remedy: "store it as bytes")
            }
            // Values in text format end with a NUL.
            bytes += text.utf8
            bytes.append(0)
        }
        offsets.append(isNull ? nil : start)
        guard let length = Int32(exactly: bytes.count - start) else {
            throw DatabaseError(
                .other, "a value of \(bytes.count - start) bytes can't be stored in PostgreSQL", code: "54000",
                remedy: "store it in pieces of less than 1 GB")
        }
        lengths.append(length)
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number) { bytes += $0 }
    }

    /// Calls `body` with the arguments in the order of `PQsendQueryParams`.
    func withArguments<T>(
        _ body: (
            _ count: Int32, _ types: [Oid], _ values: [UnsafePointer<CChar>?], _ lengths: [Int32], _ formats: [Int32]
        ) -> T
    ) -> T {
        // An empty blob is not NULL, so it needs an address too.
        (bytes + [0]).withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                let values = offsets.map { offset in
                    offset.flatMap { start in characters.baseAddress.map { $0 + start } }
                }
                return body(Int32(values.count), types, values, lengths, formats)
            }
        }
    }
}

/// The object ids of the built-in types, which are the same in every server.
///
/// https://www.postgresql.org/docs/current/datatype-oid.html; `src/include/catalog/pg_type.dat`
enum PostgreSQLType {
    static let boolean: Oid = 16
    static let bytea: Oid = 17
    static let name: Oid = 19
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let oid: Oid = 26
    static let json: Oid = 114
    static let float4: Oid = 700
    static let float8: Oid = 701
    static let bpchar: Oid = 1042
    static let varchar: Oid = 1043
    static let date: Oid = 1082
    static let time: Oid = 1083
    static let timestamp: Oid = 1114
    static let timestamptz: Oid = 1184
    static let numeric: Oid = 1700
    static let inet: Oid = 869
    static let interval: Oid = 1186
    static let uuid: Oid = 2950
    static let jsonb: Oid = 3802
}
