import Foundation

/// A Unix-domain socket. Each client sends one line and gets an answer.
struct LineSocket: Sendable {
    private static let longestLine = 4096
    private static let patience = timeval(tv_sec: 5, tv_usec: 0)

    private let path: String
    private let listener: Int32

    init(at path: String) throws {
        self.path = path
        listener = socket(AF_UNIX, Self.stream, 0)
        guard listener >= 0, Self.take(path, for: listener), listen(listener, SOMAXCONN) == 0 else {
            throw SocketError(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Answers clients until one of the signals arrives. A client that is being served at that moment still gets an
    /// answer.
    func serve(until signals: [Int32], _ answer: @escaping @Sendable (String) async -> String) async {
        let (callers, stream) = AsyncStream<Int32>.makeStream()
        let accepting = DispatchSource.makeReadSource(fileDescriptor: listener, queue: .global())
        accepting.setEventHandler { @Sendable in stream.yield(accept(listener, nil, nil)) }
        accepting.setCancelHandler { @Sendable in close(listener) }
        let stopping = signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { @Sendable in stream.finish() }
            source.resume()
            return source
        }
        signal(SIGPIPE, SIG_IGN)
        accepting.resume()
        await withDiscardingTaskGroup { group in
            for await caller in callers where caller >= 0 {
                group.addTask { await talk(to: caller, answer) }
            }
            unlink(path)
        }
        for source in stopping { source.cancel() }
        accepting.cancel()
    }

    private func talk(to caller: Int32, _ answer: @Sendable (String) async -> String) async {
        let connection = FileHandle(fileDescriptor: caller, closeOnDealloc: true)
        guard let line = await line(from: caller) else { return }
        try? connection.write(contentsOf: Data((await answer(line) + "\n").utf8))
    }

    /// Gives the listener its path. A server that was killed has left its socket there, which nobody answers.
    private static func take(_ path: String, for listener: Int32) -> Bool {
        if call(bind, listener, path) { return true }
        guard errno == EADDRINUSE else { return false }
        let caller = socket(AF_UNIX, stream, 0)
        defer { close(caller) }
        guard !call(connect, caller, path), errno == ECONNREFUSED else {
            errno = EADDRINUSE
            return false
        }
        unlink(path)
        return call(bind, listener, path)
    }

    /// Reads the client's line, without its line feed. The read blocks a thread of the global queue, and only for a
    /// limited time, however slowly the line comes.
    private func line(from caller: Int32) async -> String? {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let deadline = ContinuousClock.now + .seconds(Int(Self.patience.tv_sec))
                var patience = Self.patience
                setsockopt(caller, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
                var line: [UInt8] = []
                var byte: UInt8 = 0
                while line.count < Self.longestLine, ContinuousClock.now < deadline,
                    read(caller, &byte, 1) == 1, byte != UInt8(ascii: "\n")
                {
                    line.append(byte)
                }
                continuation.resume(returning: byte == UInt8(ascii: "\n") ? String(decoding: line, as: UTF8.self) : nil)
            }
        }
    }

    #if os(Linux)
        private static let stream = Int32(SOCK_STREAM.rawValue)
    #else
        private static let stream = SOCK_STREAM
    #endif
}

struct SocketError: Error, CustomStringConvertible {
    var path: String
    var reason: String

    var description: String { "\(path): \(reason)" }
}

/// Calls `bind` or `connect` with the address of this path. If it fails, `errno` says why.
private func call(
    _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ descriptor: Int32, _ path: String
) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // The zero that ends the path needs room, too.
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
        room.copyBytes(from: path.utf8.prefix(room.count - 1))
        return path.utf8.count < room.count
    }
    guard fits else {
        errno = ENAMETOOLONG
        return false
    }
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
        }
    }
}
