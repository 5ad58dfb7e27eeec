/// Reads the words that stand for truth in a column of booleans: `t`, `true`, `f` and `false`, in any case. Frameworks wrote them into
/// SQLite files before they wrote 1 and 0; PostgreSQL reads and writes them
/// (https://www.postgresql.org/docs/current/datatype-boolean.html).
package enum BooleanText {
    /// Returns what a text says; `nil` if it is none of the words.
    package static func truth(_ bytes: UnsafeRawBufferPointer) -> Bool? {
        if isWord(bytes, "t") || isWord(bytes, "true") { return true }
        if isWord(bytes, "f") || isWord(bytes, "false") { return false }
        return nil
    }

    private static func isWord(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        return bytes.indices.allSatisfy { bytes[$0] | 0x20 == word.utf8Start[$0] }
    }
}
