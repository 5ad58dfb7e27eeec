import Dialects
import Testing

@testable import TCRuntime

@Suite struct PassageReaderTests {
    private static let begin = Timestamp(parsing: "2026-11-25T10:00:00Z")!
    private static let now = Timestamp(parsing: "2026-11-27T10:00:00Z")!

    private func reader(
        _ progress: PassageProgress? = nil, live isLive: Bool = false, _ lines: String...
    ) -> PassageReader {
        var reader = PassageReader(resuming: progress, begin: Self.begin, now: Self.now, isLive: isLive)
        for line in lines { reader.read(line.trimmingSuffix("\n")) }
        return reader
    }

    private func output(_ text: String, after milliseconds: Int64 = 0) -> String {
        Recording.event(after: milliseconds, .output, text)
    }

    @Test func whatAScreenShowsAndAnAgentSaysIsRead() {
        let agent = #"{"type":"user","message":{"role":"user","content":"deploy it"}}"#
        let read = reader(
            nil, Recording.header(columns: 80, rows: 24, title: nil, at: 1_795_603_600), output("$ l", after: 1_500),
            output("s\r\n\u{1B}[31mred\u{1B}[0m\u{1B}[2;5Hthere\u{1B}[3Capart"),
            Recording.event(after: 0, .input, "secret"),
            Recording.event(after: 0, .agent, agent))
        #expect(read.passages.map(\.text) == ["$ ls\nred\nthere apart\nuser: deploy it\n"])
        #expect(read.passages.first?.saidAt.text == "2026-11-25T10:46:41.500000Z")
    }

    /// A line that the screen shows again and again is found once.
    @Test func aLineIsThereOnce() {
        let read = reader(
            nil, output("one\r\ntwo\r\n"), output("\u{1B}[H\u{1B}[2Jone\r\n two \r\nthree\r\n\r\n   \r\n"))
        #expect(read.passages.map(\.text) == ["one\ntwo\nthree\n"])
    }

    /// A reading may stop within a word, a line or an escape sequence. The next one continues there.
    @Test func aReadingGoesOnWhereTheLastRested() {
        let pieces = ["one tw", "o\r\nthr", "ee\u{1B}", "[31", "mfour\r\n\u{1B}]52;c;c2Vjc", "mV0\u{07}five"]
        #expect(readInTurn(pieces) == "one two\nthreefour\nfive")
    }

    /// The beginning of a line is like a line that is there. The rest of it may come later, or its end.
    @Test func aLineThatBeginsLikeAnotherIsKept() {
        #expect(readInTurn(["pass\r\npass", "word\r\n"]) == "pass\npassword\n")
        #expect(readInTurn(["pass\r\n", "pass", "\r\nmore\r\n"]) == "pass\nmore\n")
    }

    /// Returns the last passage after a reading for each of these pieces.
    private func readInTurn(_ pieces: [String]) -> String? {
        var progress: PassageProgress?
        for piece in pieces {
            let read = reader(progress, output(piece))
            progress = PassageProgress(
                readTo: 0, clock: read.clock, parser: read.parser, scope: "", passages: 1,
                open: read.passages.last.map { .init(id: 1, passage: $0) })
        }
        return progress?.open?.passage.text
    }

    @Test func passagesHaveAnEnd() {
        let words = (0..<3_000).map { "word\($0)" }
        for separator in [" ", "\r\n"] {
            let read = reader(nil, output(words.joined(separator: separator)))
            #expect(read.passages.allSatisfy { $0.text.utf8.count <= Passage.longest + 1 })
            #expect(read.passages.flatMap { $0.text.split(whereSeparator: \.isWhitespace).map(String.init) } == words)
        }
        let endless = reader(nil, output(String(repeating: "é", count: 50_000)))
        #expect(endless.passages.map(\.text).joined().filter { $0 == "é" }.count >= Passage.longest / 2)
        #expect(endless.passages.allSatisfy { $0.text.utf8.count <= Passage.longest + 1 })
    }

