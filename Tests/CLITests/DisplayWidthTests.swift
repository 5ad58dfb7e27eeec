import TCTerminal
import Testing

struct DisplayWidthTests {
    @Test(arguments: [
        ("", 0), ("plain", 5), ("a\r\nb", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("\u{1F600}!", 3),
        ("x\u{200B}y", 2), ("\u{1F468}\u{200D}\u{1F469}", 2), ("☎\u{FE0F}", 2),
    ])
    func aTextIsAsWideAsItsLetters(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
        #expect(DisplayWidth.of(text) == text.reduce(0) { $0 + DisplayWidth.of($1) })
    }
}
