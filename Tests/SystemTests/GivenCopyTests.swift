import Foundation
import TestSupport
import Testing

@testable import TCBackup
@testable import TCImport

/// Root gives a copy to an account that owns the folder above it, and could put other files in the copy's place.
@Suite("A copy that root gives away", .enabled(if: isRoot, needsRoot))
struct GivenCopyTests {
    private static let account = ActingAccount(uid: 12_345, gid: 12_345, temporaryFolder: "/tmp")

    private func owner(_ path: String) throws -> UInt32 {
        var facts = stat()
        try #require(lstat(path, &facts) == 0, "\(path)")
        return facts.st_uid
    }

    @Test("of an install: no link is followed, and a folder in its place is not touched") func workingCopy()
        async throws
    {
        try await withTemporaryFolder { folder in
            let copy = try WorkingCopy(in: folder)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            let place = "\(folder)/\(try #require(names.first))"
            for name in ["victim", "teleclaude-import-x"] {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: false)
            }
            for file in ["victim/shadow", "victim/main.db", "teleclaude-import-x/main.db"] {
                try "x".write(toFile: "\(folder)/\(file)", atomically: false, encoding: .utf8)
            }
            try "x".write(toFile: "\(place)/main.db", atomically: false, encoding: .utf8)
            try FileManager.default.createSymbolicLink(
                atPath: "\(place)/events.db", withDestinationPath: "\(folder)/victim/shadow")
            // Another folder now stands where the copy was made.
            try #require(rename(place, "\(folder)/moved") == 0)
            try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: "\(folder)/victim")

            try copy.give(to: Self.account)
            #expect(try owner("\(folder)/moved") == 12_345 && owner("\(folder)/moved/main.db") == 12_345)
            #expect(try owner("\(folder)/victim") == 0 && owner("\(folder)/victim/main.db") == 0)
            #expect(try owner("\(folder)/victim/shadow") == 0)
            withExtendedLifetime(copy) {}
        }
    }

    @Test("of a backup: a folder in its place is not touched") func restoreRows() async throws {
        try await withTemporaryFolder { folder in
            let copy = try RestoreRows.Copy(in: folder)
            try "x".write(toFile: "\(copy.folder)/database.db", atomically: false, encoding: .utf8)
            try FileManager.default.createDirectory(atPath: "\(folder)/victim", withIntermediateDirectories: false)
            try "x".write(toFile: "\(folder)/victim/database.db", atomically: false, encoding: .utf8)
            try #require(rename(copy.folder, "\(folder)/moved") == 0)
            try FileManager.default.createSymbolicLink(atPath: copy.folder, withDestinationPath: "\(folder)/victim")
            try copy.give(to: Self.account)
            #expect(try owner("\(folder)/moved") == 12_345 && owner("\(folder)/moved/database.db") == 12_345)
            #expect(try owner("\(folder)/victim/database.db") == 0)
        }
    }
}
