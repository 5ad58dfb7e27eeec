import Dispatch
import TCPOSIX

/// Lines out of standard input, read by a thread of their own: whoever waits for a pipe holds nobody up.
struct PipeLines {
    enum Line {
        case text([UInt8])
        /// One that was longer than what anybody says, and was passed over.
        case tooLong
    }

    /// Longer than any message of ours.
    static let longest = 4_194_304

    private let queue = DispatchQueue(label: "standard input")
    private var pending: [UInt8] = []
    private var isPassingOver = false

    /// The lines that are whole now; `nil` at the end. A last line need not have one.
    mutating func next() async -> [Line]? {
        while true {
            guard let bytes = await read() else {
                guard !pending.isEmpty else { return nil }
                defer { pending = [] }
                return [.text(pending)]
            }
            let lines = take(bytes)
            if !lines.isEmpty { return lines }
        }
    }

    private mutating func take(_ bytes: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            pending += rest[..<end]
            rest = rest[(end + 1)...]
            if isPassingOver || pending.count > Self.longest {
                lines.append(.tooLong)
            } else if pending.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\r") }) {
                lines.append(.text(pending))
            }
            (pending, isPassingOver) = ([], false)
        }
        pending += rest
        if pending.count > Self.longest { (pending, isPassingOver) = ([], true) }
        return lines
    }

    /// `nil` at the end.
    private func read() async -> [UInt8]? {
        await withCheckedContinuation { continuation in
            queue.async {
                var bytes = [UInt8](repeating: 0, count: 65_536)
                var count = -1
                repeat { count = TCPOSIX.read(0, &bytes, bytes.count) } while count < 0 && errno == EINTR
                continuation.resume(returning: count > 0 ? Array(bytes[..<count]) : nil)
            }
        }
    }
}

/// Lines into standard output, one after the other, and each whole.
final class PipeOutput: Sendable {
    private let queue = DispatchQueue(label: "standard output")

    /// Returns when it is written; an agent that reads nothing is waited for. Where nobody reads any more this program ends.
    func write(_ text: String) async {
        await withCheckedContinuation { continuation in
            queue.async {
                if !Self.writeAll(Array(text.utf8) + [UInt8(ascii: "\n")]) { exit(0) }
                continuation.resume()
            }
        }
    }

    private static func writeAll(_ bytes: [UInt8]) -> Bool {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes { TCPOSIX.write(1, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return false
            }
            start += count
        }
        return true
    }
}
