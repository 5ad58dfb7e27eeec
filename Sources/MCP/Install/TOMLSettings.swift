import Dialects

/// Settings that are TOML, with each server in a table of its own. Ours is a table at the end, so that no other line is touched.
enum TOMLSettings {
    private static let section = "mcp_servers"
    private static var name: String { ServerEntry.name }

    static func adding(_ entry: ServerEntry, to text: String?) throws(SettingsObjection) -> String {
        let rest = try removing(from: text ?? "") ?? ""
        guard !rest.isEmpty else { return table(entry) }
        return rest + (rest.utf8.last == UInt8(ascii: "\n") ? "\n" : "\n\n") + table(entry)
    }

    /// `nil` when nothing else is there.
    static func removing(from text: String) throws(SettingsObjection) -> String? {
        // By bytes: for a text, the end of a line that other systems write is one character.
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard let range = try table(in: lines) else { return text }
        try requireOurs(lines[range])
        lines.removeSubrange(range)
        // The blank line that we have put before it.
        if range.lowerBound > 0, lines[range.lowerBound - 1].isEmpty { lines.remove(at: range.lowerBound - 1) }
        let rest = lines.joined(separator: "\n")
        return rest.isEmpty ? nil : rest
    }

    private static func table(_ entry: ServerEntry) -> String {
        // Every escape of JSON is one of TOML.
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

    /// The lines of our table and of those below it: from its head up to the next that is none of it, without what stands before that.
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

    /// The parts of a table's name; `nil` for a line that is no table's head.
    private static func head(_ line: String) -> [String]? {
        let text = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
        guard text.hasPrefix("["), text.hasSuffix("]"), !text.hasPrefix("[["), !text.contains(",") else {
            return text.hasPrefix("[[") && text.hasSuffix("]]") ? [] : nil
        }
        return text.dropFirst().dropLast().split(separator: ".").map { part in
            String(part.filter { $0 != "\"" && $0 != "'" })
        }
    }

    /// Our server may be said in other ways than by a table, beside which a table would be wrong.
    private static func requireElsewhere(
        _ line: String, isInSection: Bool, isBeforeAll: Bool
    ) throws(SettingsObjection) {
        let key = line.prefix { $0 != "=" }.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
        let isOurs =
            key == section || key.hasPrefix("\(section).\(name)")
            || isInSection && (key == name || key.hasPrefix("\(name)."))
        guard line.contains("="), isOurs, isBeforeAll else { return }
        throw SettingsObjection(
            message: "\(section) is written in a way in which no table can be added: \(key)",
            remedy: SettingsObjection.byHand)
    }

    /// By which quotes a text of several lines is open behind this line; `nil` where none is.
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
                message: "a server called \(name) stands there that is not telec mcp",
                remedy: "give that one another name")
        }
    }
}
