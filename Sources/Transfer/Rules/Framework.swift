import Dialects

/// The framework of the application that owns the database, recognised by the tables that the framework keeps for itself.
enum Framework {
    case django
    case rails
    case sqlAlchemy
    case coreData
    case unknown

    init(of schema: Schema) {
        func has(_ table: String) -> Bool { schema[table] != nil }
        if has("django_migrations") {
            self = .django
        } else if has("schema_migrations") && has("ar_internal_metadata") || Self.isOldRails(schema) {
            self = .rails
        } else if has("alembic_version") {
            self = .sqlAlchemy
        } else {
            // Every table of Core Data has this key column, and its programs count time from 2001.
            self = schema.tables.contains { $0[column: "Z_PK"] != nil } ? .coreData : .unknown
        }
    }

    /// Returns the proposal for a column: the meaning that the framework is known to give to its declaration or, without one, the
    /// rule that the values suggest.
    func proposal(for column: ColumnEvidence) -> Proposal? {
        switch self {
        case .django: DjangoField.proposal(for: column)
        case .rails: column.proposal().flatMap { Self.isForRails($0.rule, column.declared) ? $0 : nil }
        case .coreData: column.proposal(countsFrom2001: true)
        case .sqlAlchemy: column.proposal(endsSpans: true).map { Self.forSQLAlchemy($0, column) }
        case .unknown: column.proposal()
        }
    }

    /// Whether a rule for a column is a guess that its values alone suggest, and that the framework's applications most likely fail on:
    /// SQLAlchemy reads and compares values as the types that a model names, and each of these has declarations of its own, but for moments
    /// with and without a zone. `isRecorded` says that an application's own migrations have made the tables: its programs, too, go on writing
    /// what the column is declared as.
    func isGuess(_ rule: ProposedRule.Rule, for column: ColumnEvidence, isRecorded: Bool) -> Bool {
        switch self {
        case .sqlAlchemy: rule == Self.momentInUTC || !column.declares(rule)
        case .unknown: isRecorded && !column.declares(rule)
        case .django, .rails, .coreData: false
        }
    }

    /// The rule that gives a zone to texts without one.
    private static let momentInUTC = ProposedRule.Rule.timestamp(.iso, isUTC: true)

    /// Adds what only the model says to the reason for a moment with a zone. A type for uuids that keeps their bytes in SQLite is `UUID` on
    /// PostgreSQL, and Python orders the bytes as the digits.
    private static func forSQLAlchemy(_ proposal: Proposal, _ column: ColumnEvidence) -> Proposal {
        var proposal = proposal
        if proposal.rule == momentInUTC {
            proposal.reason += ", and the model says DateTime(timezone=True): a plain DateTime has no zone"
        }
        if proposal.rule == .type(.uuid), column.hasSixteenBytes { proposal.standing = .proposed }
        return proposal
    }

    /// Whether it is Rails before 5.0, which has one table of its own, with one column and an index whose name it always gives. Plex has
    /// taken over the names, and has columns of its own.
    private static func isOldRails(_ schema: Schema) -> Bool {
        guard let record = schema["schema_migrations"] else { return false }
        return record.columns.map(\.name) == ["version"]
            && record.indexes.contains { $0.name == "unique_schema_migrations" }
    }

    /// Whether a rule suits Rails. On PostgreSQL too it reads and writes moments without a zone, in UTC. A text that it has encoded
    /// itself, as `serialize` and `store` do, it decodes itself, which fails if the text comes as JSON; the same goes for uuids and
    /// addresses that it has kept as texts. A column that it declares as JSON is JSON.
    private static func isForRails(_ rule: ProposedRule.Rule, _ declared: String) -> Bool {
        switch rule {
        case .timestamp(_, let isUTC): !isUTC
        case .span: false
        case .day, .timeOfDay: true
        case .type(.json), .type(.uuid), .type(.inet): declared.lowercased().hasPrefix("json")
        case .type(.boolean), .type(.interval), .type(.time), .type(.date), .type(.datetime), .type(.timestamp),
            .type(.real), .type(.money):
            true
        }
    }

