import Foundation
import TestSupport
import Testing

/// Several transfers begin at the same moment, into a file that does not exist yet. A transfer that reports "verified" has brought
/// everything, and no failing transfer removes it again.
@Suite("transfers into one new file at once")
struct TransferAtOnceTests {
    @Test("of six one brings it all, the others leave it alone", arguments: [[], ["--into-history"]])
    func six(_ options: [String]) async throws {
        try await withSandbox { box in
            let isDeclared = !options.isEmpty
            let table = isDeclared ? "system_settings" : "t"
            let source = try makeSource(
                box,
                isDeclared
                    ? "CREATE TABLE system_settings (key TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at TIMESTAMP); "
                        + "INSERT INTO system_settings VALUES ('a', 'b', NULL), ('c', 'd', NULL)"
                    : "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)")
            for round in 1...5 {
                let target = box("target\(round).db")
                let programs = try (1...6).map { _ in
                    try box.start(.tcMigrate, ["transfer", source, target, "--quiet"] + options)
                }
                var codes: [Int32?] = []
                for program in programs { codes.append(try await program.finish().code) }
                #expect(codes.filter { $0 == 0 }.count == 1 && codes.filter { $0 == 2 }.count == 5, "\(codes)")
                #expect(try query("SELECT CAST(count(*) AS TEXT) FROM \(table)", on: "sqlite:\(target)") == ["2"])
            }
        }
    }
}
