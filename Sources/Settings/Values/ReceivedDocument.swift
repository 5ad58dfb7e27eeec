import Dialects

/// Reads a document that somebody else has sent, as a settings value. It is limited to the size of a person's own settings,
/// since its sender does not bear the cost of reading it.
struct ReceivedDocument {
    static let longest = 65_536
    static let mostValues = 2_000
    static let deepest = 16

    private var count = 0

    /// Reads a document.
    ///
    /// - Throws: `SettingsError` if it is not a JSON object, or exceeds the limits.
    static func read(_ text: String, called name: String) throws(SettingsError) -> SettingsValue {
        guard text.utf8.count <= longest else {
            throw SettingsError(.tooLarge, at: name, "this is longer than \(longest) bytes", remedy: "send less")
        }
        guard let document = JSON(parsing: text), case .object = document else {
            throw SettingsError(.notJSON, at: name, "this is not a JSON object", remedy: "send keys with values")
        }
        guard !document.hasDuplicateNames(in: text.utf8) else {
            throw SettingsError(.notJSON, at: name, "a key is given twice", remedy: "send each once")
        }
        var reading = ReceivedDocument()
        guard let value = reading.value(document, depth: 0) else {
            throw SettingsError(
                .tooLarge, at: name,
                "this holds more than \(mostValues) values, or is nested more than \(deepest) sections deep",
                remedy: "send less")
        }
        return value
    }

    private mutating func value(_ document: JSON, depth: Int) -> SettingsValue? {
        count += 1
        guard count <= Self.mostValues, depth <= Self.deepest else { return nil }
        switch document {
        case .null: return SettingsValue(plain: "null")
        case .boolean(let flag): return SettingsValue(plain: flag ? "true" : "false")
        case .integer(let number): return SettingsValue(plain: String(number))
        case .real(let number): return SettingsValue(plain: Self.rendered(number))
        case .string(let text): return SettingsValue(text: text)
        case .array(let items):
            var values: [SettingsValue] = []
            for item in items {
                guard let value = value(item, depth: depth + 1) else { return nil }
                values.append(value)
            }
            return SettingsValue(.list(values))
        case .object(let members):
            var values: [SettingsValue.Member] = []
            for member in members.sorted(by: { $0.key < $1.key }) {
                guard let value = value(member.value, depth: depth + 1) else { return nil }
                values.append(SettingsValue.Member(name: member.key, value: value))
            }
            return SettingsValue(.map(values))
        }
    }

    /// Returns the number with a decimal point, without which YAML would not read it as a number.
    private static func rendered(_ number: Double) -> String {
        let text = String(number)
        guard !text.contains("."), let exponent = text.firstIndex(of: "e") else { return text }
        return "\(text[..<exponent]).0\(text[exponent...])"
    }
}
