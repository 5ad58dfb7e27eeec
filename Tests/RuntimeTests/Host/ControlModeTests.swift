import Dialects
import Foundation
import TestSupport
import Testing

@testable import TCRuntime

struct ControlModeTests {
    @Test func outputIsUnescaped() {
        var reader = ControlModeReader()
        let events = reader.read(Array("%output %0 a\\033[1mb\\134c é\\015\\012\n".utf8))
        #expect(events == [.output(pane: "%0", Array("a\u{1B}[1mb\\c é\r\n".utf8))])
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
                .started, .layout([PaneSize(pane: "%0", columns: 132, rows: 43)]), .failure("can't find pane"), .exit,
                .failure("no server running"),
            ])
    }

    /// Panes stand beside and above one another, and a zoomed one stands alone.
    @Test func eachPaneHasItsSize() {
        var reader = ControlModeReader()
        let split = "0206,80x24,0,0{40x24,0,0,0,39x24,41,0[39x12,41,0,2,39x11,41,13,13]}"
        let events = reader.read(
            Array("%layout-change @0 \(split) \(split) -\n%layout-change @0 \(split) b25d,80x24,0,0,2 -Z\n".utf8))
        #expect(
            events == [
                .layout([
                    PaneSize(pane: "%0", columns: 40, rows: 24), PaneSize(pane: "%2", columns: 39, rows: 12),
                    PaneSize(pane: "%13", columns: 39, rows: 11),
                ]),
                .layout([PaneSize(pane: "%2", columns: 80, rows: 24)]),
            ])
    }

    @Test func linesComeInPieces() {
        var reader = ControlModeReader()
        #expect(reader.read(Array("%output %0 a".utf8)) == [])
        #expect(reader.read(Array("b\n%ex".utf8)) == [.output(pane: "%0", Array("ab".utf8))])
        #expect(reader.read(Array("it\n".utf8)) == [.exit])
    }

    @Test func whatIsTypedMeansNothingToTmux() {
        let commands = ControlCommand.typing(Array("a;'\n".utf8), into: "%3", mark: 7)
        #expect(commands.dropFirst() == ["send-keys -t %3 -H 61 3b 27 0a\n", "display-message -p tc-typed-7\n"])
        let long = ControlCommand.typing([UInt8](repeating: 97, count: 600), into: "%3", mark: 8)
        #expect(long.count == 5 && long.allSatisfy { $0.hasSuffix("\n") && $0.utf8.count < 1_024 })
    }

    /// tmux says itself that it has been through the commands. What a program prints says nothing.
    @Test func onlyTmuxSaysWhatWasTyped() {
        var reader = ControlModeReader()
        let text = """
            %output %0 %begin 1 2 1\\012tc-typed-1\\012%end 1 2 1
            %begin 1 3 1
            %end 1 3 1
            %begin 1 4 1
            can't find pane: %9
            %error 1 4 1
            %begin 1 5 1
            tc-typed-7
            %end 1 5 1
            %begin 1 6 1
            tc-typed-x
            %end 1 6 1

            """
        let output = Array("%begin 1 2 1\ntc-typed-1\n%end 1 2 1".utf8)
        #expect(
            reader.read(Array(text.utf8)) == [.output(pane: "%0", output), .failure("can't find pane: %9"), .typed(7)])
    }
}

struct CommandPaneTests {
    @Test func tmuxNamesTheCommandsPane() {
        #expect(
            ControlCommand.askForPane(of: "tc_1") == "display-message -p -t =tc_1:^.0 'tc-pane-#{pane_id}'\n")
        var reader = ControlModeReader()
        let text = "%output %1 tc-pane-%1\n%begin 1 2 1\ntc-pane-%0\n%end 1 2 1\n%begin 1 3 1\ntc-pane-\n%end 1 3 1\n"
        #expect(
            reader.read(Array(text.utf8)) == [.output(pane: "%1", Array("tc-pane-%1".utf8)), .pane("%0")])
    }
}

struct DrainMarkTests {
    /// However the output is cut into pieces, the mark is found once, and no part of it is recorded.
    @Test func theMarkIsFoundInAnyPieces() {
        let secret = DrainMark.secret()
        let output = Array("last words".utf8) + DrainMark.bytes(secret) + [10]
        for cut in 0...output.count {
            var reader = DrainMark()
            let (first, second) = (
                reader.read(Array(output[..<cut])) { $0 == secret }, reader.read(Array(output[cut...])) { $0 == secret }
            )
            #expect(first.isFound != second.isFound)
            #expect(first.rest + second.rest == Array("last words\n".utf8) && reader.flush().isEmpty)
        }
    }

