import Dialects
import Migrator
import Transfer

/// Converts a working copy of the old database so that it fits the new schema. The work is done in the copy, which nobody else
/// reads, so that one transaction of the target can then take the final rows.
struct Preparation {
    let schema: Schema
    let target: any TransferDialect
    let owners: ImportOwners
    /// The zone of timestamps that name none; `nil` means UTC.
    let zone: LocalZone?

    /// The changes that were made to the copy.
    struct Result {
        var counts: [String: Int] = [:]
        var setAside: [String: Int] = [:]
        var notes: [ImportReport.Note] = []
        /// The tables, and columns as `table.column`, that have no place in the new schema.
        var homeless: [String] = []
        var shares: [ImportReport.Share] = []
        var revokedTokens = 0
        var remarks: [String] = []
    }

    /// Converts the copy. `fingerprint` and `source` say of which file, and of which moment, it is a copy.
    func run(on connection: any Connection, source: String, fingerprint: String) throws -> Result {
        try connection.withForeignKeysUnenforced {
            try connection.transaction {
                try prepare(connection, source, fingerprint)
            }
        }
    }

    private func prepare(_ connection: any Connection, _ source: String, _ fingerprint: String) throws -> Result {
        // Triggers and other objects that count, mirror or index rows are created anew by the target.
        for name in try names("trigger", connection) { try connection.execute("DROP TRIGGER \(identifier: name)") }
        let copy = try CopySchema(connection)
        let tables = copy.inspection.schema.tables
        try requireOldInstall(copy.inspection.schema, source)
        var result = Result()
        for table in tables {
            result.counts[table.name] = Int(
                try connection.queryValue("SELECT count(*) FROM \(identifier: table.name)")?.integer ?? 0)
        }
        try nameVirtualTables(connection, &result)
        for name in ["imports", "import_quarantine"] { if let table = schema[name] { try copy.add(table) } }
        var quarantine = ImportQuarantine(connection)
        for old in tables {
            let rows = OldRows(old, copy.inspection)
            guard let new = schema[old.name] else {
                try leaveBehind(rows, &quarantine, &result)
                continue
            }
            try leaveColumnsBehind(rows, new, &quarantine, &result)
            try addMissing(old, new, copy, &result)
            try readWallClock(rows, new, connection, &result)
            try UnfitValues(connection: connection, target: target).mend(rows, for: new, &quarantine)
        }
        let mended = try connection.dialect.inspect(connection)
        for table in schema.tablesInForeignKeyOrder {
            for key in table.foreignKeys { try setOrphansAside(mended, table, key, &quarantine) }
        }
        try giveActivity(mended, connection, &result)
        try own(copy, connection, &result)
        try calm(connection, &result)
        try record(connection, source, fingerprint)
        result.notes = quarantine.notes
        for note in quarantine.notes where note.kind == .row { result.setAside[note.table, default: 0] += note.count }
        return result
    }

    /// Checks that the database is one of the old install. A database of another program, or of the present daemon, is refused.
    private func requireOldInstall(_ found: Schema, _ source: String) throws(ImportError) {
        guard found["imports"] == nil, found["import_quarantine"] == nil, found["audit_log"] == nil else {
            throw ImportError(
                "new_already", "\(source) is already a database of the new daemon",
                remedy: "name it in the settings, or move it with tc-migrate transfer")
        }
        guard found["sessions"] != nil else {
            throw ImportError(
                "no_install", "\(source) has no table sessions, so it is not a database of the existing install",
                remedy: "give the home or the checkout of the existing install with --from")
        }
    }

    private func names(_ kind: String, _ connection: any Connection) throws -> [String] {
        try connection.query("SELECT name FROM sqlite_master WHERE type = \(kind)").compactMap { $0.values[0].text }
    }

    /// Records each row of a table that the new schema does not have.
    private func leaveBehind(
        _ rows: OldRows, _ quarantine: inout ImportQuarantine, _ result: inout Result
    ) throws {
        try quarantine.noteRows(
            .row, of: rows, rows.table.columns.map(\.name), reason: "has no table in the new schema")
        result.homeless.append(rows.table.name)
    }

