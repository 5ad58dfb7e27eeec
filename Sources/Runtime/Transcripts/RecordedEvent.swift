import FoundationEssentials

/// An event that was read from a line of a recording.
package struct RecordedEvent: Decodable, Sendable {
    /// The time since the previous event, in milliseconds.
    package var after: Int64
    package var code: String
    package var data: String

    /// The longest interval that is accepted: a hundred years.
    private static let longest: Int64 = 3_155_760_000_000

    package init(from decoder: any Decoder) throws {
        var parts = try decoder.unkeyedContainer()
        let milliseconds = (try parts.decode(Double.self) * 1_000).rounded()
        // A host can write any number, so the interval is checked.
        guard let after = Int64(exactly: milliseconds), (0...Self.longest).contains(after) else {
            throw DecodingError.dataCorruptedError(in: parts, debugDescription: "no interval")
        }
        self.after = after
        code = try parts.decode(String.self)
        data = try parts.decode(String.self)
    }

    /// Reads a line; `nil` for the header, and for an incomplete line.
    package init?(line: some StringProtocol) {
        guard line.hasPrefix("["), let event = try? JSONDecoder().decode(Self.self, from: Data(line.utf8)) else {
            return nil
        }
        self = event
    }
}
