/// Splits bytes that come in pieces into lines.
package struct LineReader: Sendable {
    private var pending: [UInt8] = []

    package init() {}

    /// Takes more bytes, and returns the lines that they complete, without their ends. Empty lines are left out.
    package mutating func read(_ bytes: [UInt8]) -> [String] {
        pending += bytes
        guard let end = pending.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        defer { pending.removeFirst(end + 1) }
        return String(decoding: pending[..<end], as: UTF8.self).split(separator: "\n").map(String.init)
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
