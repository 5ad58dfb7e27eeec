import Testing

@testable import Dialects
import TestSupport

/// Tests servers that are too old. None is available, so the test imitates one up to the end of its greeting.
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

    /// AuthenticationOk, ParameterStatus and ReadyForQuery: the greeting of a server of this version.
    private func withGreeting(_ version: String, _ body: (DatabaseURL) throws -> Void) throws {
        let greeting =
            ImitatedServer.message("R", [0, 0, 0, 0])
            + ImitatedServer.message("S", Array("server_version\0\(version)\0".utf8))
            + ImitatedServer.message("Z", Array("I".utf8))
        try ImitatedServer.answering(greeting, body)
    }
}