    /// Names the virtual tables with rows of their own, which have no place in the new schema. A full-text table over another table
    /// (`content=…`) has none, and is built anew.
    private func nameVirtualTables(_ connection: any Connection, _ result: inout Result) throws {
        let tables = try connection.query(
            "SELECT name, sql FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%' ORDER BY name")
        for table in tables {
            guard let name = table.values[0].text, let sql = table.values[1].text,
                !sql.lowercased().filter({ !$0.isWhitespace }).contains("content=")
            else { continue }
            // The rows of an application's own module (`vec0`) can't be counted without it.
            let rows = (try? connection.queryValue("SELECT count(*) FROM \(identifier: name)"))?.integer
            guard rows != 0 else { continue }
            let count = rows.map { " (\($0))" } ?? ""
            result.remarks.append(
                "\(name) is a virtual table: its rows\(count) stay in the old database, and are not set aside")
        }
    }

    private func leaveColumnsBehind(
        _ rows: OldRows, _ new: Table, _ quarantine: inout ImportQuarantine, _ result: inout Result
    ) throws {
        let homeless = rows.table.columns.map(\.name).filter { new[column: $0] == nil }
        guard !homeless.isEmpty else { return }
        try quarantine.noteRows(
            .columns, of: rows, homeless,
            reason: "has columns that the new schema lacks: \(homeless.joined(separator: ", "))")
        result.homeless += homeless.map { "\(rows.table.name).\($0)" }
    }

    /// Adds columns that the new schema requires and an old one may lack, with a neutral value.
    private func addMissing(
        _ old: Table, _ new: Table, _ copy: CopySchema, _ result: inout Result
    ) throws {
        for column in new.columns where old[column: column.name] == nil {
            guard !column.isNullable, column.default == nil, !column.isIdentity, column.generated == nil else {
                continue
            }
            let filling = Self.nothing(of: column.type)
            var added = Column(column.name, .text)
            added.isNullable = true
            added.default = .text(filling)
            try copy.add([added], to: old.name)
            result.remarks.append("\(old.name) had no column \(column.name): its rows get '\(filling)'")
        }
    }

    /// Sets rows aside whose parent is gone: such a row belongs to nothing any more. The old daemon enforced no foreign keys.
    private func setOrphansAside(
        _ mended: Inspection, _ table: Table, _ key: ForeignKey, _ quarantine: inout ImportQuarantine
    ) throws {
        guard let old = mended.schema[table.name], key.columns.allSatisfy({ old[column: $0] != nil }) else { return }
        let hasValue = key.columns.map { "child.\(SQLText.identifier($0)) IS NOT NULL" }
        let isParent = zip(key.columns, key.parentColumns).map { own, other in
            "parent.\(SQLText.identifier(other)) = child.\(SQLText.identifier(own))"
        }
        let parent =
            mended.schema[key.parent] == nil
            ? "SELECT 1 WHERE 0"
            : "SELECT 1 FROM \(SQLText.identifier(key.parent)) AS parent WHERE \(isParent.joined(separator: " AND "))"
        let isOrphan = "\(hasValue.joined(separator: " AND ")) AND NOT EXISTS (\(parent))"
        try quarantine.setRowsAside(
            of: OldRows(old, mended), where: isOrphan,
            reason: "has no parent: no row of \(key.parent) has its \(key.columns.joined(separator: ", "))")
    }

