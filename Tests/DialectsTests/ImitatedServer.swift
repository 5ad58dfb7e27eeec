import Dispatch
import Foundation
import TCPOSIX
import Testing

@testable import Dialects

/// A server in a state in which no real one can be brought for a test. It answers the first message of a connection, and no other.
/// https://www.postgresql.org/docs/15/protocol-message-formats.html
enum ImitatedServer {
    /// Runs `body` with the URL of a server that gives this answer to the first message. At the second message it closes the connection, or
    /// it stays silent and leaves that to the client. It takes no more than `connections`, one after another.
    static func answering(
        _ answer: [UInt8], staysSilent: Bool = false, connections: Int = 1, _ body: (DatabaseURL) throws -> Void
    ) throws {
        let folder = "/tmp/tc-imitated-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let listener = try listen("\(folder)/.s.PGSQL.5432")
        defer { close(listener) }
        let isDone = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            for _ in 0..<connections { serve(accept(listener, nil, nil), answer, staysSilent) }
            isDone.signal()
        }
        defer {
            // It waits for no connection that the client does not open.
            shutdown(listener, CInt(SHUT_RDWR))
            isDone.wait()
        }
        try body(DatabaseURL(parsing: "postgresql:///any?host=\(folder)&user=any"))
    }

    /// Returns a message of this type: the type, the length with its own four bytes, and the body.
    static func message(_ type: Character, _ body: [UInt8]) -> [UInt8] {
        let length = UInt32(body.count + 4)
        return [type.asciiValue ?? 0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + body
    }

    private static func serve(_ client: CInt, _ answer: [UInt8], _ staysSilent: Bool) {
        var request = [UInt8](repeating: 0, count: 1_024)
        _ = read(client, &request, request.count)
        _ = write(client, answer, answer.count)
        while read(client, &request, request.count) > 0, staysSilent {}
        close(client)
    }

    private static func listen(_ path: String) throws -> CInt {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(isBound == 0 && TCPOSIX.listen(listener, 1) == 0)
        return listener
    }
}
