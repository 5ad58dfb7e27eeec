import Testing

@testable import TCTUI

/// Tests the text that reaches the terminal, and its width there.
struct CellsTests {
    @Test(arguments: [
        ("plain", "plain"), ("two\nlines\tand a tab", "two lines and a tab"),
        ("\u{1B}[31mred\u{1B}[0m", "red"), ("a\u{1B}]52;c;Zm9v\u{7}b", "ab"), ("a\u{1B}]52;c;Zm9v\u{1B}\\b", "ab"),
        ("\u{9B}31mred", "31mred"), ("a\u{1B}P$q\"p\u{1B}\\b", "ab"),
        ("\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"),
        ("a\u{1B}Pq#0;2;0;0;0~\u{1B}\\b", "ab"), ("\u{1B}[21t\u{1B}[6n.", "."), ("bell\u{7}\u{8}\u{0}\u{7F}", "bell"),
        ("\u{202E}evil\u{202C}\u{2066}\u{2069}\u{200E}\u{200F}\u{61C}", "evil"),
        ("a\u{200B}\u{FEFF}\u{2028}\u{2029}b", "ab"),
        ("tag\u{E0041}\u{E007F}", "tag"), ("cut off \u{1B}[", "cut off "), ("\u{1B}]0;title", ""),
    ])
    func onlyTextIsShown(text: String, shown: String) {
        #expect(Cells.clean(text) == shown)
        #expect(Span(text).text == shown)
    }

    @Test(arguments: [
        ("abc", 3), ("日本", 4), ("é", 1), ("e\u{301}", 1), ("🙂", 2), ("👨‍👩‍👧", 2), ("👍🏽", 2), ("🇫🇷", 2), ("한국", 4), ("ñ", 1),
        ("\u{1112}\u{1161}\u{11AB}", 2), ("ｗ", 2), ("", 0),
    ])
    func widthIsTheTerminals(text: String, width: Int) {
        #expect(Cells.width(text) == width)
        #expect(Cells.width(Cells.clean(text)) == width)
    }

    @Test func textIsCutByColumns() {
        #expect(Cells.shortened("日本語", to: 5) == "日本…")
        #expect(Cells.shortened("日本語", to: 6) == "日本語")
        #expect(Cells.fitted("日本語", to: 4) == "日… ")
        #expect(Cells.fitted("ab", to: 4) == "ab  ")
        #expect(Cells.shortened("abc", to: 0) == "")
        #expect(Cells.wrapped("日本語ab", to: 4) == ["日本", "語ab"])
        #expect(Cells.wrapped("", to: 4) == [""])
    }

    /// Letters with hundreds of marks do not grow beyond their place.
    @Test func marksAreBounded() {
        let text = "a" + String(repeating: "\u{301}", count: 500) + "b"
        #expect(Cells.clean(text).unicodeScalars.count == 7 && Cells.width(text) == 2)
    }
}
