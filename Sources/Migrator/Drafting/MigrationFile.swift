import Dialects

/// The file of a new migration, beside the existing ones.
package struct MigrationFile: Sendable, Equatable {
    /// The migration's id, such as `0006-owners`. The file has this name with `.swift`.
    package let id: String
    /// The migration's subject, as it was given.
    package let words: String
    /// The migration's constant in `Migration`, such as `owners`.
    package let name: String
    /// The constant of the migration before this one; `nil` if this is the first.
    private let previous: String?

    /// Numbers the new migration after the history's last, with as many digits. `files` are the names of the folder's files.
    ///
    /// - Throws: `DraftRefusal.notInHistory` if a file has a number after the history's last. The program does not know that
    ///   file, whose changes this migration would repeat.
    package init(_ words: String, after history: History, files: [String]) throws(DraftRefusal) {
        let ids = history.migrations.map(\.id)
        let last = ids.compactMap(Self.number).max { $0.value < $1.value }
        for file in files.sorted() where file.hasSuffix(".swift") {
            let stem = String(file.dropLast(".swift".count))
            guard let number = Self.number(of: stem), number.value > last?.value ?? 0 else { continue }
            throw .notInHistory(file: file, line: "Migration.\(Self.constant(for: Self.words(of: stem), after: ids))")
        }
        self.words = words
        let digits = String((last?.value ?? 0) + 1)
        id = String(repeating: "0", count: max(0, (last?.width ?? 4) - digits.count)) + digits + "-" + words
        name = Self.constant(for: words, after: ids)
        previous = ids.last.map { Self.constant(for: Self.words(of: $0), after: ids.dropLast()) }
    }

    /// Whether the history is still empty.
    package var isFirst: Bool { previous == nil }
    package var fileName: String { "\(id).swift" }
    /// The migration's line in `History.swift`.
    package var line: String { "Migration.\(name)" }

    /// Returns the source of `History.swift` with the new line after that of the migration before it. Returns `nil` if that
    /// migration does not have exactly one line of its own, or if the new line exists already.
    package func inserted(into history: String) -> String? {
        guard let previous else { return nil }
        var lines = history.split(separator: "\n", omittingEmptySubsequences: false)
        func places(of line: String) -> [Int] {
            lines.indices.filter { at in
                var text = lines[at][...]
                while text.first == " " || text.first == "\t" { text.removeFirst() }
                return text == line
            }
        }
        let found = places(of: "Migration.\(previous)")
        guard found.count == 1, places(of: line).isEmpty else { return nil }
        let indentation = lines[found[0]].prefix { $0 == " " || $0 == "\t" }
        lines.insert(Substring(indentation + line), at: found[0] + 1)
        return lines.joined(separator: "\n")
    }

    /// Returns the number that the id begins with, and its number of digits; `nil` if the id begins with no number, or with one that
    /// no number can follow.
    private static func number(of id: String) -> (value: Int, width: Int)? {
        let digits = id.prefix { ("0"..."9").contains($0) }
        guard let value = Int(digits), value < .max else { return nil }
        return (value, digits.count)
    }

    /// Returns the id without its number and the hyphen or underscore behind it: `2fa-tokens` for `0006-2fa-tokens`.
    private static func words(of id: String) -> String {
        let words = id.drop { ("0"..."9").contains($0) }.drop { $0 == "-" || $0 == "_" }
        return words.isEmpty ? id : String(words)
    }

    /// Returns the constant of a migration about `words`, distinct from those of the migrations before it.
    private static func constant(for words: String, after ids: [String]) -> String {
        SwiftNames.distinct(ids.map(Self.words) + [words])[ids.count]
    }
}
