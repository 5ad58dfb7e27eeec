/// Lines out of bytes that come in pieces.
public struct LineReader: Sendable {
    private var pending: [UInt8] = []

    public init() {}

    /// The lines that are whole now, without their ends; empty ones are passed over.
    public mutating func read(_ bytes: [UInt8]) -> [String] {
        pending += bytes
        guard let end = pending.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        defer { pending.removeFirst(end + 1) }
        return String(decoding: pending[..<end], as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The same of somebody who may be anybody: throws `RuntimeError` where a line does not end within so many bytes.
    package mutating func read(_ bytes: [UInt8], longest: Int) throws(RuntimeError) -> [String] {
        let lines = read(bytes)
        guard pending.count <= longest else {
            throw RuntimeError(.brokenAnswer, "what answers at the daemon's socket sends a line that does not end")
        }
        return lines
    }
}
