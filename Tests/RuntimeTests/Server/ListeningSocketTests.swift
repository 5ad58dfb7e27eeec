import Foundation
import TestSupport
import Testing

@testable import TCRuntime

struct ListeningSocketTests {
    @Test func aSocketIsGoneWhenItsFileIsAnotherOneOrNone() async throws {
        try await withTemporaryFolder { folder in
            let (path, away) = ("\(folder)/in/d.sock", "\(folder)/away")
            let socket = try ListeningSocket(path: path, mode: 0o600)
            defer { socket.abandon() }
            #expect(socket.isInPlace)
            // A folder that leads to itself: whether the file is there can't be told, so the daemon goes on.
            #expect(rename("\(folder)/in", away) == 0 && symlink("in", "\(folder)/in") == 0)
            #expect(socket.isInPlace)
            #expect(unlink("\(folder)/in") == 0)
            #expect(!socket.isInPlace)
            #expect(rename(away, "\(folder)/in") == 0 && socket.isInPlace)
            #expect(unlink(path) == 0 && !socket.isInPlace)
            #expect(FileManager.default.createFile(atPath: path, contents: nil) && !socket.isInPlace)
        }
    }
}
