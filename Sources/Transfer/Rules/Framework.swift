import Dialects

/// What an application was made with whose database this is, told from the tables that it keeps for itself.
enum Framework {
    case django
    case rails
    case coreData
    case unknown

    init(of schema: Schema) {
        func has(_ table: String) -> Bool { schema[table] != nil }
        if has("django_migrations") {
            self = .django
        } else if has("schema_migrations") && has("ar_internal_metadata") {
            self = .rails
        } else {
            // Each table of Core Data's has this key, and its program counts from 2001 in every table.
            self = schema.tables.contains { $0[column: "Z_PK"] != nil } ? .coreData : .unknown
        }
    }

    /// What to propose for a column: what the framework is known to mean by its declaration, else what the values suggest.
    func proposal(for column: ColumnEvidence) -> Proposal? {
        switch self {
        case .django: DjangoField.proposal(for: column) ?? column.proposal()
        case .rails: column.proposal().flatMap { Self.isOfZones($0.rule) ? nil : $0 }
        case .coreData: column.proposal(countsFrom2001: true)
        case .unknown: column.proposal()
        }
    }

    /// Rails reads and writes moments without a zone, in UTC, on PostgreSQL too.
    private static func isOfZones(_ rule: String) -> Bool { rule.contains("zone:") }
}

/// What a Django model's field looks like on SQLite where its column does not say what it means
/// (https://docs.djangoproject.com/en/stable/ref/models/fields/; the declarations are those of Django's SQLite backend). On PostgreSQL
/// Django expects the type that is proposed, and fails without: so an empty column gets it, too.
private enum DjangoField {
    static func proposal(for evidence: ColumnEvidence) -> Proposal? {
        let profile = evidence.profile
        let areTexts = profile.values == profile.texts.count
        let areNumbers = profile.values == profile.integers.count
        switch evidence.declared.lowercased() {
        case "datetime" where areTexts && isNaive(profile):
            return Proposal(
                "timestamp: iso, zone: UTC", "a DateTimeField, which Django keeps in UTC unless USE_TZ is off")
        case "char(32)" where areTexts && profile.hints.isUUID: return Proposal("type: uuid", "a UUIDField")
        case "char(39)" where areTexts && profile.hints.isAddress:
            return Proposal("type: inet", "a GenericIPAddressField")
        case "text" where areTexts && isJSON(evidence): return Proposal("type: jsonb", "a JSONField")
        case "bigint" where areNumbers && NameWords(evidence.column.name).speakOfSpans:
            return Proposal("type: interval", "a DurationField, by its name: its numbers are microseconds")
        default: return nil
        }
    }

    private static func isNaive(_ profile: ColumnProfile) -> Bool {
        profile.foreign.isNone && profile.shapeCounts.allSatisfy { $0.shape.hasDate && $0.shape.offset == .none }
    }

    /// Its check is `JSON_VALID("payload") OR "payload" IS NULL`.
    private static func isJSON(_ evidence: ColumnEvidence) -> Bool {
        evidence.table.checks.contains {
            $0.expression.mentions("JSON_VALID") && $0.expression.mentions(evidence.column.name)
        }
    }
}
