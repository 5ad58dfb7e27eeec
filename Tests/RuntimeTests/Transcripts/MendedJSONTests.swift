import Dialects
import TestSupport
import Testing

@testable import TCRuntime

@Suite("what agents write although it is not JSON is mended, and nothing else")
struct MendedJSONTests {
    /// Pieces of a JSON string, and the UTF-16 that each stands for.
    private static let pieces: [(text: String, units: [UInt16])] = [
        (#"\ud83d"#, [0xD83D]), (#"\uDE00"#, [0xDE00]), (#"\uD83D\ude00"#, [0xD83D, 0xDE00]), (#"\\"#, [0x5C]),
        (#"\""#, [0x22]), (#"\u0041"#, [0x41]), (#"\n"#, [0x0A]), ("ud83d", Array("ud83d".utf16)), ("é", [0xE9]),
        ("🙂", Array("🙂".utf16)), ("NaN", Array("NaN".utf16)), ("-Infinity", Array("-Infinity".utf16)),
    ]

    @Test("a string is what a reader of UTF-16 makes of it, and no number in it is touched", arguments: 0..<200)
    func strings(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let chosen = (0..<Int.random(in: 0...30, using: &random)).compactMap { _ in
            Self.pieces.randomElement(using: &random)
        }
        let literal = chosen.map(\.text).joined()
        let meant = String(decoding: chosen.flatMap(\.units), as: UTF16.self)
        let document = JSON(ofAgent: #"{"text":"\#(literal)","a":[NaN,-Infinity,-1,Infinity],"NaN":2}"#)
        #expect(document?["text"]?.text == meant)
        #expect(document?["a"]?.canonical() == "[null,null,-1,null]")
        #expect(document?["NaN"]?.canonical() == "2")
    }

    @Test("what is not mended by that stays unreadable, and nothing traps")
    func others() {
        let unreadable = ["", "x", "NaNx", "1NaN", #"{"a":"\ud83d"#, #""\ud83"#, #""\u"#, "\"\\", "\""]
        for text in unreadable + [#"{"a":"\ud83d"} x"#] { #expect(JSON(ofAgent: text) == nil) }
        for text in ["{}", #"{"a":"\\ud83d","b":"NaN","c":-1}"#, #"["\ud83d\ude00"]"#] {
            #expect(MendedJSON.of(text) == nil)
        }
    }
}
