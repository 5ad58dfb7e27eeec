import Testing

@testable import TCRuntime

struct LineReaderTests {
    /// A carriage return before the line's end, which makes one character of both for Swift, and a mark that would combine with the
    /// end keep no line together with the next one.
    @Test func aLineEndsAtItsByte() {
        var reader = LineReader()
        #expect(
            reader.read(Array("[0,\"o\",\"a\"]\r\n[0,\"o\",\"b\"]\n\n\u{301}c\nd".utf8)) == [
                "[0,\"o\",\"a\"]\r", "[0,\"o\",\"b\"]", "\u{301}c",
            ])
        #expect(reader.read(Array("e\n".utf8)) == ["de"])
    }
}
