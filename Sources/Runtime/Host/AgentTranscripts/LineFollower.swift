/// A line of an agent's transcript.
enum FollowedLine: Equatable {
    case whole(String)
    /// One that is longer than anybody wants to hold.
    case endless
}

/// How far a file that grows line by line has been read.
struct LineFollower: Codable, Equatable {
    private var offset: Int64
    /// The line at `offset` began before it and is passed over.
    private var isInEndlessLine = false

    /// The longest line that is held in memory.
    static let longestLine = 16 << 20
    private static let block = 256 << 10

    init(at offset: Int64 = 0) { self.offset = offset }

    /// Some more whole lines; none at the end. A line without its end waits until that is there. A file that became
    /// shorter is another one, and read from its beginning.
    mutating func read(_ file: borrowing OwnedFile) -> [FollowedLine] {
        if file.stamp.size < offset { self = LineFollower() }
        var length = Self.block
        while true {
            let bytes = file.read(at: offset, count: length)
            if let end = bytes.lastIndex(of: UInt8(ascii: "\n")) { return take(bytes[...end]) }
            guard bytes.count == length else { return [] }
            if length < Self.longestLine {
                length *= 4
            } else {
                offset += Int64(length)
                isInEndlessLine = true
            }
        }
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) -> [FollowedLine] {
        offset += Int64(bytes.count)
        var lines: [FollowedLine] = []
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
            if isInEndlessLine {
                lines.append(.endless)
            } else if !line.isEmpty {
                lines.append(.whole(String(decoding: line, as: UTF8.self)))
            }
            isInEndlessLine = false
        }
        return lines
    }
}
