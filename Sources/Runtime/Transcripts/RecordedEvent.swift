import FoundationEssentials

/// One line of a recording, read back.
public struct RecordedEvent: Decodable, Sendable {
    /// Milliseconds since the event before.
    public var after: Int64
    public var code: String
    public var data: String

    public init(from decoder: any Decoder) throws {
        var parts = try decoder.unkeyedContainer()
        after = Int64((try parts.decode(Double.self) * 1_000).rounded())
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
