import TCTerminal
import TestSupport
import Testing

/// Tests output that is shown as a code block of Markdown.
@Suite("a code block")
struct CodeBlockTests {
    private func block(_ pieces: [String]) -> String {
        var block = CodeBlock()
        return pieces.map { block.add($0) }.joined() + block.end()
    }

    @Test("each line is indented, and the last one is ended")
    func lines() {
        #expect(block(["one\n\ntwo"]) == "    one\n    \n    two\n")
        #expect(block(["one\n"]) == "    one\n")
        #expect(block([]) == "" && block([""]) == "")
        #expect(block(["```\r\n# no heading"]) == "    ```\r\n    # no heading\n")
    }

    @Test("however output is divided into pieces, the block is the same")
    func anyDivision() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let scalars = (0..<20).map { _ in
                Array("ab\n\n\r é\u{301}").randomElement(using: &random).map(String.init) ?? ""
            }
            var pieces: [String] = [""]
            for scalar in scalars {
                if Bool.random(using: &random) { pieces.append("") }
                pieces[pieces.count - 1] += scalar
            }
            #expect(block(pieces) == block([scalars.joined()]), "\(pieces)")
        }
    }

    @Test("a piece is passed on at once, even in a line that never ends")
    func atOnce() {
        var block = CodeBlock()
        #expect(block.add("a") == "    a")
        for _ in 0..<1_000 { #expect(block.add("a") == "a") }
        #expect(block.end() == "\n" && block.end() == "")
    }
}
