import TCTerminal
import TestSupport
import Testing

@Suite("a line in which something was found")
struct MarkedLineTests {
    private func line(_ text: String, _ words: String...) -> MarkedLine {
        MarkedLine(text, marks: words.compactMap { text.firstRange(of: $0) })
    }

    @Test func whatFitsIsWhole() {
        #expect(line("one two three", "two").text(columns: 13, isBold: false) == "one two three")
        #expect(line("one two three", "two").text(columns: nil, isBold: true) == "one \u{1B}[1mtwo\u{1B}[22m three")
        #expect(line("one two", "one", "two").text(columns: nil, isBold: true).count(where: { $0 == "\u{1B}" }) == 4)
        #expect(line("").text(columns: 1, isBold: true) == "")
    }

    @Test func whatWasFoundIsSeen() {
        #expect(line("one two three four", "two").text(columns: 10, isBold: false) == "one two t…")
        #expect(line("one two three four", "four").text(columns: 10, isBold: false) == "…e four")
        #expect(line("one two three four five six", "four").text(columns: 10, isBold: false) == "…e four f…")
    }

    /// The line is not wider than requested, and all styles that it begins are ended.
    @Test(arguments: [UInt64](1...200))
    func itFitsAndCloses(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let letters = ["a", "b", " ", "表", "é", "👩‍👧", "x"]
        let text = (0..<Int.random(in: 1...60, using: &random)).map { _ in letters.randomElement(using: &random) ?? "" }
            .joined()
        var marks: [Range<String.Index>] = []
        var at = text.startIndex
        while at < text.endIndex, marks.count < 3 {
            let next =
                text.index(at, offsetBy: Int.random(in: 1...9, using: &random), limitedBy: text.endIndex)
                ?? text.endIndex
            if Bool.random(using: &random) { marks.append(at..<next) }
            at = next
        }
        let columns = Int.random(in: 4...70, using: &random)
        let bold = MarkedLine(text, marks: marks).text(columns: columns, isBold: true)
        let plain = bold.replacing("\u{1B}[1m", with: "").replacing("\u{1B}[22m", with: "")
        #expect(plain == MarkedLine(text, marks: marks).text(columns: columns, isBold: false))
        #expect(DisplayWidth.of(plain) <= columns, "\(plain)")
        #expect(bold.ranges(of: "\u{1B}[1m").count == bold.ranges(of: "\u{1B}[22m").count)
    }
}
