import Dialects
import TestSupport
import Testing

@testable import TCRuntime

struct AgentLineTests {
    /// Whatever a line contains, its event fits into a chunk together with the data that may already wait in the chunk.
    @Test(arguments: ["x", "\"", "\u{1}", "🙂"], [0, 140_000, 280_000, 900_001])
    func everyLineFits(text: String, count: Int) {
        let long = JSON.string(String(repeating: text, count: count))
        let line = JSON.object([("type", "user"), ("text", long)]).canonical()
        var recorder = Recorder(columns: 80, rows: 24, at: .now)
        recorder.agent(AgentLine(line), at: .now)
        let bytes = recorder.take()
        #expect(bytes.count + 65_536 <= HostFrame.longestChunk)
        #expect(Recording.isWellFormed(bytes, allowsHeader: false))
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let events = lines.compactMap { RecordedEvent(line: $0) }
        #expect(events.last?.code == "a")
        #expect(events.last.flatMap { JSON(parsing: $0.data) }?["type"]?.text == "user")
        #expect((events.count == 2) == (events.last?.data != line))
    }

    @Test func aLineThatIsNotJSONIsKeptAndTold() {
        var recorder = Recorder(columns: 80, rows: 24, at: .now)
        for line in [#"{"type":"user"} torn"#, #"{"text":"\ud83d","score":-Infinity}"#] {
            recorder.agent(AgentLine(line), at: .now)
        }
        let lines = String(decoding: recorder.take(), as: UTF8.self).split(separator: "\n")
        #expect(lines.compactMap { RecordedEvent(line: String($0))?.code } == ["m", "a", "a"])
        #expect(lines.first?.contains("unreadable: a line of the agent's transcript is not JSON") == true)
    }

    @Test func whatCannotBeCutIsLeftOutAndTold() {
        var recorder = Recorder(columns: 80, rows: 24, at: .now)
        let numbers = "[" + String(repeating: "100000000000000000,", count: 50_000) + "1]"
        for line in [String(repeating: "x", count: 1_000_000), numbers] { recorder.agent(AgentLine(line), at: .now) }
        let gap = #"[0.000,"m","gap: a line of the agent's transcript was too long"]"# + "\n"
        #expect(String(decoding: recorder.take(), as: UTF8.self) == gap + gap)
    }
}
