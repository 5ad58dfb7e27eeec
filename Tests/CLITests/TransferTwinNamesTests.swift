import TestSupport
import Testing

@Suite("One name in two Unicode forms, in the source of a transfer")
struct TransferTwinNamesTests {
    private static let scripts = [
        "CREATE TABLE \"caf\u{E9}\" (a integer); CREATE TABLE \"cafe\u{301}\" (a integer)",
        "CREATE TABLE t (\"caf\u{E9}\" integer, \"cafe\u{301}\" integer)",
    ]

    @Test("is refused with both names, and nothing is written", arguments: Backend.available, Self.scripts)
    func refused(_ backend: Backend, _ script: String) async throws {
        try await withDatabase(backend) { box, source in
            try execute(script, on: source, creating: true)
            let target = box("target.db")
            expectRefusal(
                try await box.migrate("transfer", source, target), saying: "two Unicode forms", "U+00E9", "U+0301")
            try execute("CREATE TABLE t (a integer)", on: target, creating: true)
            for (from, to) in [(source, target), (target, source)] {
                expectRefusal(try await box.migrate("verify", from, to), saying: "two Unicode forms")
            }
            #expect(try query("SELECT count(*) FROM t", on: target) == ["0"])
        }
    }
}
