import Testing

@testable import TCRuntime

struct PlainTextTests {
    @Test(arguments: [
        ("plain\r\n", "plain\n"), ("\u{1B}[31mred\u{1B}[0m", "red"), ("\u{1B}]0;title\u{07}x", "x"),
        ("\u{1B}]52;c;c2VjcmV0\u{1B}\\x", "x"), ("\u{1B}(Bx", "x"), ("a\u{08}\u{00}b", "ab"), ("\u{9B}2Jx", "x"),
        ("\u{1B}P1$r\u{1B}\\x", "x"), ("tab\there", "tab\there"), ("é🙂", "é🙂"), ("\u{202E}evil", "evil"),
        ("\u{61C}a", "a"),
    ])
    func escapesGoAway(output: String, shown: String) {
        var reader = PlainText()
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
