import TCPOSIX

/// A path in the form of `sockaddr_un`. On Linux, a path that begins with `@` is in the abstract namespace (unix(7)).
struct UnixSocketAddress {
    private var address = sockaddr_un()
    private let length: socklen_t

    #if os(Linux)
        static let stream = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        static let datagram = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    #else
        static let stream = SOCK_STREAM
        static let datagram = SOCK_DGRAM
    #endif

    /// The size of the longest path in bytes: 107 on Linux, 103 on macOS.
    static var longestPath: Int { MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1 }

    /// Makes the address; `nil` if the path is empty or too long.
    init?(_ path: String) {
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count <= Self.longestPath else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        var used = bytes.count + 1
        if bytes[0] == UInt8(ascii: "@") {
            withUnsafeMutableBytes(of: &address.sun_path) { $0[0] = 0 }
            used = bytes.count
        }
        length = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 0) + socklen_t(used)
    }

    mutating func withPointer<T>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        let length = length
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
