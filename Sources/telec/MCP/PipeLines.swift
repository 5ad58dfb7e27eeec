import Dispatch
import TCPOSIX
import TCRuntime
import TCTerminal

/// Lines from standard input. A separate thread reads them, so that waiting for a pipe does not block other work.
struct PipeLines {
    enum Line {
        case text([UInt8])
        /// A line that exceeded `longest` and was skipped.
        case tooLong
    }

    /// The largest length of a line in bytes; every message of the protocol is shorter.
    static let longest = 4_194_304

    private let queue = DispatchQueue(label: "standard input")
    private var pending: [UInt8] = []
    private var isPassingOver = false

    /// Returns the lines that are complete so far, or `nil` at the end. The last line need not end in a line break.
    ///
    /// - Throws: `RuntimeError` if standard input can't be read.
    mutating func next() async throws(RuntimeError) -> [Line]? {
        while true {
            guard let bytes = try await read() else {
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

    /// Returns the next bytes, or `nil` at the end.
    private func read() async throws(RuntimeError) -> [UInt8]? {
        let result: Result<[UInt8]?, RuntimeError> = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Self.readInput()) }
        }
        return try result.get()
    }

    /// Reads standard input, which may be a socket or a pipe that does not block. An agent that goes away without having read all
    /// answers resets its socket: that is an end like any other.
    private static func readInput() -> Result<[UInt8]?, RuntimeError> {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = TCPOSIX.read(0, &bytes, bytes.count)
            if count >= 0 { return .success(count > 0 ? Array(bytes[..<count]) : nil) }
            let reason = errno
            switch reason {
            case EINTR: continue
            case EAGAIN:
                Readiness.wait(for: Int32(POLLIN), on: 0)
            case ECONNRESET: return .success(nil)
            default:
                return .failure(
                    RuntimeError(.failed, "standard input can't be read: \(SystemError(reason))"))
            }
        }
    }
}

/// Writes lines to standard output one after the other, each of them whole.
final class PipeOutput: Sendable {
    private let queue = DispatchQueue(label: "standard output")

    /// Writes a line and returns when it is written. It waits for an agent that reads nothing, also at a pipe that does not block. It
    /// ends this program if nobody reads any more, or if the line can't be written.
    func write(_ text: String) async {
        await withCheckedContinuation { continuation in
            queue.async {
                let line = Array("\(text)\n".utf8)
                if !line.withUnsafeBytes({ Descriptor.write($0, to: 1) }) { Self.end(errno) }
                continuation.resume()
            }
        }
    }

    /// Ends this program. An agent that has closed the pipe wants no answer; any other answer is lost, which is an error.
    private static func end(_ reason: Int32) -> Never {
        if reason == EPIPE { exit(0) }
        Console.error("error: standard output can't be written: \(SystemError(reason))")
        exit(2)
    }
}
