import TestSupport
import Testing

@testable import Runtime

struct ControlModeTests {
    @Test func outputIsUnescaped() {
        var reader = ControlModeReader()
        let events = reader.read(Array("%output %0 a\\033[1mb\\134c é\\015\\012\n".utf8))
        #expect(events == [.output(Array("a\u{1B}[1mb\\c é\r\n".utf8))])
    }

    @Test func answersAreNoEvents() {
        var reader = ControlModeReader()
        let text = """
            %begin 1 2 1
            0: %output in an answer
            %end 1 2 1
            %session-changed $0 tc
            %layout-change @0 b25d,132x43,0,0,0 b25d,132x43,0,0,0 *
            %begin 1 3 1
            can't find pane
            %error 1 3 1
            %window-renamed @0 bash
            %exit
            no server running

            """
        let events = reader.read(Array(text.utf8))
        #expect(
            events == [
                .started, .size(columns: 132, rows: 43), .failure("can't find pane"), .exit,
                .failure("no server running"),
            ])
    }

    @Test func linesComeInPieces() {
        var reader = ControlModeReader()
        #expect(reader.read(Array("%output %0 a".utf8)) == [])
        #expect(reader.read(Array("b\n%ex".utf8)) == [.output(Array("ab".utf8))])
        #expect(reader.read(Array("it\n".utf8)) == [.exit])
    }

    @Test func whatIsTypedMeansNothingToTmux() {
        #expect(ControlCommand.send(Array("a;'\n".utf8), to: "tc_1") == "send-keys -t =tc_1: -H 61 3b 27 0a\n")
    }
}

struct DrainMarkTests {
    /// However the output is cut, the mark is found once; what is not the mark stays.
    @Test func theMarkIsFoundInAnyPieces() {
        let mark = Array("\u{1B}]7117;id\u{07}".utf8)
        let output = Array("last words".utf8) + mark
        for cut in 0...output.count {
            var reader = DrainMark(sessionID: "id")
            let (first, second) = (reader.find(in: Array(output[..<cut])), reader.find(in: Array(output[cut...])))
            #expect(first.isFound != second.isFound)
            #expect((first.rest + second.rest).starts(with: Array("last words".utf8)))
            if cut <= 10 { #expect(first.rest + second.rest == Array("last words".utf8)) }
        }
    }
}

struct RecorderTests {
    private let start = ContinuousClock.now

    private func text(_ recorder: inout Recorder) -> String { String(decoding: recorder.take(), as: UTF8.self) }

    @Test func charactersAreNotTorn() {
        var recorder = Recorder(columns: 80, rows: 24, at: start)
        for byte in "aé🙂".utf8 { recorder.output([byte], at: start) }
        #expect(
            text(&recorder) == """
                [0.000,"o","a"]
                [0.000,"o","é"]
                [0.000,"o","🙂"]

                """)
    }

    @Test func timesAreIntervals() {
        var recorder = Recorder(columns: 80, rows: 24, at: start)
        recorder.output([97], at: start + .milliseconds(1_250))
        recorder.resize(columns: 80, rows: 24, at: start + .milliseconds(1_300))
        recorder.resize(columns: 100, rows: 24, at: start + .milliseconds(1_350))
        recorder.exit(3, at: start + .milliseconds(1_350))
        #expect(
            text(&recorder) == """
                [1.250,"o","a"]
                [0.100,"r","100x24"]
                [0.000,"x","3"]

                """)
    }

    @Test func theSpoolGoesOnWhereItWas() async throws {
        try await withTemporaryFolder { folder in
            var spool = Spool(folder)
            #expect((0..<3).map { spool.append([UInt8($0)]) } == [0, 1, 2])
            spool.acknowledge(1)
            #expect(spool.chunks(from: 0) == [2])
            spool.acknowledge(2)
            var again = Spool(folder)
            #expect(again.chunks(from: 0) == [2])
            #expect(again.append([9]) == 3)
            #expect(again.data(3) == [9])
        }
    }
}
