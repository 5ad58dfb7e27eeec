import Foundation
import TCImport
import TestSupport
import Testing

@testable import TCBackup

@Suite("The copy from which another account's database is filled")
struct AbandonedCopyTests {
    @Test("that of a killed restore is removed by the next one, and that of a running one stays")
    func abandoned() async throws {
        try await withTemporaryFolder { folder in
            func make(_ name: String) throws -> String {
                let path = "\(folder)/\(name)"
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
                for file in ["database.db", "database.db-journal"] {
                    try "rows".write(toFile: "\(path)/\(file)", atomically: false, encoding: .utf8)
                }
                return path
            }
            let backup = try make("backup")
            let killed = try make("teleclaude-restore-killed")
            let running = try make("teleclaude-restore-running")
            let lock = open(running, O_RDONLY)
            defer { close(lock) }
            try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
            let account = ActingAccount(uid: geteuid(), gid: getegid(), temporaryFolder: folder)
            let copy = try {
                let rows = try RestoreRows(of: BackupPaths(folder: backup), for: account)
                #expect(try String(contentsOfFile: rows.path, encoding: .utf8) == "rows")
                return rows.path
            }()
            #expect(access(copy, F_OK) != 0 && access(killed, F_OK) != 0)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(left == ["backup", "teleclaude-restore-running"])
            #expect(access("\(running)/database.db", F_OK) == 0)
        }
    }
}