    /// Gives each session without a time of its last activity an earlier one of its own, since the lists are in the order of that time, and
    /// leave out sessions that lack it.
    private func giveActivity(
        _ mended: Inspection, _ connection: any Connection, _ result: inout Result
    ) throws {
        guard let sessions = mended.schema["sessions"], sessions[column: "last_activity"] != nil else { return }
        let others = ["created_at", "closed_at"].filter { sessions[column: $0] != nil }
        let earliest = SQLText.literal(Self.nothing(of: .timestamp))
        let time = "coalesce(\((others.map(SQLText.identifier) + [earliest, "NULL"]).joined(separator: ", ")))"
        let count = try connection.execute(
            "UPDATE sessions SET last_activity = \(trusted: time) WHERE last_activity IS NULL")
        guard count > 0 else { return }
        result.remarks.append(
            "sessions: \(count) without a usable last_activity get their created_at, else their closed_at, else 1970")
    }

    private static func nothing(of type: ColumnType) -> String {
        switch type {
        case .json, .jsonText: "{}"
        case .timestamp, .datetime: "1970-01-01T00:00:00Z"
        case .date: "1970-01-01"
        case .time, .interval: "00:00:00"
        case .uuid: "00000000-0000-0000-0000-000000000000"
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .boolean: "0"
        case .text, .varchar, .bytes, .native: ""
        }
    }

    private func readWallClock(
        _ rows: OldRows, _ new: Table, _ connection: any Connection, _ result: inout Result
    ) throws {
        guard let zone else { return }
        let count = try WallClockTimes(zone: zone).shift(rows, for: new, connection)
        guard count > 0 else { return }
        result.remarks.append("\(rows.table.name): \(count) times without a zone were read in \(zone.name)")
    }

    /// Gives every session an owner. The column human_role does not prove who may read a session.
    private func own(_ copy: CopySchema, _ connection: any Connection, _ result: inout Result) throws {
        let columns = ["owner_person", "owner_uid"].compactMap { schema["sessions"]?[column: $0] }
        try copy.add(columns, to: "sessions")
        let all = try give("1", to: owners.standard, connection)
        var others: [ImportOwner: Int] = [:]
        if owners.areMany, copy.inspection.schema["sessions"]?[column: "human_email"] != nil {
            let addresses = try connection.query(
                "SELECT DISTINCT human_email FROM sessions WHERE human_email IS NOT NULL")
            for address in addresses.compactMap({ $0.values[0].text }) {
                let owner = owners.owner(email: address)
                guard owner != owners.standard else { continue }
                others[owner, default: 0] += try give("human_email = \(address)", to: owner, connection)
            }
        }
        let rest = all - others.values.reduce(0, +)
        result.shares =
            [ImportReport.Share(owner: owners.standard, sessions: rest)]
            + others.sorted { $0.key.person < $1.key.person }.map { .init(owner: $0.key, sessions: $0.value) }
    }

    private func give(_ condition: SQL, to owner: ImportOwner, _ connection: any Connection) throws -> Int {
        try connection.execute(
            """
            UPDATE sessions SET owner_person = \(owner.person), owner_uid = \(Int64(owner.uid)) WHERE \(condition)
            """)
    }

    /// Releases claimed rows of queues and revokes tokens, because the processes that held them are gone.
    private func calm(_ connection: any Connection, _ result: inout Result) throws {
        let present = Set(try names("table", connection))
        if present.contains("session_tokens") {
            result.revokedTokens = try connection.execute(
                """
                UPDATE session_tokens SET revoked_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
                WHERE revoked_at IS NULL
                """)
        }
        for queue in ["hook_outbox", "inbound_queue", "notification_outbox", "webhook_outbox"]
        where present.contains(queue) {
            let columns = try connection.query("SELECT name FROM pragma_table_info(\(queue))").compactMap {
                $0.values[0].text
            }
            guard columns.contains("locked_at") else { continue }
            try connection.execute("UPDATE \(identifier: queue) SET locked_at = NULL WHERE locked_at IS NOT NULL")
        }
    }

    private func record(_ connection: any Connection, _ source: String, _ fingerprint: String) throws {
        try connection.execute(
            """
            INSERT INTO imports (source, fingerprint, made_at, owner_person, owner_uid)
            VALUES (\(source), \(fingerprint), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), \(owners.standard.person), \(Int64(owners.standard.uid)))
            """)
    }
}
