/// A line of an agent's transcript.
enum FollowedLine: Equatable {
    case whole(String)
    /// A line that is too long to be held in memory.
    case endless
}

/// The position up to which a file that grows line by line has been read.
struct LineFollower: Codable, Equatable {
    private var offset: Int64
    /// Whether `offset` is inside a line that is too long, and whose rest is skipped.
    private var isInEndlessLine = false

    /// The size in bytes of the longest line that is held in memory.
    static let longestLine = 16 << 20
    private static let block = 256 << 10

    init(at offset: Int64 = 0) { self.offset = offset }

    /// Reads more complete lines; none at the end that the file had when it was opened. An incomplete line waits for its end. A
    /// file that has become shorter counts as another file, and is read from its beginning.
    ///
    /// What was written since the file was opened is left to the next look: read now, it would put `offset` beyond the stamp's
    /// size, as if the file had become shorter.
    mutating func read(_ file: borrowing OwnedFile) -> [FollowedLine] {
        if file.stamp.size < offset { self = LineFollower() }
        var length = Self.block
        while true {
            let bytes = file.read(at: offset, count: min(length, Int(file.stamp.size - offset)))
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