    /// In a quiet session the lines of a day are not as old as those of the day before, also if a reading ended in between.
    @Test func whatIsSaidLaterHasItsOwnTime() {
        let day = output("today\r\n$ ", after: 86_400_000)
        let (soon, then) = (output("soon\r\n$ ", after: 1_000), output("ls\r\n", after: 1_000))
        let read = reader(nil, output("old\r\n"), soon, day, then)
        #expect(read.passages.map(\.text) == ["old\nsoon\n", "$ today\n$ ls\n"])
        #expect(read.passages.map(\.saidAt.text) == ["2026-11-25T10:00:00.000000Z", "2026-11-26T10:00:01.000000Z"])

        let first = reader(nil, output("old\r\n"))
        let progress = PassageProgress(
            readTo: 0, clock: first.clock, parser: first.parser, scope: "", passages: 1,
            open: first.passages.last.map { .init(id: 1, passage: $0) })
        #expect(reader(progress, day).passages.map(\.text) == ["old\n", "today\n$ "])
        let begun = reader(progress, output("begun", after: 86_400_000)).passages
        #expect(begun.map(\.text) == ["old\n", "begun"] && begun.last?.saidAt.text == "2026-11-26T10:00:00.000000Z")
    }

    /// A prompt that waits for days was said when it came, however often the recording is read meanwhile.
    @Test func aLineThatWaitsKeepsItsTime() {
        func progress(_ read: PassageReader) -> PassageProgress {
            PassageProgress(
                readTo: 0, clock: read.clock, parser: read.parser, scope: "", passages: 1,
                open: read.passages.last.map { .init(id: 1, passage: $0) })
        }
        let resize = Recording.event(after: 43_200_000, .resize, "80x24")
        let waiting = reader(progress(reader(progress(reader(nil, output("$ "))), resize)), resize)
        #expect(waiting.clock.text == "2026-11-26T10:00:00.000000Z")
        #expect(waiting.passages == [Passage(text: "$ ", saidAt: Self.begin)])
        for (text, passage) in [("ls", "$ ls"), ("ls\r\n", "$ ls\n"), ("\r\n$ ", "$\n$ ")] {
            let typed = reader(progress(waiting), output(text)).passages
            #expect(typed == [Passage(text: passage, saidAt: waiting.clock)], "\(text)")
        }
    }

    /// A host may write anything, and the reader must not fail.
    @Test func nothingThatAHostWritesBreaksIt() {
        for line in [
            #"[1e300,"o","x"]"#, #"[-1,"o","x"]"#, #"[null,"o","x"]"#, "[", "{", #"{"timestamp":9223372036854775807}"#,
            #"{"timestamp":"x"}"#, String(repeating: "[", count: 100_000), #"[1,"a","[[[["]"#, #"[1,"zz","x"]"#,
        ] {
            #expect(reader(nil, line).passages == [], "\(line.prefix(40))")
        }
        let late = reader(nil, output("x", after: 3_000_000_000_000))
        #expect(late.clock == Self.now && late.passages.first?.saidAt == Self.now)
    }

    @Test func whereNobodyRecordedTimeWentOn() {
        let gap = Recording.gap(Recording.hostRestart)
        #expect(reader(nil, gap).clock == Self.begin)
        #expect(reader(nil, live: true, gap).clock == Self.now)
        let moment = Self.begin.advanced(seconds: 3_600)
        let (told, ahead) = (
            Recording.gap(Recording.hostRestart, until: moment),
            Recording.gap("x", until: Self.now.advanced(seconds: 3_600))
        )
        #expect(reader(nil, told).clock == moment && reader(nil, live: true, told).clock == moment)
        // The host's own pair of markers.
        let after = Recording.gap(Recording.goingOn, until: moment)
        #expect(reader(nil, gap, after).clock == moment && reader(nil, live: true, gap, after).clock == moment)
        #expect(reader(nil, live: true, gap, output("x"), after).clock == Self.now)
        #expect(reader(nil, output("x", after: 7_200_000), told).clock == Self.begin.advanced(seconds: 7_200))
        #expect(reader(nil, ahead).clock == Self.now)
    }

    @Test func snippetsStandAroundTheWords() {
        let text = (0..<100).map { "w\($0)" }.joined(separator: "\n") + "\nNaïve end"
        #expect(Snippet(of: text, around: ["naive"]).text.hasSuffix("w99 Naïve end"))
        #expect(Snippet(of: text, around: ["w50", "w51"]).text.contains(" w50 w51 "))
        #expect(Snippet(of: text, around: ["w5"]).text.hasPrefix("w0 w1"))
        #expect(
            Snippet(of: text, around: ["none"]).text.hasPrefix("w0 w1 ") && Snippet(of: "", around: ["x"]).text == "")
        #expect(Snippet(of: text, around: ["w50"]).text.count <= 162)
    }
}

extension String {
    fileprivate func trimmingSuffix(_ end: String) -> String { hasSuffix(end) ? String(dropLast(end.count)) : self }
}
