import Dialects
import TCMigrations
import Migrator
import TCRuntime
import TCSettings
import TestSupport

/// The options of a database to which an audit log writes.
let durable = ConnectionOptions(access: .create, isOwned: true, isDurable: true)

let ann = Caller(identity: Identity(person: "Ann", role: .admin, uid: 1_000, osUsername: "ann"))
let ben = Caller(identity: Identity(person: "Ben", role: .member, uid: 1_001, osUsername: "ben"))
let sessionOfBen = AuditedSession(id: "s-ben", owner: Owner(person: "Ben", uid: 1_001))

extension Caller {
    /// Returns the same person as a caller from inside a session.
    func inside(_ session: String?) -> Caller { Caller(identity: identity, session: session) }
}

extension Backend {
    /// Passes the log and the URL of a migrated database of this kind to `body`.
    func withAuditLog<T>(_ body: (AuditLog, DatabaseURL) async throws -> T) async throws -> T {
        try await withURL { url in
            try await url.withOpenDatabase(durable) { database in
                try await Migrator(history: try .teleclaude(), database: database).up()
                return try await body(AuditLog(database: database), url)
            }
        }
    }
}

extension AuditLog {
    /// Records rows of all kinds.
    func fill(_ count: Int) async throws {
        for number in 0..<count {
            try await record(
                AuditEvent(
                    AuditAction.allCases[number % 9],
                    by: (number % 3 == 0 ? ben : ann).inside(number % 4 == 0 ? "caller" : nil),
                    on: number % 7 == 6 ? nil : sessionOfBen, outcome: AuditOutcome.allCases[number % 3],
                    reason: number % 2 == 0 ? "reason \(number)" : nil))
        }
    }

    func lines(after seq: Int64 = 0) async throws -> [String] {
        var lines: [String] = []
        _ = try await export(after: seq) { lines += $0 }
        return lines
    }
}

enum AuditDocs {
    /// Returns the path of a file in the folder docs.
    static func path(_ name: String, file: String = #filePath) -> String {
        // …/Tests/RuntimeTests/Audit/AuditSupport.swift
        file.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 } + "/docs/" + name
    }
}
