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

    /// Returns the settings without TeleClaude's table; `nil` if the table was all that was ever in them: a file that was there before
    /// has at least the blank line before the table.
    static func removing(from text: String) throws(SettingsObjection) -> String? {
        // The text is split by bytes: in a `String`, a CR LF is a single character, which does not equal LF.
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard let range = try table(in: lines) else { return text }
        try requireOurs(lines[range])
        lines.removeSubrange(range)
        // This is the blank line that `adding` has put before the table.
        if range.lowerBound > 0, lines[range.lowerBound - 1].isEmpty { lines.remove(at: range.lowerBound - 1) }
        let rest = lines.joined(separator: "\n")
        return rest.isEmpty && range.lowerBound == 0 ? nil : rest
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

    /// Returns the lines of TeleClaude's table and its subtables: from its header to the next table's, without the blank lines and
    /// comments before the latter. `nil` if there is no such table.
    private static func table(in lines: [String]) throws(SettingsObjection) -> Range<Int>? {
        var (start, end): (Int?, Int) = (nil, lines.count)
        var open: String?
        var isInSection = false
        for (at, line) in lines.enumerated() {
            let isInText = open != nil
            open = textOpen(behind: line, open)
            if isInText { continue }
            guard let head = head(line) else {
                try requireElsewhere(line, isInSection: isInSection, isBeforeAll: start == nil)
                continue
            }
            let isOurs = head.starts(with: [section, name])
            if isOurs, start == nil { start = at }
            if !isOurs, start != nil {
                end = at
                break
            }
            isInSection = head == [section]
        }
        guard let start else { return nil }
        while end > start + 1, isBlank(lines[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isBlank(_ line: String) -> Bool {
        let text = line.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
        return text.isEmpty || text.hasPrefix("#")
    }

    /// Returns the parts of the table's name in a header line, or an empty array for the header of an array of tables; `nil` for a line
    /// that is no header.
    private static func head(_ line: String) -> [String]? {
        let text = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
        guard text.hasPrefix("["), text.hasSuffix("]"), !text.hasPrefix("[["), !text.contains(",") else {
            return text.hasPrefix("[[") && text.hasSuffix("]]") ? [] : nil
        }
        return text.dropFirst().dropLast().split(separator: ".").map { part in
            String(part.filter { $0 != "\"" && $0 != "'" })
        }
    }

    /// Checks that the line does not define TeleClaude's server by dotted keys or an inline table. A table in addition would be an error
    /// in TOML.
    /// - Throws: `SettingsObjection` if the line defines it.
    private static func requireElsewhere(
        _ line: String, isInSection: Bool, isBeforeAll: Bool
    ) throws(SettingsObjection) {
        let key = line.prefix { $0 != "=" }.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
        let isOurs =
            key == section || key.hasPrefix("\(section).\(name)")
            || isInSection && (key == name || key.hasPrefix("\(name)."))
        guard line.contains("="), isOurs, isBeforeAll else { return }
        throw SettingsObjection(
            message: "\(section) is written in a form to which no table can be added: \(key)",
            remedy: SettingsObjection.byHand)
    }

    /// Returns the quotes of the multi-line string that is still open at the end of this line; `nil` if there is none.
    /// - Parameter open: The quotes of the string that is open at the beginning of the line.
    private static func textOpen(behind line: String, _ open: String?) -> String? {
        var (rest, open) = (line[...], open)
        while !rest.isEmpty {
            if let quotes = open {
                guard let end = rest.firstRange(of: quotes) else { return open }
                (rest, open) = (rest[end.upperBound...], nil)
            } else {
                let starts = ["\"\"\"", "'''"].compactMap { rest.firstRange(of: $0) }
                guard let start = starts.min(by: { $0.lowerBound < $1.lowerBound }) else { return nil }
                (open, rest) = (String(rest[start]), rest[start.upperBound...])
            }
        }
        return open
    }

    private static func requireOurs(_ lines: ArraySlice<String>) throws(SettingsObjection) {
        let command = lines.first { $0.hasPrefix("command") }?.filter { !$0.isWhitespace }
        guard let command, command.hasSuffix("/telec\"") || command == "command=\"telec\"",
            lines.contains(where: { $0.hasPrefix("args") && $0.contains("\"mcp\"") })
        else {
            throw SettingsObjection(
                message: "a server named \(name) is already there, and it is not telec mcp",
                remedy: "rename that one")
        }
    }
}
