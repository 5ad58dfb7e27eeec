import Dialects
import Foundation
import Transfer

/// Moves a SQLite file into an empty PostgreSQL database, and then compares the two value by value. Exit codes: 0 both
/// hold the same, 1 they don't, 2 failed or refused, 64 usage.
@main
enum MoveShop {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        guard let target = arguments.first, arguments.count <= 2 else {
            complain("usage: move-shop postgresql://… [FILE]")
            exit(64)
        }
        do {
            let file = if let named = arguments.dropFirst().first { named } else { try await Shop.file() }
            exit(try await move(file, to: target) ? 0 : 1)
        } catch {
            complain("\(error)")
            exit(2)
        }
    }

    private static func move(_ file: String, to url: String) async throws -> Bool {
        let source = try Database(DatabaseURL(sqlitePath: file), options: ConnectionOptions(access: .readOnly))
        let target = try Database(DatabaseURL(parsing: url))
        let transfer = DatabaseTransfer(from: source, to: target)
        if try await transfer.finished() == nil {
            let report = try await transfer.run { event in
                if case .phase(let phase) = event { print("\(phase.rawValue) …") }
            }
            for thing in report.omitted { print("left behind: \(thing.kind.words) \(thing.name): \(thing.reason)") }
        } else {
            print("\(file) was moved before")
        }
        // The transfer has already compared what it wrote. This comparison reads both databases once more, as can be
        // done at any later time.
        return show(try await Verification(of: source, against: target).run())
    }

    private static func show(_ report: VerificationReport) -> Bool {
        for table in report.tables {
            print("\(table.name): \(table.source.rows) rows, \(table.isEqual ? "equal" : "NOT equal")")
            for row in table.differences { print("  \(row.key): \(row.columns.joined(separator: ", "))") }
        }
        for thing in report.missing { print("missing: \(thing)") }
        return report.isEqual
    }

    private static func complain(_ line: String) {
        FileHandle.standardError.write(Data("move-shop: \(line)\n".utf8))
    }
}
