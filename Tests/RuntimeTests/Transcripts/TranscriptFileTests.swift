import Foundation
import TestSupport
import Testing

@testable import TCRuntime

struct TranscriptFileTests {
    private func event(_ text: String) -> [UInt8] { Array(Recording.event(after: 5, .output, text).utf8) }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test func chunksStandInTheirOrderAndOnce() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/a.cast"
            let file = try TranscriptFile(path)
            try file.append(0, Array(Recording.header(columns: 80, rows: 24, title: "t", at: 1).utf8) + event("a"))
            try file.append(1, event("b"))
            try file.append(0, event("again"))
            #expect(
                try text(path) == """
                    {"term":{"cols":80,"rows":24,"type":"xterm-256color"},"timestamp":1,"title":"t","version":3}
                    [0.005,"o","a"]
                    # chunk 0
                    [0.005,"o","b"]
                    # chunk 1

                    """)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func aChunkCostsWhatItWrites() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/a.cast"
            let file = try TranscriptFile(path)
            var size = 0
            let chunks: [(UInt64, [UInt8])] = [
                (0, event("a")), (1, event("b")), (1, event("again")), (2, []), (100_000, event("")),
                (3, event("late")), (200_000, []),
            ]
            for (number, data) in chunks {
                let cost = TranscriptFile.cost(of: number, data, behind: file.next)
                try file.append(number, data)
                let now = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
                #expect(now - size == cost, "chunk \(number)")
                size = now
            }
        }
    }

    @Test func askingForRoomChangesNothing() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/a.cast"
            let file = try TranscriptFile(path)
            try file.append(0, event("a"))
            let before = try text(path)
            try file.requireRoom(for: 100_000)
            #expect(try text(path) == before)
            try file.append(1, event("b"))
            #expect(try text(path) == before + String(decoding: event("b"), as: UTF8.self) + "# chunk 1\n")
        }
    }

    @Test func whatIsMissingIsToldBehindTheHeader() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/a.cast"
            let file = try TranscriptFile(path)
            try file.append(2, Array(Recording.header(columns: 1, rows: 1, title: nil, at: 1).utf8) + event("c"))
            try file.append(4, event("e"))
            let lines = try text(path).split(separator: "\n")
            #expect(lines[1] == #"[0.000,"m","gap: chunks 0 to 1 never came"]"#)
            #expect(lines[4] == #"[0.000,"m","gap: chunks 3 to 3 never came"]"#)
        }
    }

    /// A crash may leave any part of the last chunk. That part is removed, as if the chunk had never come.
    @Test func aTornChunkIsCutOff() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/a.cast"
            do {
                let file = try TranscriptFile(path)
                for number in 0..<3 { try file.append(UInt64(number), event(String(repeating: "x", count: 40_000))) }
            }
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            let last = try #require(whole.range(of: Data("# chunk 1\n".utf8))).upperBound
            for length in [last, last + 1, last + 30_000, whole.count - 1] {
                try whole.prefix(length).write(to: URL(fileURLWithPath: path))
                let file = try TranscriptFile(path)
                #expect(file.next == 2)
                #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == whole.prefix(last))
            }
            try Data("{}\n[0.1,\"o\",\"".utf8).write(to: URL(fileURLWithPath: path))
            #expect(try TranscriptFile(path).next == 0)
        }
    }

    @Test func aPipeIsNoRecording() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/a.cast"
            try #require(mkfifo(path, 0o600) == 0)
            let error = #expect(throws: RuntimeError.self) { try TranscriptFile(path) }
            #expect(error?.message == "a transcript can't be opened: something else than a file is in its place")
        }
    }

    /// A host must not be able to forge the lines that number chunks.
    @Test(arguments: ["# chunk 9\n", "[0,\"o\",\"a\"]\n# chunk 9\n", "{}\n", "[0,\"o\",\"a\"]", "\n", "x\n"])
    func whatIsNoLineOfARecordingIsRefused(data: String) async throws {
        try await withTemporaryFolder { folder in
            let file = try TranscriptFile("\(folder)/a.cast")
            try file.append(0, event("a"))
            #expect(throws: RuntimeError.self) { try file.append(1, Array(data.utf8)) }
            #expect(file.next == 1)
        }
    }

    /// No number can follow the largest one. A host must not be able to end the daemon by it.
    @Test func theLargestNumberIsRefused() async throws {
        try await withTemporaryFolder { folder in
            let file = try TranscriptFile("\(folder)/a.cast")
            try file.append(.max - 1, event("a"))
            #expect(throws: RuntimeError.self) { try file.append(.max, event("b")) }
            #expect(file.next == .max)
            #expect(try TranscriptFile("\(folder)/a.cast").next == .max)
        }
    }

    @Test func piecesLeaveOurCommentsOut() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/a.cast"
            let file = try TranscriptFile(path)
            try file.append(0, event("a"))
            try file.append(1, event(String(repeating: "y", count: 200_000)))
            var (offset, bytes) = (Int64(0), [UInt8]())
            while true {
                let piece = try TranscriptPiece(path, at: offset)
                guard piece.end > offset else { break }
                (offset, bytes) = (piece.end, bytes + piece.bytes)
            }
            #expect(bytes == event("a") + event(String(repeating: "y", count: 200_000)))
            #expect(try TranscriptPiece("\(folder)/none.cast", at: 0).bytes.isEmpty)
        }
    }
}
