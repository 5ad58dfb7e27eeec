import Migrator

/// A key with a known meaning: the layers in which it may be, and the values that it takes.
struct KnownKey: Sendable {
    /// The layer that a key belongs to.
    enum Scope: String, Sendable {
        case system
        case secret
        case perUser = "per-user"
        /// The key exists for the system and for each person, with two different meanings.
        case either = "system or per-user"
    }

    enum Kind: Sendable, Equatable {
        case text
        case flag
        case number(ClosedRange<Int>)
        case word([String])
        /// Days or hours, or `off`.
        case duration
        case list
        /// Any value; nothing here reads it.
        case anything
    }

    /// The parts of the key. `*` stands for any letters within a part, and `**` at the end for everything below.
    var pattern: [String]
    var scope: Scope
    var kind: Kind

    init(_ pattern: String, _ scope: Scope, _ kind: Kind = .anything) {
        self.pattern = pattern.split(separator: ".").map(String.init)
        self.scope = scope
        self.kind = kind
    }

    var name: String { pattern.joined(separator: ".") }

    /// Whether the key stands for everything below a section.
    private var isOpen: Bool { pattern.last == "**" }

    /// The key itself; `nil` if the pattern matches several keys.
    var key: Key? { pattern.contains { $0.contains("*") } ? nil : Key(pattern) }

    func matches(_ key: Key) -> Bool {
        let fixed = isOpen ? pattern.dropLast() : pattern[...]
        guard isOpen ? key.parts.count >= fixed.count : key.parts.count == fixed.count else { return false }
        return zip(fixed, key.parts).allSatisfy { KnownKey.matches($0[...], $1[...]) }
    }

    /// Returns whether the pattern matches keys below this one.
    func mayBeAbove(_ key: Key) -> Bool {
        key.parts.count < pattern.count && zip(pattern, key.parts).allSatisfy { KnownKey.matches($0[...], $1[...]) }
    }

    /// Returns whether a key is below one that the pattern matches, although that one takes a single value or a list.
    private func isAbove(_ key: Key) -> Bool {
        kind != .anything && pattern.count < key.parts.count
            && zip(pattern, key.parts).allSatisfy { KnownKey.matches($0[...], $1[...]) }
    }

    private static func matches(_ pattern: Substring, _ text: Substring) -> Bool {
        guard let star = pattern.firstIndex(of: "*") else { return pattern == text }
        let before = pattern[..<star]
        let after = pattern[pattern.index(after: star)...]
        return text.count >= before.count + after.count && text.hasPrefix(before) && text.hasSuffix(after)
    }
}

extension KnownKey {
    /// Returns the first entry of the table that matches the key; `nil` if the key is unknown.
    static func find(_ key: Key) -> KnownKey? {
        guard let first = key.parts.first else { return nil }
        return (bySection[first] ?? bySection["*"])?.first { $0.matches(key) }
    }

    /// Returns the entry for a key above this one that takes a single value or a list, so that nothing can be below it.
    static func valueKey(above key: Key) -> KnownKey? {
        key.parts.first.flatMap { bySection[$0] }?.first { $0.isAbove(key) }
    }

    /// Returns the first entry for keys below this one that are read here; `nil` if there is none, or if the key itself takes a value.
    static func valueKey(below key: Key) -> KnownKey? {
        if let known = find(key), known.kind != .anything { return nil }
        return key.parts.first.flatMap { bySection[$0] }?.first { $0.kind != .anything && $0.mayBeAbove(key) }
    }

    /// Returns whether any value may be at this key, although keys below it are read here: the existing install has other `adapters`.
    static func isOpenSection(_ key: Key) -> Bool { find(key)?.isOpen ?? false && valueKey(below: key) != nil }

    /// Returns whether the key itself is unknown, and keys below it are known.
    static func isSection(_ key: Key) -> Bool { find(key) == nil && hasKeys(below: key) }

    /// Returns whether keys below this one are known, whether or not it is known itself.
    static func hasKeys(below key: Key) -> Bool { table.contains { $0.mayBeAbove(key) } }

    /// The table by the first part of the keys. Those whose first part is a pattern are under `*`.
    private static let bySection = Dictionary(grouping: table) { known in
        known.pattern.first.flatMap { $0.contains("*") ? nil : $0 } ?? "*"
    }

    /// Returns the layer that a key belongs to, even if the key is unknown: a key whose name is a secret's is a secret.
    static func scope(of key: Key) -> Scope {
        let known = find(key)
        if let known, !known.isOpen { return known.scope }
        // The name of a list item is the name of its list.
        let name = key.parts.last { Int($0) == nil } ?? ""
        let isSecret = SecretName.isOne(name) || key.parts.contains(where: SecretName.isSection)
        return isSecret ? .secret : known?.scope ?? .system
    }

    /// Returns the known key that was probably meant by an unknown one. A section's own name is no suggestion for it.
    static func suggestion(for key: Key) -> String? {
        let spelled = table.map(\.name).filter { !$0.contains("*") }
        let sections = table.compactMap { $0.pattern.last == "**" ? $0.pattern.dropLast().joined(separator: ".") : nil }
        let words = spelled + sections + spelled.compactMap { $0.split(separator: ".").first.map(String.init) }
        let (name, depth) = (key.description, key.parts.count)
        return Suggestion.nearest(
            to: name, in: words.filter { $0 != name && $0.split(separator: ".").count == depth })
    }
}
