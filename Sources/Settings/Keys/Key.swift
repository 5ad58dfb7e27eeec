/// The place of a value in the settings, such as `database.password`.
package struct Key: Sendable, Hashable {
    package var parts: [String]

    package init(_ parts: [String]) { self.parts = parts }

    /// Reads a key of the form `a.b.c`, in which no part contains a dot.
    package init(_ text: String) { parts = text.split(separator: ".").map(String.init) }

    func appending(_ part: String) -> Key { Key(parts + [part]) }

    func hasPrefix(_ other: Key) -> Bool { parts.starts(with: other.parts) }

    /// The sections that hold the key, from the outermost one: `a` and `a.b` of `a.b.c`.
    var sections: [Key] { parts.indices.dropFirst().map { Key(Array(parts[..<$0])) } }

    /// Whether the key is named like a variable, such as `OPENAI_API_KEY`. `${OPENAI_API_KEY}` then stands for its value.
    var isVariable: Bool { parts.count == 1 && Key.isVariable(parts[0]) }

    static func isVariable(_ name: String) -> Bool {
        guard let first = name.utf8.first, (0x41...0x5A).contains(first) else { return false }
        return name.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
            && name.utf8.count > 1
    }
}

extension Key: CustomStringConvertible {
    package var description: String {
        parts.map { $0.contains(".") || $0.isEmpty ? "\"\($0)\"" : $0 }.joined(separator: ".")
    }
}
