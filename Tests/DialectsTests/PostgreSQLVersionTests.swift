import Dispatch
import Foundation
import TCPOSIX
import Testing

@testable import Dialects
import TestSupport

/// Tests servers that are too old. None is available, so the test imitates one up to the end of its greeting; nothing more is read.
@Suite("servers of a version that is not worked with")
struct PostgreSQLVersionTests {
    @Test(
        "a server's greeting tells its version",
        arguments: [("12.22", "PostgreSQL 12,"), ("9.6.24", "PostgreSQL 9.6,"), ("8.4devel", "PostgreSQL 8.4,")])
    func tooOld(version: String, name: String) throws {
        try withGreeting(version) { url in
            let error = #expect(throws: DatabaseError.self) { try connect(to: url) }
            #expect(error?.message.contains(name) == true && error?.remedy == "upgrade the server", "\(error as Any)")
            #expect(error?.message.contains("13 is the oldest") == true)
        }
    }

    @Test(arguments: [(130_000, true), (150_018, true), (200_000, true), (0, true), (129_999, false), (90_624, false)])
    func required(version: Int32, isTaken: Bool) {
        #expect(((try? PostgreSQLVersion.require(version)) != nil) == isTaken)
    }

    /// Accepts one connection on a socket, and greets it as a server of this version.
    private func withGreeting(_ version: String, _ body: (DatabaseURL) throws -> Void) throws {
        let folder = "/tmp/tc-greeting-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let listener = try listen("\(folder)/.s.PGSQL.5432")
        defer { close(listener) }
        let isDone = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            greet(accept(listener, nil, nil), version)
            isDone.signal()
        }
        try body(DatabaseURL(parsing: "postgresql:///any?host=\(folder)&user=any"))
        isDone.wait()
    }

    private func listen(_ path: String) throws -> CInt {
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

/// Sends AuthenticationOk, ParameterStatus and ReadyForQuery (https://www.postgresql.org/docs/15/protocol-message-formats.html).
private func greet(_ client: CInt, _ version: String) {
    var request = [UInt8](repeating: 0, count: 1_024)
    _ = read(client, &request, request.count)
    func message(_ type: Character, _ body: [UInt8]) -> [UInt8] {
        let length = UInt32(body.count + 4)
        return [type.asciiValue ?? 0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + body
    }
    let answer =
        message("R", [0, 0, 0, 0]) + message("S", Array("server_version\0\(version)\0".utf8))
        + message("Z", Array("I".utf8))
    _ = write(client, answer, answer.count)
    _ = read(client, &request, request.count)
    close(client)
}
