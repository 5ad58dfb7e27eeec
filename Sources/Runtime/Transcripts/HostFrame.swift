import Dialects

/// A message from a host to the daemon: a line, and after `chunk` the number of bytes that the line names.
///
///     chunk 17 1234⏎…1234 bytes…
///     done 3⏎        order 3 was carried out
///     failed 3⏎      order 3 was not carried out, or not as a whole
///     exit 0⏎        the command ended with this code
///     native 2f686f6d65⏎   the path, in hexadecimal digits, at which the agent writes its own transcript
///     ping⏎
public enum HostFrame: Sendable, Equatable {
    /// Lines of an asciicast v3 recording. The numbers count up from 0 without gaps. Older hosts may send a chunk without a line.
    case chunk(UInt64, [UInt8])
    case done(UInt64)
    case failed(UInt64)
    case exit(Int32)
    case native(String)
    case ping

    /// The largest size of a chunk in bytes.
    package static let longestChunk = 1 << 20
    /// The largest size of a path in bytes.
    static let longestPath = 4_096

    /// Returns whether a path can be sent: it is absolute, at most `longestPath` bytes long, and contains no control character.
    static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && text.utf8.count <= longestPath && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    public var bytes: [UInt8] {
        switch self {
        case .chunk(let number, let data): Array("chunk \(number) \(data.count)\n".utf8) + data
        case .done(let order): Array("done \(order)\n".utf8)
        case .failed(let order): Array("failed \(order)\n".utf8)
        case .exit(let code): Array("exit \(code)\n".utf8)
        case .native(let path): Array("native \(Hexadecimal.text(path.utf8))\n".utf8)
        case .ping: Array("ping\n".utf8)
        }
    }
}

/// Reads frames from bytes that come in pieces.
public struct HostFrameReader {
    private var pending: [UInt8] = []
    private static let longestLine = 64
    private static let native = Array("native ".utf8)

    public init() {}

    /// Takes more bytes, and returns the frames that they complete.
    ///
    /// - Throws: `RuntimeError` at the first bytes that are not a frame. The connection can't be used any further then.
    public mutating func read(_ bytes: some Sequence<UInt8>) throws(RuntimeError) -> [HostFrame] {
        pending += bytes
        var frames: [HostFrame] = []
        var start = pending.startIndex
        while let (frame, end) = try Self.frame(in: pending[start...]) {
            frames.append(frame)
            start = end
        }
        pending.removeFirst(start)
        return frames
    }

    /// Returns the first frame and the index at which the next one begins; `nil` if more bytes are needed.
    private static func frame(in bytes: ArraySlice<UInt8>) throws(RuntimeError) -> (HostFrame, Int)? {
        let longestLine = bytes.starts(with: native) ? native.count + 2 * HostFrame.longestPath : longestLine
        guard let lineEnd = bytes.prefix(longestLine + 1).firstIndex(of: UInt8(ascii: "\n")) else {
            guard bytes.count <= longestLine else { throw broken }
            return nil
        }
        let words = String(decoding: bytes[bytes.startIndex..<lineEnd], as: UTF8.self)
            .split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let next = lineEnd + 1
        switch (words[0], words.count) {
        case ("ping", 1): return (.ping, next)
        case ("done", 2): if let order = UInt64(words[1]) { return (.done(order), next) }
        case ("failed", 2): if let order = UInt64(words[1]) { return (.failed(order), next) }
        case ("exit", 2): if let code = Int32(words[1]) { return (.exit(code), next) }
        case ("native", 2):
            if let path = Hexadecimal.bytes(words[1]).flatMap({ String(validating: $0, as: UTF8.self) }),
                HostFrame.isPath(path)
            {
                return (.native(path), next)
            }
        case ("chunk", 3):
            guard let number = UInt64(words[1]), let length = Int(words[2]),
                (0...HostFrame.longestChunk).contains(length)
            else { break }
            guard bytes.endIndex - next >= length else { return nil }
            return (.chunk(number, Array(bytes[next..<next + length])), next + length)
        default: break
        }
        throw broken
    }

    private static var broken: RuntimeError {
        RuntimeError(.badRequest, "the host sent bytes that are not a frame of its stream")
    }
}
