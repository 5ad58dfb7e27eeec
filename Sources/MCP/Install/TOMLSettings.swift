import Dialects

/// Edits settings in TOML, where each server has a table of its own. TeleClaude's table is added at the end, so that no other line
/// changes.
enum TOMLSettings {
    private static let section = "mcp_servers"
    private static var name: String { ServerEntry.name }

    static func adding(_ entry: ServerEntry, to text: String?) throws(SettingsObjection) -> String {
        guard let text, let rest = try removing(from: text) else { return table(entry) }
        return rest + (rest.isEmpty || rest.utf8.last == UInt8(ascii: "\n") ? "\n" : "\n\n") + table(entry)
    }

    /// Returns the settings without TeleClaude's tables; `nil` if these were all that was ever in them: a file that was there before
    /// has at least the blank line before the first table.
    static func removing(from text: String) throws(SettingsObjection) -> String? {
        let ours = try tables(in: TOMLScanner.statements(of: text))
        guard let first = ours.first?.lowerBound else { return text }
        var lines = lines(of: text)
        for range in ours.reversed() { lines.removeSubrange(range) }
        // This is the blank line that `adding` has put before the table.
        if first > 0, lines[first - 1].isEmpty { lines.remove(at: first - 1) }
        let rest = lines.joined(separator: "\n")
        return rest.isEmpty && first == 0 ? nil : rest
    }

    /// Returns TeleClaude's tables as they are written; `nil` if there is none.
    static func entry(in text: String) throws(SettingsObjection) -> String? {
        let ours = try tables(in: TOMLScanner.statements(of: text))
        guard !ours.isEmpty else { return nil }
        let lines = lines(of: text)
        return ours.flatMap { lines[$0] }.joined(separator: "\n")
    }

    /// The text is split by bytes: in a `String`, a CR LF is a single character, which does not equal LF.
    private static func lines(of text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private static func table(_ entry: ServerEntry) -> String {
        // The escapes that JSON strings use are valid in TOML as well.
        func list(_ words: [String]) -> String {
            "[" + words.map { JSON.string($0).canonical() }.joined(separator: ", ") + "]"
        }
        return """
            [\(section).\(name)]
            command = \(JSON.string(entry.command).canonical())
            args = \(list(entry.arguments))
            env_vars = \(list(ServerEntry.variables))

            """
    }

    /// Returns the lines of TeleClaude's table and its subtables, from a header to the last value before another's table. Blank
    /// lines and comments behind that belong to the next table.
    /// - Throws: `SettingsObjection` if TeleClaude's server is written in another form, or if it is a user's own.
    private static func tables(in statements: [TOMLScanner.Statement]) throws(SettingsObjection) -> [ClosedRange<Int>] {
        var ranges: [ClosedRange<Int>] = []
        var values: [String: String] = [:]
        var (table, isOurs): ([String], Bool) = ([], false)
        for statement in statements {
            switch statement.kind {
            case .table, .itemOfArray:
                let wasOurs = isOurs
                (table, isOurs) = (statement.name, statement.name.starts(with: [section, name]))
                if statement.kind == .itemOfArray, isOurs || table == [section] { throw otherForm(table) }
                guard isOurs else { continue }
                wasOurs ? extendLast(&ranges, to: statement) : ranges.append(statement.lines)
            case .pair where isOurs:
                extendLast(&ranges, to: statement)
                if table.count == 2 { values[statement.name.joined(separator: ".")] = statement.value }
            case .pair:
                let path = table + statement.name
                if path == [section] || path.starts(with: [section, name]) { throw otherForm(path) }
            }
        }
        if !ranges.isEmpty { try requireOurs(values) }
        return ranges
    }

    private static func extendLast(_ ranges: inout [ClosedRange<Int>], to statement: TOMLScanner.Statement) {
        if let last = ranges.popLast() { ranges.append(last.lowerBound...statement.lines.upperBound) }
    }

    /// The reason not to add a table: a table beside the form in which the server is written would be an error in TOML.
    private static func otherForm(_ path: [String]) -> SettingsObjection {
        SettingsObjection(
            message: "\(section) is written in a form to which no table can be added: \(path.joined(separator: "."))",
            remedy: SettingsObjection.byHand)
    }

    private static func requireOurs(_ values: [String: String]) throws(SettingsObjection) {
        let command = values["command"] ?? ""
        guard command.hasSuffix("/telec\"") || command == "\"telec\"", values["args"]?.contains("\"mcp\"") == true
        else {
            throw SettingsObjection(
                message: "a server named \(name) is already there, and it is not telec mcp",
                remedy: "rename that one")
        }
    }
}
