#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `load SOCKET PATH CONNECTIONS SECONDS`: asks for one path over and over, on so many connections at once, each with one request
/// under way. One thread and poll: what it costs itself is small, and the same for every server. Prints requests a second.
@main
enum Load {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let count = Int(arguments[3]), let seconds = Double(arguments[4]) else {
            fail("load SOCKET PATH CONNECTIONS SECONDS")
        }
        let request = Array("GET \(arguments[2]) HTTP/1.1\r\nHost: load\r\n\r\n".utf8)
        var connections = (0..<count).map { _ in Connection(arguments[1], request) }
        for connection in connections { connection.send() }
        // The first part warms the server up, and counts for nothing.
        _ = answers(of: &connections, for: seconds / 4)
        print(Double(answers(of: &connections, for: seconds)) / seconds)
    }

    /// How many answers come in that time.
    private static func answers(of connections: inout [Connection], for seconds: Double) -> Int {
        var waiting = connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        let end = ContinuousClock.now + .seconds(seconds)
        var count = 0
        while ContinuousClock.now < end {
            guard poll(&waiting, nfds_t(waiting.count), 100) > 0 else { continue }
            for at in waiting.indices where waiting[at].revents != 0 && connections[at].receive() {
                count += 1
                connections[at].send()
            }
        }
        return count
    }
}

/// One connection. Answers have a Content-Length, and say 200.
struct Connection {
    let descriptor: Int32
    private let request: [UInt8]
    private var received: [UInt8] = []
    private var whole: Int?

    init(_ path: String, _ request: [UInt8]) {
        self.request = request
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let answer = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard answer == 0 else { fail("can't connect to \(path): \(String(cString: strerror(errno)))") }
    }

    func send() {
        guard write(descriptor, request, request.count) == request.count else { fail("a request can't be sent") }
    }

    /// Reads what is there; true when an answer is whole.
    mutating func receive() -> Bool {
        var block = [UInt8](repeating: 0, count: 16_384)
        let count = read(descriptor, &block, block.count)
        guard count > 0 else { fail("the server went away") }
        received += block[..<count]
        if whole == nil { whole = length() }
        guard let whole, received.count >= whole else { return false }
        received.removeAll(keepingCapacity: true)
        self.whole = nil
        return true
    }

    /// Of head and body; `nil` as long as the head is not whole.
    private func length() -> Int? {
        let head = String(decoding: received, as: UTF8.self)
        guard let end = head.firstRange(of: "\r\n\r\n") else { return nil }
        guard head.hasPrefix("HTTP/1.1 200 "),
            let line = head[..<end.lowerBound].split(separator: "\r\n").first(where: {
                $0.lowercased().hasPrefix("content-length:")
            }), let body = Int(line.dropFirst(15).drop { $0 == " " })
        else { fail("an answer is not 200 with a length:\n\(head)") }
        return head[..<end.upperBound].utf8.count + body
    }
}

func fail(_ text: String) -> Never {
    _ = "load: \(text)\n".utf8.withContiguousStorageIfAvailable { write(2, $0.baseAddress, $0.count) }
    exit(2)
}