    /// Output of a command that looks like a mark, or like the beginning of one, is recorded as output.
    @Test func whatIsNotOurMarkStays() {
        let other = DrainMark.bytes(DrainMark.secret())
        let texts: [[UInt8]] = [
            other, other.dropLast() + [10], Array(other.prefix(9)), [27], [27, 27] + other + other.prefix(20),
        ]
        for text in texts {
            for cut in 0...text.count {
                var reader = DrainMark()
                let parts = [Array(text[..<cut]), Array(text[cut...])].map { part in reader.read(part) { _ in false } }
                #expect(parts.flatMap(\.rest) + reader.flush() == text && parts.allSatisfy { !$0.isFound })
            }
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

    /// What is cut off an interval is in the next one, and a gap says when it ended.
    @Test func timesStayRight() throws {
        var recorder = Recorder(columns: 80, rows: 24, at: start)
        for number in 1...4 { recorder.output([97], at: start + .microseconds(number * 1_500)) }
        let moment = try #require(Timestamp(parsing: "2026-11-25T10:00:00Z"))
        recorder.gap("it was away", until: moment, at: start + .seconds(60))
        recorder.output([98], at: start + .seconds(61))
        #expect(
            text(&recorder) == """
                [0.001,"o","a"]
                [0.002,"o","a"]
                [0.001,"o","a"]
                [0.002,"o","a"]
                [0.000,"m","gap: it was away at 2026-11-25T10:00:00.000000Z"]
                [1.000,"o","b"]

                """)
    }

    @Test func theSpoolGoesOnWhereItWas() async throws {
        try await withTemporaryFolder { folder in
            var spool = try Spool(folder)
            #expect((0..<3).map { spool.append([UInt8($0)]) } == [0, 1, 2])
            spool.acknowledge(1)
            #expect(spool.chunks(from: 0) == [2])
            spool.acknowledge(2)
            var again = try Spool(folder)
            #expect(again.chunks(from: 0) == [2])
            #expect(again.append([9]) == 3)
            #expect(again.data(3) == [9])
        }
    }

    /// The output of hours without a daemon is gathered in a few files. A chunk that was sent does not change.
    @Test func whatNobodyTakesIsGathered() async throws {
        try await withTemporaryFolder { folder in
            var spool = try Spool(folder)
            for _ in 0..<100 { spool.add([1, 2], longest: 50) }
            #expect(spool.chunks(from: 0) == [0, 1, 2, 3] && spool.data(3)?.count == 50)
            #expect(spool.seal(from: 0, atMost: 3) == ([0, 1, 2], false))
            spool.add([3], longest: 60)
            #expect(spool.data(3)?.count == 51 && spool.seal(from: 3, atMost: 9) == ([3], true))
            spool.add([4], longest: 60)
            #expect(spool.chunks(from: 4) == [4])
            var again = try Spool(folder)
            again.add([5], longest: 60)
            #expect(again.chunks(from: 4) == [4, 5])
        }
    }

    /// What a full disk does not take is kept in memory and delivered from there, the newest of it beyond the limit. Once there is
    /// room, it is on the disk.
    @Test func whatTheDiskDoesNotTakeIsKept() async throws {
        try await withTemporaryFolder { folder in
            let place = "\(folder)/spool"
            var spool = try Spool(place, memory: 100)
            #expect(spool.append([1]) == 0)
            spool.add([2], longest: 60)
            #expect(spool.data(0) == [1, 2] && spool.seal(from: 0, atMost: 9) == ([0], true))
            for number in 1...5 { #expect(spool.append([UInt8](repeating: 3, count: 30)) == number) }
            #expect(spool.chunks(from: 0) == [0, 3, 4, 5] && spool.data(3)?.count == 30)
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
            spool.add([4], longest: 60)
            var again = try Spool(place)
            #expect(again.chunks(from: 0) == [0, 3, 4, 5] && again.data(0) == [1, 2] && again.data(5)?.count == 31)
            #expect(again.append([5]) == 6)
        }
    }

    /// A daemon has what a full disk did not take. A later host continues its numbers if an empty file still fits.
    @Test func whatWasDeliveredFromMemoryIsCounted() async throws {
        try await withTemporaryFolder { folder in
            let place = "\(folder)/spool"
            var spool = try Spool(place)
            for number in 0..<3 { #expect(spool.append([UInt8(number)]) == number) }
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
            spool.acknowledge(2)
            let again = try Spool(place)
            #expect(spool.chunks(from: 0) == [] && again.next == 3)
        }
    }

    /// A host that can't see what is there would number its chunks anew, and replace them.
    @Test func aSpoolThatCannotBeReadIsNotOpened() async throws {
        try await withTemporaryFolder { folder in
            try Data().write(to: URL(fileURLWithPath: "\(folder)/spool"))
            #expect(throws: RuntimeError.self) { try Spool("\(folder)/spool") }
            let absent = try Spool("\(folder)/none")
            #expect(absent.next == 0)
        }
    }

    /// The end is noted in the room that was made for it, and without it, too.
    @Test func theEndHasItsRoom() async throws {
        try await withTemporaryFolder { path in
            let folder = HostFolder(path: path)
            folder.reserveEnd()
            #expect(folder.exitCode() == nil && !folder.hasCommandStarted)
            for code: Int32 in [0, 255] {
                try folder.noteEnd(String(code), in: folder.status)
                #expect(folder.exitCode() == code)
            }
        }
    }

    /// A file of any size is written wholly, however many writes that takes.
    @Test func aFileIsWrittenWholly() async throws {
        try await withTemporaryFolder { folder in
            let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 * 31) }
            #expect(HostFolder.write(bytes, to: "\(folder)/whole") && HostFolder.read("\(folder)/whole") == bytes)
            #expect(HostFolder.write([], to: "\(folder)/empty") && HostFolder.read("\(folder)/empty") == [])
        }
    }

    /// The spool is bounded, because the disk belongs to the owner. The oldest data is dropped, except the beginning.
    @Test func theSpoolIsBounded() async throws {
        try await withTemporaryFolder { folder in
            var spool = try Spool(folder, limit: 100)
            for number in 0..<50 { #expect(spool.append([UInt8](repeating: 1, count: 10)) == number) }
            #expect(spool.chunks(from: 0) == [0] + Array(41..<50))
            #expect(spool.append([UInt8](repeating: 1, count: 1_000)) == 50)
            #expect(spool.chunks(from: 0) == [0, 50])
        }
    }
}

extension Spool {
    /// Returns the numbers of the stored chunks from `number` on.
    fileprivate func chunks(from number: UInt64) -> [UInt64] { chunks.map(\.number).filter { $0 >= number } }
}
