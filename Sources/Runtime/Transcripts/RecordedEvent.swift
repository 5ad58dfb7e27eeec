import FoundationEssentials

/// One line of a recording, read back.
public struct RecordedEvent: Decodable, Sendable {
    /// Milliseconds since the event before.
    public var after: Int64
    public var code: String
    public var data: String

    /// A hundred years.
    private static let longest: Int64 = 3_155_760_000_000

    public init(from decoder: any Decoder) throws {
        var parts = try decoder.unkeyedContainer()
        let milliseconds = (try parts.decode(Double.self) * 1_000).rounded()
        // A host may write any number there is.
        guard let after = Int64(exactly: milliseconds), (0...Self.longest).contains(after) else {
            throw DecodingError.dataCorruptedError(in: parts, debugDescription: "no interval")
        }
        self.after = after
        code = try parts.decode(String.self)
        data = try parts.decode(String.self)
    }

    /// `nil` for the header, and for a line that was torn.
    public init?(line: some StringProtocol) {
        guard line.hasPrefix("["), let event = try? JSONDecoder().decode(Self.self, from: Data(line.utf8)) else {
            return nil
        }
        self = event
    }
}
