import Dialects
import TCMCP
import TestSupport
import Testing

@testable import TCRuntime

/// Tests what a tool reads of a recording, whose lines a host may write as it likes.
struct SessionDataTests {
    private func reader(view: String? = nil, expecting: SessionDataRequest.View) throws -> SessionData {
        var members: [(key: String, value: JSON)] = [("session_id", "s")]
        if let view { members.append(("view", .string(view))) }
        let arguments = try Arguments(.object(members), for: ToolList(.ofTheAPI)[.getSessionData])
        return SessionData(SessionDataRequest(arguments), expecting: expecting)
    }

    private func document(_ reader: SessionData) throws -> JSON {
        guard case .done(let document, _) = reader.result else { throw Unfinished() }
        return document
    }

    private struct Unfinished: Error {}

    @Test(arguments: [Int64.min, .min + 1, -62_135_596_801, 253_402_300_800, .max])
    func aHeaderFromNoYearIsPassedOver(seconds: Int64) throws {
        var reader = try reader(expecting: .terminal)
        reader.read(Array("{\"version\":3,\"timestamp\":\(seconds)}\n[1.5,\"o\",\"hello\"]\n".utf8))
        let document = try document(reader)
        #expect(document["text"]?.text == "hello" && document["from"]?.text == nil)
    }

    @Test func intervalsOfAnySizeAreMoments() throws {
        var reader = try reader(expecting: .terminal)
        reader.read(Array("{\"version\":3,\"timestamp\":253402300799}\n".utf8))
        let line = Array("[3155760000,\"o\",\"x\"]\n".utf8)
        for _ in 0..<4_000 { reader.read(line) }
        #expect(try document(reader)["to"]?.text == "9999-12-31T23:59:59.999999Z")
    }

    /// A gap tells when it ended, if its host knew; no host makes the time go back, or run ahead of the present.
    @Test(arguments: [
        ("gap: it went on at 2026-01-02T00:00:00.000000Z", "2026-01-02T00:00:01.000000Z"),
        ("gap: the host was started again at 2025-01-02T00:00:00.000000Z", "2026-01-01T00:00:02.000000Z"),
        ("gap: chunks 0 to 1 never came", "2026-01-01T00:00:02.000000Z"),
        ("gap: at x", "2026-01-01T00:00:02.000000Z"), ("gap: at ", "2026-01-01T00:00:02.000000Z"),
    ])
    func timeGoesOnAfterAGap(marker: String, to: String) throws {
        var reader = try reader(expecting: .terminal)
        reader.read(Array("{\"version\":3,\"timestamp\":1767225600}\n[1,\"o\",\"before\"]\n".utf8))
        reader.read(Array("\(Recording.event(after: 0, .marker, marker))[1,\"o\",\"after\"]\n".utf8))
        let document = try document(reader)
        #expect(document["from"]?.text == "2026-01-01T00:00:01.000000Z" && document["to"]?.text == to)
    }

    @Test func noGapEndsInTheFuture() throws {
        var reader = try reader(expecting: .terminal)
        let begin = Timestamp.now
        let marker = Recording.gap("x", until: begin.advanced(seconds: 86_400))
        reader.read(Array("{\"version\":3,\"timestamp\":1767225600}\n\(marker)[0,\"o\",\"x\"]\n".utf8))
        let to = try #require(try document(reader)["to"]?.text)
        #expect(to >= begin.text && to <= Timestamp.now.text)
    }

    /// What the conversation says is not even looked at when the terminal is asked for.
    @Test func onlyWhatIsReturnedIsRead() throws {
        let said = Recording.event(after: 0, .agent, #"{"id":"1","type":"user","content":"Fix it"}"#)
        for (view, expected, text) in [
            ("terminal", .conversation, "shown"), ("conversation", .terminal, "user: Fix it\n"),
            (nil, .terminal, "shown"), (nil, .conversation, "user: Fix it\n"),
        ] as [(String?, SessionDataRequest.View, String)] {
            var reader = try reader(view: view, expecting: expected)
            reader.read(Array("[1,\"o\",\"shown\"]\n\(said)".utf8))
            #expect(try document(reader)["text"]?.text == text)
        }
    }
}
