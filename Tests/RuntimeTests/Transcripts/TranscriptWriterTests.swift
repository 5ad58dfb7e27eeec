import Dispatch
import TestSupport
import Testing

@testable import TCRuntime

struct TranscriptWriterTests {
    /// After a restart all hosts connect at once. Each opens one recording, and does not look through those of the others.
    @Test func manyRecordingsAreOpenedInLinearTime() async throws {
        Descriptors.raiseLimit()
        try await withTemporaryFolder { folder in
            func open(_ count: Int) throws {
                let writers = TranscriptWriters {}
                let all = try (0..<count).map { try writers.writer("\(folder)/\($0).cast") }
                withExtendedLifetime(all) {}
            }
            // The files are made before the time is taken.
            try open(3_200)
            try expectLinear(from: 400, open)
        }
    }

    /// Whoever asks for a recording that is open, or is being opened, gets the same writer: a second one would cut off what the
    /// first has just written.
    @Test func oneRecordingHasOneWriter() async throws {
        try await withTemporaryFolder { folder in
            let writers = TranscriptWriters {}
            for round in 0..<50 {
                var found: [TranscriptWriter] = []
                try await withThrowingTaskGroup(of: TranscriptWriter.self) { group in
                    for _ in 0..<8 { group.addTask { try writers.writer("\(folder)/\(round).cast") } }
                    for try await writer in group { found.append(writer) }
                }
                #expect(found.count == 8 && found.allSatisfy { $0 === found[0] })
            }
            // Those of the rounds before are gone, and their recordings are opened anew.
            for round in 0..<50 { #expect(try writers.writer("\(folder)/\(round).cast").next == 0) }
        }
    }

    /// A new host begins behind the chunk that is being written: with that chunk's number, what it sends would count as there already.
    @Test func aNewHostBeginsBehindTheChunkThatIsBeingWritten() async throws {
        try await withTemporaryFolder { folder in
            let (begun, announcement) = AsyncStream<Void>.makeStream()
            let mayGoOn = DispatchSemaphore(value: 0)
            let writer = try TranscriptWriter("\(folder)/a.cast") {
                announcement.finish()
                mayGoOn.wait()
            }
            async let written: Void = writer.append(7, Array(Recording.event(after: 5, .output, "a").utf8))
            for await _ in begun {}
            #expect(writer.next == 0)
            DispatchQueue.global().asyncAfter(deadline: .now() + 0.2) { mayGoOn.signal() }
            #expect(try await writer.nextOfNewHost() == 8)
            try await written
        }
    }
}
