/// A word in a document that names a path below one person's home, and is therefore useless for all other people.
package struct HomeReference: Sendable, Equatable {
    /// The document's path below the shared folder.
    package var file: String
    package var line: Int
    package var text: String
    /// The shared path of the same document; `nil` if the path is not a document that was brought over.
    package var shared: String?

    /// Returns the references in a document. `homes` are all paths of the home.
    static func all(
        in bytes: [UInt8], of file: String, homes: [String], documents: Set<String>, shared: String
    ) -> [HomeReference] {
        guard let text = String(validating: bytes, as: UTF8.self) else { return [] }
        let beginnings = (homes + ["~", "$HOME", "${HOME}"]).map { "\($0)/.teleclaude" }
        // CR LF is one Character.
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return lines.enumerated().flatMap { at, line in
            words(line).compactMap { word in
                guard let beginning = beginnings.first(where: word.hasPrefix) else { return nil }
                let path = word.dropFirst(beginning.count)
                let document = path.hasPrefix("/docs/") ? String(path.dropFirst(5)) : nil
                let isThere = document.map(documents.contains) ?? false
                return HomeReference(
                    file: file, line: at + 1, text: word,
                    shared: isThere ? document.map { shared + $0 } : path == "/docs" ? shared : nil)
            }
        }
    }

    /// Returns the words between blanks, quotes and brackets, without the `@` of an inclusion.
    private static func words(_ line: Substring) -> [String] {
        line.split { " \t\r\"'`()<>[]{},;".contains($0) && $0 != "{" && $0 != "}" }.map { word in
            String(word.drop { $0 == "@" })
        }
    }
}
