import Dialects
import TestSupport
import Testing

/// Compares a source and a target value by value with plain queries. It does not use the transfer engine.
struct TransferComparison {
    let source: any Connection
    let target: any Connection

    /// Returns the rows that are on one side only, as text; an empty array if both sides hold the same rows.
    func differences(table: String) throws -> [String] {
        let types = try target.values(
            """
            SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a
            WHERE a.attrelid = \(SQLText.identifier(table))::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """
        ).map { (name: $0[0].text ?? "", type: $0[1].text ?? "") }
        let columns = types.map { SQLText.identifier($0.name) }
        let sourceColumns = types.map { column in
            let name = SQLText.identifier(column.name)
            switch column.type {
            case "timestamp with time zone": return "strftime('%s', \(name)) || '|' || \(name)"
            // The cast keeps text that is not UTF-8, which would otherwise be repaired when it becomes a `Value`.
            case "bytea": return "CAST(\(name) AS BLOB)"
            default: return name
            }
        }
        let targetColumns = zip(columns, types).map { name, column in
            column.type == "timestamp with time zone" ? "extract(epoch FROM \(name))::text" : "\(name)::text"
        }
        let from = " FROM " + SQLText.identifier(table)
        let ours = try source.values(SQL(trusted: "SELECT " + sourceColumns.joined(separator: ", ") + from))
            .map { row in zip(row, types).map { value, column in Self.canonical(value, as: column.type) } }
        let theirs = try target.values(SQL(trusted: "SELECT " + targetColumns.joined(separator: ", ") + from))
            .map { row in zip(row, types).map { value, column in Self.canonical(target: value, as: column.type) } }
        return Self.difference(ours, theirs).map { "only in the source: \($0)" }
            + Self.difference(theirs, ours).map { "only in the target: \($0)" }
    }

    private static func difference(_ a: [[String]], _ b: [[String]]) -> [[String]] {
        var counts: [[String]: Int] = [:]
        for row in b { counts[row, default: 0] += 1 }
        return a.filter { row in
            guard let count = counts[row], count > 0 else { return true }
            counts[row] = count - 1
            return false
        }
    }

    private static func canonical(target value: Value, as type: String) -> String {
        guard let text = value.text else { return "NULL" }
        switch type {
        case "double precision": return "double \(Double(text)!)"
        case "numeric": return decimal(text)
        case "timestamp without time zone": return moment(text)
        case "timestamp with time zone": return decimal(text)
        default: return text
        }
    }

    private static func canonical(_ value: Value, as type: String) -> String {
        switch (value, type) {
        case (.null, _): return "NULL"
        case (.integer(let number), "boolean"): return number == 0 ? "false" : number == 1 ? "true" : "\(number)"
        case (.integer(let number), "double precision"): return "double \(Double(number))"
        case (.real(let number), "double precision"): return "double \(number)"
        case (.integer(let number), "numeric"): return decimal("\(number)")
        case (.real(let number), "numeric"): return decimal("\(number)")
        case (.text(let text), "timestamp without time zone"): return moment(text)
        case (.text(let text), "timestamp with time zone"): return seconds(text)
        case (.text(let text), "bytea"): return hex(Array(text.utf8))
        case (.blob(let bytes), "bytea"): return hex(bytes)
        case (.integer(let number), "bytea"): return hex(Array("\(number)".utf8))
        case (.real(let number), "bytea"): return hex(Array("\(number)".utf8))
        case (.integer(let number), _): return "\(number)"
        case (.real(let number), _): return "\(number)"
        case (.boolean(let flag), _): return "\(flag)"
        case (.text(let text), _): return text
        case (.blob(let bytes), _): return hex(bytes)
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        "\\x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func decimal(_ text: String) -> String {
        if text.contains("e") { return "double \(Double(text)!)" }
        guard text.contains(".") else { return text }
        var text = text
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    private static func moment(_ text: String) -> String {
        var text = text.replacing("T", with: " ")
        if text.utf8.count == 16 { text += ":00" }
        if text.contains(".") { text = decimal(text) }
        return text
    }

    /// Converts `1704164645|2024-01-02T03:04:05.123Z` to `1704164645.123`.
    private static func seconds(_ text: String) -> String {
        let parts = text.split(separator: "|")
        let fraction = parts[1].split(separator: ".").dropFirst().first?.prefix { $0.isNumber } ?? ""
        return decimal("\(parts[0]).\(fraction)0")
    }
}
