/// Reads the words that stand for truth in a column of booleans, in any case: `t`, `true`, `y`, `yes`, `on`, `1`, and `f`, `false`, `n`, `no`,
/// `off`, `0`. Frameworks wrote the first ones into SQLite files before they wrote 1 and 0; PostgreSQL reads all of them
/// (https://www.postgresql.org/docs/current/datatype-boolean.html).
package enum BooleanText {
    /// Returns what a text says; `nil` if it is none of the words.
    package static func truth(_ bytes: UnsafeRawBufferPointer) -> Bool? {
        if bytes.count == 1, bytes[0] == UInt8(ascii: "1") || bytes[0] == UInt8(ascii: "0") {
            return bytes[0] == UInt8(ascii: "1")
        }
        if bytes.isWord("t") || bytes.isWord("true") { return true }
        if bytes.isWord("f") || bytes.isWord("false") { return false }
        if bytes.isWord("y") || bytes.isWord("yes") || bytes.isWord("on") { return true }
        if bytes.isWord("n") || bytes.isWord("no") || bytes.isWord("off") { return false }
        return nil
    }
}
