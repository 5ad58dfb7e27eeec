import Migrator

/// A key that means something here: where it may stand, and what it takes.
struct KnownKey: Sendable {
    /// Which layer a key belongs to.
    enum Scope: String, Sendable {
        case system
        case secret
        case perUser = "per-user"
        /// The system's own and each person's own are two different things under one name.
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
        /// Whatever stands there; nobody here reads it.
        case anything
    }

    /// `*` stands for any letters within a part, `**` at the end for all that is below.
    var pattern: [String]
    var scope: Scope
    var kind: Kind

    init(_ pattern: String, _ scope: Scope, _ kind: Kind = .anything) {
        self.pattern = pattern.split(separator: ".").map(String.init)
        self.scope = scope
        self.kind = kind
    }

    var name: String { pattern.joined(separator: ".") }

    /// Whether it stands for all that is below a section.
    private var isOpen: Bool { pattern.last == "**" }

    /// The one key that it means; `nil` when it is a pattern of many.
    var key: Key? { pattern.contains { $0.contains("*") } ? nil : Key(pattern) }

    func matches(_ key: Key) -> Bool {
        let fixed = isOpen ? pattern.dropLast() : pattern[...]
        guard isOpen ? key.parts.count >= fixed.count : key.parts.count == fixed.count else { return false }
        return zip(fixed, key.parts).allSatisfy { KnownKey.matches($0[...], $1[...]) }
    }

    /// Whether keys below this one are known.
    func mayBeAbove(_ key: Key) -> Bool {
        key.parts.count < pattern.count && zip(pattern, key.parts).allSatisfy { KnownKey.matches($0[...], $1[...]) }
    }

    private static func matches(_ pattern: Substring, _ text: Substring) -> Bool {
        guard let star = pattern.firstIndex(of: "*") else { return pattern == text }
        let before = pattern[..<star]
        let after = pattern[pattern.index(after: star)...]
        return text.count >= before.count + after.count && text.hasPrefix(before) && text.hasSuffix(after)
    }
}

extension KnownKey {
    /// What is known of a key: the first of the table that matches it.
    static func find(_ key: Key) -> KnownKey? {
        guard let first = key.parts.first else { return nil }
        return (bySection[first] ?? bySection["*"])?.first { $0.matches(key) }
    }

    /// The table by the first part of the keys; under `*` those whose first part is a pattern.
    private static let bySection = Dictionary(grouping: table) { known in
        known.pattern.first.flatMap { $0.contains("*") ? nil : $0 } ?? "*"
    }

    /// The layer that a key belongs to, known or not: what is named like a secret is one.
    static func scope(of key: Key) -> Scope {
        let known = find(key)
        if let known, !known.isOpen { return known.scope }
        // An item of a list is called as the list is.
        let name = key.parts.last { Int($0) == nil } ?? ""
        let isSecret = SecretName.isOne(name) || key.parts.contains(where: SecretName.isSection)
        return isSecret ? .secret : known?.scope ?? .system
    }

    /// The known key that somebody may have meant by one that isn't.
    static func suggestion(for key: Key) -> String? {
        let spelled = table.map(\.name).filter { !$0.contains("*") }
        let sections = table.compactMap { $0.pattern.last == "**" ? $0.pattern.dropLast().joined(separator: ".") : nil }
        let words = spelled + sections + spelled.compactMap { $0.split(separator: ".").first.map(String.init) }
        let depth = key.parts.count
        return Suggestion.nearest(
            to: key.description, in: words.filter { $0.split(separator: ".").count == depth })
    }
}
