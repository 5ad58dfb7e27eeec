import Foundation
import TestSupport
import Testing

/// The home of an existing install (Tests/Fixtures/legacy), and the data that has to be transferred from it. An independent Python
/// program counts and compares the expected data (Tests/Fixtures/legacy/compare.py).
extension Sandbox {
    /// Unpacks the home into a folder. Its database has a -wal with data that the database file lacks.
    func legacyHome(in folder: String? = nil) async throws -> String {
        let folder = folder ?? files
        let archive = "\(Built.project)/Tests/Fixtures/legacy/home.tar.gz"
        let run = try await run(Program(inPath: "tar"), ["--no-same-owner", "-xzf", archive, "-C", folder])
        #expect(run.code == 0, "\(run)")
        return "\(folder)/home"
    }

    /// Copies the old databases for the comparison, which would otherwise leave files beside the originals.
    func legacySources(_ home: String) async throws -> [String] {
        try FileManager.default.createDirectory(atPath: self("sources"), withIntermediateDirectories: true)
        let files = [
            "\(home)/teleclaude/teleclaude.db", "\(home)/teleclaude/teleclaude.db-wal", "\(home)/.teleclaude/events.db",
        ]
        for file in files where FileManager.default.fileExists(atPath: file) {
            let name = URL(fileURLWithPath: file).lastPathComponent
            try FileManager.default.copyItem(atPath: file, toPath: self("sources/\(name)"))
        }
        return [self("sources/teleclaude.db"), self("sources/events.db")]
    }

    /// Expects that every row and value was transferred, or set aside and counted (checks 6 to 12, 15 to 22 of the acceptance list).
    ///
    /// - Parameter grown: Whether rows of the fixture were multiplied, including those with values that no column accepts.
    func expectLegacyData(
        in url: String, as sources: [String], grown: Bool = false
    ) async throws {
        let tables = try await compare(url, sources)
        #expect(tables.count == 27)
        var quarantined = Set(["schema_migrations"])
        for (name, table) in tables {
            guard let new = table.new else {
                let kept = try query("SELECT count(*) FROM import_quarantine WHERE source_table = '\(name)'", on: url)
                #expect(kept == ["\(table.old)"])
                quarantined.remove(name)
                continue
            }
            let aside = Self.orphans[name] ?? 0
            #expect(new == table.old - aside, "\(name)")
            let expected = Self.changed(name)
            let unexpected = table.differences.filter { difference in
                let isCopy = grown && ["payload", "title"].contains(difference.column)
                return !expected(difference.row, difference.column) && !isCopy
            }
            #expect(unexpected.isEmpty, "\(name): \(unexpected.prefix(5))")
        }
        #expect(quarantined.isEmpty)
    }

    private struct Comparison: Decodable {
        var old: Int
        var new: Int?
        var differences: [Difference]

        struct Difference: Decodable, Equatable {
            var row: [String]
            var column: String?
        }
    }

    private func compare(_ url: String, _ sources: [String]) async throws -> [String: Comparison] {
        let target = url.hasPrefix("sqlite:") ? String(url.dropFirst(7)) : url
        let run = try await run(
            Program(inPath: "python3"), ["\(Built.project)/Tests/Fixtures/legacy/compare.py", target] + sources)
        try #require(run.code == 0, "\(run)")
        return try JSONDecoder().decode([String: Comparison].self, from: Data(run.output.utf8))
    }

    /// The numbers of orphans by table. They are kept aside.
    private static let orphans = ["conversation_link_members": 2, "pending_message_deletions": 1, "session_tokens": 1]

    /// Returns whether a value is changed on purpose: tokens, locks, and values that the database can't hold.
    private static func changed(_ table: String) -> ([String], String?) -> Bool {
        { row, column in
            switch (table, column) {
            case (_, nil): orphans[table] != nil
            case ("session_tokens", "revoked_at"), ("hook_outbox", "locked_at"), ("inbound_queue", "locked_at"): true
            case ("webhook_outbox", "locked_at"), ("notification_outbox", "locked_at"): true
            case ("hook_outbox", "payload"): row == ["902"]
            case ("sessions", "title"): row == ["2870fd26-db75-499e-bdb2-7b00ce3fc611"]
            default: false
            }
        }
    }
}

/// Everything below a folder: names, bytes, links, modes and times of the last change.
struct Originals: Equatable {
    private var entries: [String: Entry] = [:]

    private struct Entry: Equatable {
        var bytes: Data?
        var target: String?
        var mode: Int?
        var changed: Date?
    }

    init(_ folder: String) throws {
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            let path = "\(folder)/\(name)"
            let facts = try FileManager.default.attributesOfItem(atPath: path)
            let isFile = facts[.type] as? FileAttributeType == .typeRegular
            entries[name] = Entry(
                bytes: isFile ? FileManager.default.contents(atPath: path) : nil,
                target: try? FileManager.default.destinationOfSymbolicLink(atPath: path),
                mode: facts[.posixPermissions] as? Int, changed: facts[.modificationDate] as? Date)
        }
    }
}
