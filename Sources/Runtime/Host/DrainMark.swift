/// What a pane writes when its command has ended, so that the host knows that it has heard everything before: tmux lets go of a
/// client whose session ends without what it had not passed on yet (tmux 3.3, server-client.c). It is an operating system
/// command that terminals pass over (ECMA-48, section 5.6).
struct DrainMark {
    let bytes: [UInt8]
    /// The end of what came before, as long as it may be the mark's first part.
    private var tail: [UInt8] = []

    init(sessionID: String) { bytes = Array("\u{1B}]7117;\(sessionID)\u{07}".utf8) }

    /// Whether the mark is complete with this piece, and the piece without the mark.
    mutating func find(in piece: [UInt8]) -> (isFound: Bool, rest: [UInt8]) {
        let all = tail + piece
        guard let start = Self.range(of: bytes, in: all) else {
            tail = Array(all.suffix(bytes.count - 1))
            return (false, piece)
        }
        tail = []
        // What lay in the piece before is out already.
        let inPiece = max(0, start - (all.count - piece.count))
        let after = all[(start + bytes.count)...]
        return (true, Array(piece[..<inPiece]) + after)
    }

    private static func range(of bytes: [UInt8], in all: [UInt8]) -> Int? {
        guard all.count >= bytes.count else { return nil }
        return (0...(all.count - bytes.count)).first { all[$0] == bytes[0] && all[$0...].starts(with: bytes) }
    }
}
