import Foundation
import Synchronization
import Testing

/// Asks again and again whether a daemon serves at a socket, as a client would.
final class Probe: Sendable {
    struct Answer: Sendable {
        var asked: ContinuousClock.Instant
        var answered: ContinuousClock.Instant
        /// Whether the status was 200. Everything else counts as not serving: 503, no answer in time, no listener.
        var isServing: Bool
    }

    private struct State {
        var answers: [Answer] = []
        var isOver = false
    }

    private let path: String
    private let patience: Double
    private let state = Mutex(State())

    /// - Parameter patience: The time in seconds after which a question without an answer is given up and the next one is asked.
    init(_ path: String, patience: Double) {
        (self.path, self.patience) = (path, patience)
        Thread.detachNewThread { self.work() }
    }

    func stop() { state.withLock { $0.isOver = true } }

    /// The answers so far that said that the daemon serves.
    var served: [Answer] { state.withLock { $0.answers.filter(\.isServing) } }

    private func work() {
        while !state.withLock({ $0.isOver }) {
            let asked = ContinuousClock.now
            let isServing = Self.ask(path, patience)
            state.withLock { $0.answers.append(Answer(asked: asked, answered: .now, isServing: isServing)) }
            usleep(15_000)
        }
    }

    static func ask(_ path: String, _ patience: Double, _ request: String = "GET /whoami") -> Bool {
        answer(path, patience, "\(request) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").hasPrefix("HTTP/1.1 200")
    }

    /// Sends a text, and returns the first bytes that come back; an empty text if none come in time.
    static func answer(_ path: String, _ patience: Double, _ text: String) -> String {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var limit = timeval(tv_sec: Int(patience), tv_usec: Int((patience - patience.rounded(.down)) * 1_000_000))
        for name in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, name, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        let bytes = Array(text.utf8)
        guard isConnected, write(descriptor, bytes, bytes.count) == bytes.count else { return "" }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(descriptor, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : ""
    }
}
