/// Computes the type of a column's values, as any database knows it, from the column's type in PostgreSQL.
enum PostgreSQLEnforcedType {
    /// A type as the catalog describes it.
    struct Description {
        /// The `format_type` of the type; `base` is that of the type under a domain, and `citext` in whatever schema that is.
        var declared: String
        var base: String
        var kind: PostgreSQLTypeKind
        /// Whether the type, or the type of its elements, was made in this database or by an extension.
        var isOwn: Bool
        /// Whether the type under a domain was made in this database or by an extension.
        var isBaseOwn: Bool
        /// The locale of the column's collation if that is nondeterministic, so that different texts can be equal.
        var lenientLocale: String?
        /// What equal texts may differ in; `nil` if they are equal only byte by byte. Only an extension's type is called citext.
        var disregarded: PostgreSQLDisregarded? {
            base == "citext" ? .letterCase : lenientLocale.map { PostgreSQLDisregarded(locale: $0) }
        }
        /// Whether a value is a row of fields, also under a domain.
        var isComposite = false
        /// The column's collation, if it is not that of the type, or of the type under a domain, which may have a collation of its own.
        var collation: String?
        /// Whether the column's collation was made in this database or by an extension.
        var isCollationOwn = false
        /// The labels of an enumeration, also under a domain.
        var labels: [String]
    }

    static func of(_ type: Description, column: String) -> EnforcedType {
        var held = word(type, column)
        if type.isComposite { held.meaning = .row }
        guard let disregarded = type.disregarded, held.labels.isEmpty else { return held }
        let reason =
            "compares without regard to \(disregarded.rawValue); in the target \(comparison(instead: disregarded))"
        held.reason = held.reason.map { "\($0), which \(reason)" } ?? reason
        held.isCaseless = disregarded.includesCase
        return held
    }

    private static func comparison(instead disregarded: PostgreSQLDisregarded) -> String {
        switch disregarded {
        case .letterCase: "only for the letters A to Z (NOCASE)"
        case .caseAndAccents: "accents count, and so does case beyond the letters A to Z (NOCASE)"
        case .accents, .others: "texts are equal only byte by byte"
        }
    }

    private static func word(_ type: Description, _ column: String) -> EnforcedType {
        switch type.kind {
        case .enumeration:
            return EnforcedType(.text, reason: "is an enumeration defined in the source", labels: type.labels)
        case .domain:
            var held = builtIn(type.base, column)
            held.labels = type.labels
            let reason = type.labels.isEmpty ? held.reason : "is an enumeration defined in the source"
            held.reason = "is a domain over \(type.base)" + (reason.map { ", which \($0)" } ?? "")
            return held
        case .base, .composite, .range, .multirange, .pseudo: return builtIn(type.base, column)
        }
    }

    private static func builtIn(_ declared: String, _ column: String) -> EnforcedType {
        let type = portable(declared)
        guard let type else {
            var held = EnforcedType(.text, reason: "is a type that only PostgreSQL has: written as text")
            held.meaning = .native(sqlite: "TEXT", postgresql: declared)
            return held
        }
        var held = EnforcedType(type, specials: specials(of: type, SQLText.identifier(column)))
        held.meaning = meaning(declared)
        return held
    }

    /// Returns the type as the source's expressions see it, if it is more than its portable type: `json`, and one that cuts, pads or
    /// rounds values.
    private static func meaning(_ declared: String) -> ColumnType? {
        let (word, precision) = PostgreSQLTypeName(declared).withoutPrecision
        switch word {
        case "json": return .jsonText
        case "character", "bpchar": return .native(sqlite: "TEXT", postgresql: declared)
        case "real": return .native(sqlite: "REAL", postgresql: declared)
        case "timestamp with time zone", "timestamp without time zone", "time without time zone":
            return precision == nil ? nil : .native(sqlite: "TEXT", postgresql: declared)
        default: return nil
        }
    }

    /// Returns the portable type; `nil` for a type that only PostgreSQL has.
    private static func portable(_ declared: String) -> ColumnType? {
        switch PostgreSQLTypeName(declared).columnType {
        case .native: break
        // A `json` text may hold more than the text that SQLite accepts as JSON.
        case .jsonText: return .text
        case let type: return type
        }
        let isArray = declared.hasSuffix("]")
        guard !isArray else { return nil }
        // The names are without arguments: `timestamp(3) without time zone`, `character(10)`, `numeric(5,-2)`.
        let bare = SQLToken.scan(declared).filter { $0.kind == .word }.map(\.text).joined(separator: " ")
        switch bare {
        case "real": return .real
        // Values come without their padding, so that the length is a maximum.
        case "character":
            return PostgreSQLTypeName(declared.replacing("character(", with: "character varying(")).columnType
        case "bpchar", "name", "citext": return .text
        case "numeric": return .numeric
        case "timestamp with time zone": return .timestamp
        case "timestamp without time zone": return .datetime
        case "time without time zone": return .time
        default: return nil
        }
    }

    private static func specials(of type: ColumnType, _ column: String) -> [EnforcedType.Specials] {
        switch type {
        case .real:
            // Few databases hold NaN as a double; all of them hold it as text.
            [
                .init(condition: "\(column) = 'NaN'", words: "NaN", instead: .text),
                .init(
                    condition: "\(column) = 0 AND \(column)::text = '-0'",
                    words: "-0.0, whose sign REAL drops", instead: .signedReal),
            ]
        case .decimal, .numeric:
            [.init(condition: "\(column)::text IN ('NaN', 'Infinity', '-Infinity')", words: "NaN or infinity")]
        case .timestamp, .datetime, .date:
            [
                .init(
                    condition: "NOT (\(column) >= '0001-01-01' AND \(column) < '10000-01-01')",
                    words: "infinity or outside the years 1 to 9999")
            ]
        case .time: [.init(condition: "\(column) = '24:00'", words: "24:00")]
        case .json:
            // Its functions call deeper values no JSON (JSON_MAX_DEPTH in https://sqlite.org/src/file/src/json.c). A text of so many
            // brackets has twice as many characters, which is quicker to know.
            [
                .init(
                    condition: "length(\(column)::text) > 2000 AND jsonb_path_exists(\(column), '$.**{1000}')",
                    words: "nested deeper than the 1,000 levels that SQLite reads", instead: .text)
            ]
        case .smallint, .integer, .bigint, .text, .varchar, .boolean, .interval, .uuid, .jsonText, .bytes, .native:
            []
        }
    }
}
