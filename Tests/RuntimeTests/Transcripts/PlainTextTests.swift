import Testing

@testable import TCRuntime

struct PlainTextTests {
    @Test(arguments: [
        ("plain\r\n", "plain\n"), ("\u{1B}[31mred\u{1B}[0m", "red"), ("\u{1B}]0;title\u{07}x", "x"),
        ("\u{1B}]52;c;c2VjcmV0\u{1B}\\x", "x"), ("\u{1B}(Bx", "x"), ("a\u{08}\u{00}b", "ab"),
        ("\u{1B}P1$r\u{1B}\\x", "x"), ("tab\there", "tab\there"), ("é🙂", "é🙂"), ("\u{202E}evil", "evil"),
        ("\u{61C}a", "a"),
        // tmux, like other terminals in UTF-8, takes no character above U+007F for the beginning of a sequence, or its end.
        ("a\u{9B}2Jx", "a2Jx"), ("a\u{90}b\u{9C}c\u{9D}d", "abcd"), ("\u{1B}]0;t\u{9C}t\u{07}x", "x"),
        // A sequence that nobody finishes ends with the next one, or with CAN or SUB.
        ("\u{1B}]0;t\u{1B}[31mred", "red"), ("\u{1B}Pq\u{1B}[1mx", "x"), ("\u{1B}[3\u{1B}[1mx", "x"),
        ("\u{1B}\u{1B}[31mx", "x"), ("\u{1B}]0;t\u{18}x", "x"), ("\u{1B}[3\u{1A}x", "x"), ("\u{1B}\u{18}[x", "[x"),
        ("\u{1B}[3\nmx", "\nx"), ("\u{1B}\n[3mx", "\nx"), ("\u{1B}é[3mx", "x"),
    ])
    func escapesGoAway(output: String, shown: String) {
        var reader = PlainText()
        #expect(reader.read(output) == shown)
    }

    /// The search index keeps the state of its reading, and has kept it with the words of earlier versions too.
    @Test(arguments: [
        ("stringEscape", "\\x", "x"), ("stringEscape", "[1mx", "x"), ("string", "t\u{07}x", "x"), ("?", "x", "x"),
    ])
    func aReadingContinuesAnEarlierOne(state: String, output: String, shown: String) {
        var reader = PlainText(breakingAtMoves: true, resuming: state)
        #expect(reader.read(output) == shown)
    }

    @Test func sequencesMayBePartedBetweenPieces() {
        let output = "a\u{1B}[1;31mb\u{1B}]0;t\u{1B}\\c"
        for at in 0...output.unicodeScalars.count {
            var reader = PlainText()
            let cut = output.unicodeScalars.index(output.unicodeScalars.startIndex, offsetBy: at)
            let shown = reader.read(String(output[..<cut])) + reader.read(String(output[cut...]))
            #expect(shown == "abc")
        }
    }
}
