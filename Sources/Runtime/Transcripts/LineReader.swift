/// Splits bytes that come in pieces into lines.
package struct LineReader: Sendable {
    private var pending: [UInt8] = []

    package init() {}

    /// Takes more bytes, and returns the lines that they complete, without their ends. Empty lines are left out.
    package mutating func read(_ bytes: [UInt8]) -> [String] {
        pending += bytes
        let newline = UInt8(ascii: "\n")
        guard let end = pending.lastIndex(of: newline) else { return [] }
        defer { pending.removeFirst(end + 1) }
        // Among characters, CR LF is a single one, at which no line would end.
        return pending[..<end].split(separator: newline).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Does the same for bytes of an untrusted sender.
    ///
    /// - Throws: `RuntimeError` if a line does not end within `longest` bytes.
    package mutating func read(_ bytes: [UInt8], longest: Int) throws(RuntimeError) -> [String] {
        let lines = read(bytes)
        guard pending.count <= longest else {
            throw RuntimeError(.brokenAnswer, "the program at the daemon's socket sends a line without an end")
        }
        return lines
    }
}
