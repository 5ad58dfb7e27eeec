/// Reads the words that stand for truth in a column of booleans, in any case: `t`, `true`, `y`, `yes`, `on`, `1`, and `f`, `false`, `n`, `no`,
/// `off`, `0`. Frameworks wrote the first ones into SQLite files before they wrote 1 and 0; PostgreSQL reads all of them
/// (https://www.postgresql.org/docs/current/datatype-boolean.html).
package enum BooleanText {
    /// Returns what a text says; `nil` if it is none of the words.
    package static func truth(_ bytes: UnsafeRawBufferPointer) -> Bool? {
        if bytes.count == 1, bytes[0] == UInt8(ascii: "1") || bytes[0] == UInt8(ascii: "0") {
            return bytes[0] == UInt8(ascii: "1")
        }
        if isWord(bytes, "t") || isWord(bytes, "true") { return true }
        if isWord(bytes, "f") || isWord(bytes, "false") { return false }
        if isWord(bytes, "y") || isWord(bytes, "yes") || isWord(bytes, "on") { return true }
        if isWord(bytes, "n") || isWord(bytes, "no") || isWord(bytes, "off") { return false }
        return nil
    }

    /// Whether the text is this word of small letters, in any case.
    private static func isWord(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        return bytes.indices.allSatisfy { bytes[$0] | 0x20 == word.utf8Start[$0] }
    }
}
