/// Names for the declarations of a source file, made from names that a database knows: `order_lines` becomes `orderLines`.
package struct SwiftNames {
    private var taken: Set<String>

    /// `taken` are those that the file needs for itself.
    init(taken: Set<String>) { self.taken = taken }

    /// A name for each of these, in their order.
    package static func distinct(_ names: [String]) -> [String] {
        var swift = SwiftNames(taken: [])
        return names.map { swift.next(for: $0) }
    }

    /// One that no other declaration has; one with a number where two names would be the same.
    mutating func next(for name: String) -> String {
        let base = Self.camelCase(name)
        var found = base
        var number = 2
        while !taken.insert(found).inserted {
            found = "\(base)\(number)"
            number += 1
        }
        return Self.keywords.contains(found) ? "`\(found)`" : found
    }

    /// Letters and digits only, and a letter first.
    private static func camelCase(_ name: String) -> String {
        let words = name.unicodeScalars.split { !isLetter($0) && !("0"..."9").contains($0) }.map(String.init)
        guard let first = words.first, let start = first.unicodeScalars.first else { return "part" }
        let text = lowerFirst(first) + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        return isLetter(start) ? text : "part" + text
    }

    /// `Orders` as `orders`, `ORDERS` too.
    private static func lowerFirst(_ word: String) -> String {
        word == word.uppercased() ? word.lowercased() : word.prefix(1).lowercased() + word.dropFirst()
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .modifierLetter: true
        // By far most of the kinds, none of which is one of ours.
        default: false
        }
    }

    /// What Swift takes for no name (https://docs.swift.org/swift-book, Lexical Structure).
    private static let keywords: Set<String> = [
        "associatedtype", "borrowing", "class", "consuming", "deinit", "enum", "extension", "fileprivate", "func",
        "import",
        "init", "inout", "internal", "let", "nonisolated", "open", "operator", "precedencegroup", "private", "protocol",
        "public", "rethrows", "static", "struct", "subscript", "typealias", "var", "break", "case", "catch", "continue",
        "default", "defer", "do", "else", "fallthrough", "for", "guard", "if", "in", "repeat", "return", "switch",
        "throw",
        "where", "while", "as", "any", "await", "false", "is", "nil", "self", "super", "throws", "true", "try",
    ]
}
