import Dialects
import TCSettings

/// Edits settings in JSON, where an agent has its servers under `mcpServers`. Only TeleClaude's entry is changed. Removing the entry
/// restores the bytes that were there before it was added.
enum JSONSettings {
    private static let section = "mcpServers"
    private static var name: String { ServerEntry.name }

    static func adding(_ entry: String, to text: String?) throws(SettingsObjection) -> String {
        guard let text else { return made(entry) }
        guard !text.allSatisfy(\.isWhitespace) else { return text + filled(entry) }
        let root = try root(text)
        guard let servers = try member(section, of: root) else {
            return inserting("\"\(section)\": \(section(of: entry))", into: root, of: text)
        }
        let object = try object(servers, text)
        guard let ours = try member(name, of: object) else {
            return inserting("\"\(name)\": \(entry)", into: object, of: text)
        }
        try requireOurs(ours, text)
        return replacing(ours.value, of: text, by: entry)
    }

    static func removing(from text: String) throws(SettingsObjection) -> String? {
        guard !text.allSatisfy(\.isWhitespace) else { return text }
        let root = try root(text)
        guard let servers = try member(section, of: root) else { return text }
        let object = try object(servers, text)
        guard let ours = try member(name, of: object) else { return text }
        try requireOurs(ours, text)
        let entry = String(decoding: Array(text.utf8)[ours.value], as: UTF8.self)
        if text == made(entry) { return nil }
        if text.hasSuffix(filled(entry)) {
            let rest = text.dropLast(filled(entry).count)
            if rest.allSatisfy(\.isWhitespace) { return String(rest) }
        }
        // A section that reads exactly as `adding` writes it was added together with the entry, and is removed with it.
        let isOurs = String(decoding: Array(text.utf8)[servers.value], as: UTF8.self) == section(of: entry)
        return isOurs ? removing(servers, from: root, of: text) : removing(ours, from: object, of: text)
    }

    /// Returns TeleClaude's member as it is written; `nil` if there is none.
    static func entry(in text: String) throws(SettingsObjection) -> String? {
        guard !text.allSatisfy(\.isWhitespace) else { return nil }
        guard let servers = try member(section, of: root(text)),
            let ours = try member(name, of: object(servers, text))
        else { return nil }
        return String(decoding: Array(text.utf8)[ours.key..<ours.value.upperBound], as: UTF8.self)
    }

    /// Returns the settings for a file that is there and empty. They are one line, which tells them apart from those of a new file: that
    /// file is removed with the entry, and this one stays.
    private static func filled(_ entry: String) -> String { "{ \"\(section)\": \(section(of: entry)) }\n" }

    private static func made(_ entry: String) -> String {
        "{\n  \"\(section)\": \(section(of: entry))\n}\n"
    }

    /// Returns a new section with the entry. Its blanks tell it apart from a section that existed before the entry.
    private static func section(of entry: String) -> String { "{ \"\(name)\": \(entry) }" }

    private static func root(_ text: String) throws(SettingsObjection) -> JSONScanner.Object {
        guard let root = JSONScanner.root(of: text) else {
            throw SettingsObjection(
                message: "this is not a JSON object", remedy: "correct it, or \(SettingsObjection.byHand)")
        }
        return root
    }

    private static func object(
        _ member: JSONScanner.Member, _ text: String
    ) throws(SettingsObjection) -> JSONScanner.Object {
        guard let object = JSONScanner.object(at: member.value, in: text) else {
            throw SettingsObjection(message: "\(section) is not an object", remedy: SettingsObjection.byHand)
        }
        return object
    }

    /// Returns an object's member; `nil` if it has none of this name.
    /// - Throws: `SettingsObjection` if it has several: agents read the last one, and an entry in another would be without effect.
    private static func member(
        _ name: String, of object: JSONScanner.Object
    ) throws(SettingsObjection) -> JSONScanner.Member? {
        let found = object.members.filter { $0.name == name }
        guard found.count < 2 else {
            throw SettingsObjection(message: "\(name) occurs twice", remedy: "make one of the two")
        }
        return found.first
    }

    /// Checks that the member is TeleClaude's entry. A user's own server of the same name is left alone.
    /// - Throws: `SettingsObjection` if the member is another server.
    private static func requireOurs(_ member: JSONScanner.Member, _ text: String) throws(SettingsObjection) {
        let value = String(decoding: Array(text.utf8)[member.value], as: UTF8.self)
        let entry = JSON(parsing: value)
        guard let command = entry?["command"]?.text, entry?["args"]?.items?.first?.text == "mcp",
            command == "telec" || command.hasSuffix("/telec")
        else {
            throw SettingsObjection(
                message: "a server named \(name) is already there, and it is not telec mcp",
                remedy: "rename that one")
        }
    }

    /// Returns the text with a member added after the last one, with the same blanks before it as the last one has.
    private static func inserting(_ member: String, into object: JSONScanner.Object, of text: String) -> String {
        guard let last = object.members.last else {
            return replacing(object.inside..<object.inside, of: text, by: member)
        }
        let bytes = Array(text.utf8)
        let blanks = String(decoding: bytes[last.start..<last.key], as: UTF8.self)
        // A comment among the blanks belongs to the last member, and is not repeated.
        let separator = blanks.allSatisfy(\.isWhitespace) ? blanks : "\n"
        return replacing(last.value.upperBound..<last.value.upperBound, of: text, by: ",\(separator)\(member)")
    }

    /// Returns the text without a member and the comma before it. For the first member, the comma after it is removed: before the only
    /// member there is none, and one that follows it may not stay alone.
    private static func removing(
        _ member: JSONScanner.Member, from object: JSONScanner.Object, of text: String
    ) -> String {
        guard let at = object.members.firstIndex(where: { $0.key == member.key }) else { return text }
        if at > 0 {
            return replacing(object.members[at - 1].value.upperBound..<member.value.upperBound, of: text, by: "")
        }
        guard at + 1 < object.members.count else {
            let rest = object.lastComma.map { replacing($0..<($0 + 1), of: text, by: "") } ?? text
            return replacing(member.key..<member.value.upperBound, of: rest, by: "")
        }
        return replacing(member.start..<object.members[at + 1].start, of: text, by: "")
    }

    private static func replacing(_ range: Range<Int>, of text: String, by other: String) -> String {
        var bytes = Array(text.utf8)
        bytes.replaceSubrange(range, with: other.utf8)
        return String(decoding: bytes, as: UTF8.self)
    }
}
