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
}
