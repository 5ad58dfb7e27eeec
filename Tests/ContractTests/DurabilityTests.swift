import Dialects
import TestSupport
import Testing

@Suite("Commits that have reached the disk")
struct DurabilityTests {
    @Test("only a connection that asks for them gets them", arguments: Backend.available, [true, false])
    func setting(_ backend: Backend, _ isDurable: Bool) async throws {
        try await backend.withURL { url in
            let options = ConnectionOptions(access: .create, isOwned: true, isDurable: isDurable)
            let connection = try connect(to: url, options)
            defer { connection.close() }
            switch backend {
            case .sqlite:
                // 1 is NORMAL, and 2 is FULL (https://www.sqlite.org/pragma.html#pragma_synchronous).
                #expect(try connection.queryValue("PRAGMA synchronous")?.integer == (isDurable ? 2 : 1))
                #expect(try connection.queryValue("PRAGMA journal_mode")?.text == "wal")
            case .postgresql:
                let isOn = try connection.queryValue("SHOW synchronous_commit")?.text == "on"
                #expect(isOn || !isDurable)
            }
        }
    }

    @Test(
        "also where the server's default is another one",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func overridesDefault() async throws {
        try await Backend.postgresql.withURL { url in
            let admin = try connect(to: url)
            defer { admin.close() }
            let name = try admin.queryValue("SELECT current_database()")?.text ?? ""
            try admin.execute("ALTER DATABASE \(identifier: name) SET synchronous_commit = off")
            for (isDurable, expected) in [(true, "on"), (false, "off")] {
                let connection = try connect(to: url, ConnectionOptions(isDurable: isDurable))
                defer { connection.close() }
                #expect(try connection.queryValue("SHOW synchronous_commit")?.text == expected)
            }
        }
    }
}
