import Dialects
import Transfer

/// Values of the old tables that their new columns do not accept. Each original value is recorded, and the nearest accepted value
/// takes its place, so that the row can be transferred. A row is set aside only if there is no such value.
struct UnfitValues {
    let connection: any Connection
    let target: any TransferDialect

    /// One value, with the row that holds it.
    private struct Unfit {
        var key: String
        var handle: [Value]
        var column: Column
        var reason: String
        var value: Value
        var record: String
    }

    /// The treatment of a value.
    private enum Fate {
        case becomes(Value)
        case takesItsRowAside
    }

    func mend(_ rows: OldRows, for new: Table, _ quarantine: inout ImportQuarantine) throws {
        let columns = new.columns.filter { rows.table[column: $0.name] != nil }
        guard !columns.isEmpty else { return }
        var last: [Value]?
        repeat {
            let (found, end) = try find(columns, in: rows, behind: last)
            for unfit in found { try mend(unfit, of: rows, &quarantine) }
            last = end
        } while last != nil
    }

    private func mend(_ unfit: Unfit, of rows: OldRows, _ quarantine: inout ImportQuarantine) throws {
        switch fate(of: unfit) {
        case .becomes(let value):
            do {
                try rows.update(unfit.column.name, to: value, unfit.handle, connection)
            } catch let error as DatabaseError where error.kind == .unique {
                // Two values that differ in what the column does not accept may mean the same without it.
                var twin = unfit
                twin.reason += ", and another row has the value that would replace it"
                return try setAside(twin, of: rows, &quarantine)
            }
            try quarantine.note(
                .value, rows.table.name, row: unfit.key, column: unfit.column.name, reason: unfit.reason,
                record: unfit.record)
        case .takesItsRowAside:
            try setAside(unfit, of: rows, &quarantine)
        }
    }

    /// The bytes of unfit values that are kept at once.
    private static let most = 1_048_576

    /// Returns unfit values of the rows behind a handle, and the handle up to which they were looked for; `nil` is the end of the table.
    private func find(
        _ columns: [Column], in rows: OldRows, behind last: [Value]?
    ) throws -> (found: [Unfit], end: [Value]?) {
        let judge = target.judge(of: columns.map(\.type))
        let cursor = try connection.rows(
            """
            SELECT \(trusted: SQLText.identifiers(columns.map(\.name))), \(trusted: rows.key), \(trusted: rows.handle)
            FROM \(identifier: rows.table.name) WHERE \(rows.isBehind(last)) ORDER BY \(trusted: rows.handle)
            """)
        defer { cursor.close() }
        var (found, bytes): ([Unfit], Int) = ([], 0)
        while try cursor.next() {
            for (at, column) in columns.enumerated() {
                let raw = cursor.raw(at)
                let isMissing = if case .null = raw { !column.isNullable } else { false }
                guard
                    let reason = isMissing
                        ? "is NULL where a value is required"
                        : judge.refusal(of: raw, column: at) ?? Self.refusalElsewhere(of: raw)
                else { continue }
                let unfit = Unfit(
                    key: cursor.raw(columns.count).copied.text ?? "",
                    handle: rows.handle(cursor, at: columns.count + 1), column: column, reason: reason,
                    value: raw.copied, record: RowRecord.value(raw))
                found.append(unfit)
                bytes += 1_000 + 2 * unfit.record.utf8.count
            }
            if bytes > Self.most { return (found, rows.handle(cursor, at: columns.count + 1)) }
        }
        return (found, nil)
    }

    /// Returns why a text that SQLite takes could not move to PostgreSQL later; `nil` if it could.
    private static func refusalElsewhere(of value: RawValue) -> String? {
        guard case .text(let bytes) = value, !value.isWhole else { return nil }
        return bytes.contains(0) ? "holds a NUL character, which PostgreSQL texts can't hold" : "is not UTF-8"
    }

    private func fate(of unfit: Unfit) -> Fate {
        if let nearest = nearest(unfit) { return .becomes(nearest) }
        return unfit.column.isNullable ? .becomes(.null) : .takesItsRowAside
    }

    /// Returns the accepted value that means the same, or one that shows that a value was present.
    private func nearest(_ unfit: Unfit) -> Value? {
        switch (unfit.column.type, unfit.value) {
        case (.text, .text(let text)): return .text(text.withoutNUL)
        case (.text, .blob(let bytes)): return .text(String(decoding: bytes, as: UTF8.self).withoutNUL)
        case (.boolean, .text(let text)): return Self.flag(text).map { .integer($0 ? 1 : 0) }
        case (.json, _) where !unfit.column.isNullable:
            return .text(JSON.object([("quarantined", .string("\(unfit.column.name) \(unfit.reason)"))]).rendered())
        case (_, _): return nil
        }
    }

    private static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "t", "yes", "y", "on", "1": true
        case "false", "f", "no", "n", "off", "0", "": false
        default: nil
        }
    }

    private func setAside(_ unfit: Unfit, of rows: OldRows, _ quarantine: inout ImportQuarantine) throws {
        let names = rows.table.columns.map(\.name)
        let cursor = try connection.rows(
            """
            SELECT \(trusted: SQLText.identifiers(names)) FROM \(identifier: rows.table.name)
            WHERE \(rows.isAt(unfit.handle))
            """)
        let record = try cursor.next() ? String(decoding: RowRecord.json(cursor, names), as: UTF8.self) : nil
        cursor.close()
        // Another value of the same row has already set the row aside.
        guard let record else { return }
        try quarantine.note(
            .row, rows.table.name, row: unfit.key, column: unfit.column.name, reason: unfit.reason, record: record)
        try rows.delete(unfit.handle, connection)
    }
}

extension String {
    /// The text with the picture of NUL (U+2400) in place of NUL, which PostgreSQL's text can't hold.
    var withoutNUL: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.value == 0 ? "\u{2400}" : $0 }))
    }
}
