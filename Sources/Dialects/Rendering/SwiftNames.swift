/// Names for the declarations of a source file, derived from names in a database: `order_lines` becomes `orderLines`.
package struct SwiftNames {
    private var taken: Set<String>

    /// Creates a source of names. `taken` holds the names that the file itself needs.
    init(taken: Set<String>) { self.taken = taken }

    /// Returns a distinct name for each of these names, in the same order.
    package static func distinct(_ names: [String]) -> [String] {
        var swift = SwiftNames(taken: [])
        return names.map { swift.next(for: $0) }
    }

    /// Returns a name that no other declaration has. A number is appended if two names would be the same.
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

    /// Returns the name in camel case, with letters and digits only and with a letter first.
    private static func camelCase(_ name: String) -> String {
        let words = name.unicodeScalars.split { !isLetter($0) && !("0"..."9").contains($0) }.map(String.init)
        guard let first = words.first, let start = first.unicodeScalars.first else { return "part" }
        let text = lowerFirst(first) + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        return isLetter(start) ? text : "part" + text
    }

    /// Returns the word with its first letter in lower case, or a word in capitals entirely in lower case: `Orders` and
    /// `ORDERS` become `orders`.
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

    /// The words that Swift does not accept as names (https://docs.swift.org/swift-book, Lexical Structure).
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
