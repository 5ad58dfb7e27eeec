import Foundation
import Testing

@testable import TCSettings

@Suite("what helps where the daemon can't write")
struct NeededAccessTests {
    /// An account that owns nothing here.
    private static let stranger: UInt32 = 64_999

    /// Returns what is advised; `nil` if the account may write there.
    private func advice(_ path: String, _ endings: [String] = []) -> String? {
        do throws(SettingsError) {
            try NeededAccess.check(path, endings: endings, for: "the daemon's data", by: Self.stranger)
            return nil
        } catch {
            return error.remedy
        }
    }

    @Test("a folder on the way may be shared with others, and is given to nobody")
    func folderOnTheWay() async throws {
        try await withSettingsFolder { folder in
            try folder.write("srv/other", "")
            let srv = "\(folder.path)/srv"
            #expect(advice("\(srv)/state") == "install -d -o 64999 -m 700 \(srv)/state, or name another place")
            #expect(
                advice("\(srv)/a b/d.db", ["-wal"]) == "install -d -o 64999 -m 700 '\(srv)/a b', or name another place")
            let own = "name a place in it: install -d -o 64999 -m 700 \(srv)/teleclaude; a file that is there already"
            #expect(advice("\(srv)/d.db", ["-wal"])?.contains(own) == true)
            try folder.write("srv/d.db", "", mode: 0o666)
            #expect(advice("\(srv)/d.db", ["-wal"])?.contains(own) == true)
        }
    }

    @Test("what is at the path itself is the daemon's")
    func thePathItself() async throws {
        try await withSettingsFolder { folder in
            try folder.write("srv/d.db", "")
            #expect(advice("\(folder.path)/srv") == "chown 64999 \(folder.path)/srv, or name another place")
            #expect(
                advice("\(folder.path)/srv/d.db", ["-wal"])
                    == "chown 64999 \(folder.path)/srv/d.db, or name another place")
        }
    }
}