    /// Returns the columns of the constraint in whose place the framework made this unique index of SQLite; `nil` for any other index. On
    /// other databases it has the constraint, and drops it as one. Django does so for `unique_together`, since SQLite can't drop a
    /// constraint (`sql_create_unique` of its schema editors).
    func constraint(behind index: Index) -> [String]? {
        switch self {
        case .django:
            guard index.isUnique, index.condition == nil, index.name.hasSuffix("_uniq") else { return nil }
            let columns = index.parts.compactMap { part -> String? in
                guard case .column(let name) = part.key, !part.isDescending, part.collation == nil else { return nil }
                return name
            }
            return columns.count == index.parts.count ? columns : nil
        case .rails, .sqlAlchemy, .coreData, .unknown: return nil
        }
    }

    /// Whether the framework shortens names of indexes and constraints that are too long by a hash, and finds them by that: its upserts
    /// name a constraint (`ON CONFLICT ON CONSTRAINT`).
    var shortensByHash: Bool {
        switch self {
        case .sqlAlchemy: true
        case .django, .rails, .coreData, .unknown: false
        }
    }

    /// How the framework writes moments into SQLite, where it compares them as texts. Nearly all write no fraction where it is zero, as
    /// SQLite's own `CURRENT_TIMESTAMP` has none.
    var moments: MomentStyle {
        switch self {
        case .django, .coreData, .unknown: .brief
        case .rails: .briefWithDay
        case .sqlAlchemy: .uniform
        }
    }
}

/// The fields of Django models whose SQLite columns do not show their meaning
/// (https://docs.djangoproject.com/en/stable/ref/models/fields/; the declarations are those of Django's SQLite backend). On
/// PostgreSQL Django expects the proposed type and fails without it, so an empty column gets the proposal too.
private enum DjangoField {
    static func proposal(for evidence: ColumnEvidence) -> Proposal? {
        let profile = evidence.profile
        let areTexts = profile.values == profile.texts.count
        let areNumbers = profile.values == profile.integers.count
        switch evidence.declared.lowercased() {
        case "datetime" where areTexts && isNaive(profile):
            return Proposal(
                .timestamp(.iso, isUTC: true), "a DateTimeField, which Django stores in UTC unless USE_TZ is off")
        // A CharField is a varchar(32).
        case "char(32)" where areTexts && profile.hints.hasUUIDDigits: return Proposal(.type(.uuid), "a UUIDField")
        case "char(39)" where areTexts && profile.hints.isAddress:
            return Proposal(.type(.inet), "a GenericIPAddressField")
        case "text" where areTexts && isJSON(evidence): return Proposal(.type(.json), "a JSONField")
        case "bigint" where areNumbers && mayBeDuration(evidence):
            return Proposal.undecided(
                .type(.interval), nil,
                "a DurationField, by its name: right if the model says so; a BigIntegerField is a bigint, too")
        default: return nil
        }
    }

    private static func isNaive(_ profile: ColumnProfile) -> Bool {
        profile.foreign.isNone && profile.shapeCounts.allSatisfy { $0.shape.hasDate && $0.shape.offset == .none }
    }

    /// Whether the column may be a DurationField, whose numbers are microseconds. Numbers near the present are moments.
    private static func mayBeDuration(_ evidence: ColumnEvidence) -> Bool {
        NameWords(evidence.column.name).speakOfSpans && evidence.profile.hints.moments(isCoreData: false).isEmpty
    }

    /// Whether the column is a JSONField, whose check is `JSON_VALID("payload") OR "payload" IS NULL`.
    private static func isJSON(_ evidence: ColumnEvidence) -> Bool {
        evidence.table.checks.contains {
            $0.expression.mentions("JSON_VALID") && $0.expression.mentions(evidence.column.name)
        }
    }
}
