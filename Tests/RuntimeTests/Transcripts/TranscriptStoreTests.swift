import Foundation
import TestSupport
import Testing

@testable import TCRuntime

@Suite("the store of the recordings")
struct TranscriptStoreTests {
    private static let id = sessionOfBen.id

    /// Passes a store with a recording of several pieces to `body`, and receipts for reading it.
    private func withRecording(_ body: (TranscriptStore, AuditLog) async throws -> Void) async throws {
        try await Backend.sqlite.withAuditLog { log, _ in
            try await withTemporaryFolder { folder in
                let store = try TranscriptStore(stateFolder: folder)
                let line = Recording.event(after: 5, .output, String(repeating: "x", count: 1_000))
                try await store.writer(Self.id).append(0, Array(String(repeating: line, count: 300).utf8))
                try await body(store, log)
            }
        }
    }

    /// Expects that the reading fails because its recording is gone.
    private func expectRemoved(_ read: () async throws -> Void) async {
        let error = await #expect(throws: RuntimeError.self) { try await read() }
        #expect(error?.message == TranscriptPiece.removed.message)
    }

    @Test("a recording that is removed during the read does not end as if it were whole")
    func removedMeanwhile() async throws {
        try await withRecording { store, log in
            await expectRemoved {
                let receipt = try await log.admit(.readTranscript, by: ben, on: sessionOfBen, reason: nil)
                try await store.read(receipt, following: nil) { _ in try store.remove(Self.id) }
            }
        }
        try await withRecording { store, log in
            await expectRemoved {
                let receipt = try await log.admit(.readTranscript, by: ben, on: sessionOfBen, reason: nil)
                try await store.readEnd(receipt, of: 150_000) {
                } _: { _ in
                    try store.remove(Self.id)
                } isEnough: {
                    true
                }
            }
        }
        try await withRecording { store, log in
            await expectRemoved {
                let receipt = try await log.admit(.readTranscript, by: ben, on: sessionOfBen, reason: nil)
                try await store.readEnd(receipt, of: 150_000) {
                } _: { _ in
                } isEnough: {
                    // The recording goes between one reading and the next one, which begins further back.
                    (try? store.remove(Self.id)) == nil
                }
            }
        }
    }

    @Test("recordings are counted up to a limit, without looking at those behind it")
    func usage() async throws {
        try await withTemporaryFolder { folder in
            let store = try TranscriptStore(stateFolder: folder)
            for number in 0..<5 {
                let line = Recording.event(after: 0, .output, "x")
                try await store.writer("s\(number)").append(0, Array(line.utf8))
            }
            let place = TranscriptStore.folder(in: folder)
            try "other".write(toFile: "\(place)/other", atomically: true, encoding: .utf8)
            let (all, some) = (store.usage(upTo: 5), store.usage(upTo: 4))
            #expect(all.recordings == 5 && all.complete && all.recorded == 5 * store.size(of: "s0"))
            #expect(some.recordings == 4 && !some.complete && some.recorded == 4 * store.size(of: "s0"))
            #expect(TranscriptStore.count(in: place) == 5)
        }
    }

    @Test("a session without a recording reads as an empty one")
    func none() async throws {
        try await withRecording { store, log in
            try store.remove(Self.id)
            let receipt = try await log.admit(.readTranscript, by: ben, on: sessionOfBen, reason: nil)
            try await store.read(receipt, following: nil) { _ in Issue.record("there is nothing to read") }
        }
    }
}
