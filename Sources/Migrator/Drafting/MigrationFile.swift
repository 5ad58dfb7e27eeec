import Dialects

/// The file that a new migration is written in, beside those that are there.
package struct MigrationFile: Sendable, Equatable {
    /// `0006-owners`, also the file's name before `.swift`.
    package let id: String
    /// What it is about, as it was given.
    package let words: String
    /// `owners`, as a constant of `Migration`.
    package let name: String
    /// The constant of the migration before it.
    private let previous: String?

    /// The next number behind the history's last, as wide as that. `files` are those of the folder. Throws when one of them would
    /// come after the history's last: it says what this one would say again.
    package init(_ words: String, after history: History, files: [String]) throws(DraftRefusal) {
        let ids = history.migrations.map(\.id)
        let last = ids.compactMap(Self.number).max { $0.value < $1.value }
        for file in files.sorted() where file.hasSuffix(".swift") {
            let stem = String(file.dropLast(".swift".count))
            guard let number = Self.number(of: stem), number.value > last?.value ?? 0 else { continue }
            throw .notInHistory(file: file, line: "Migration.\(Self.constant(for: stem))")
        }
        self.words = words
        let digits = String((last?.value ?? 0) + 1)
        id = String(repeating: "0", count: max(0, (last?.width ?? 4) - digits.count)) + digits + "-" + words
        let names = SwiftNames.distinct(ids.map(Self.words) + [words])
        name = names[ids.count]
        previous = names.dropLast().last
    }

    /// Whether the history is empty so far.
    package var isFirst: Bool { previous == nil }
    package var fileName: String { "\(id).swift" }
    /// Its line for `History.swift`.
    package var line: String { "Migration.\(name)" }

    /// The source of `History.swift` with the line behind that of the migration before it; `nil` where that is not one line by
    /// itself, or this one is there already.
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

    /// What stands before the first `-`, if it is a number.
    private static func number(of id: String) -> (value: Int, width: Int)? {
        let digits = id.prefix { ("0"..."9").contains($0) }
        guard let value = Int(digits) else { return nil }
        return (value, digits.count)
    }

    private static func words(of id: String) -> String {
        let words = id.drop { ("0"..."9").contains($0) || $0 == "-" || $0 == "_" }
        return words.isEmpty ? id : String(words)
    }

    private static func constant(for id: String) -> String { SwiftNames.distinct([words(of: id)])[0] }
}
