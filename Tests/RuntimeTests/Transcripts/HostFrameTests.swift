import TestSupport
import Testing

@testable import TCRuntime

struct HostFrameTests {
    private static let frames: [HostFrame] = [
        .chunk(0, Array("[0.0,\"o\",\"a\"]\n".utf8)), .ping, .chunk(1, [10]), .chunk(2, []), .done(7), .failed(8),
        .chunk(.max, [10, 0, 255]),
        .exit(-1), .native("/home/é/.claude/projects/-home-alex-my-site/a b.jsonl"), .exit(137),
    ]

    /// However the bytes are cut into pieces, the same frames are read.
    @Test(arguments: 0..<200)
    func framesSurviveAnyCut(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let bytes = Self.frames.flatMap(\.bytes)
        var (reader, found, at) = (HostFrameReader(), [HostFrame](), 0)
        while at < bytes.count {
            let end = min(bytes.count, at + Int.random(in: 1...20, using: &random))
            found += try reader.read(bytes[at..<end])
            at = end
        }
        #expect(found == Self.frames)
    }

    @Test func theLongestPathIsAFrame() throws {
        var reader = HostFrameReader()
        let frame = HostFrame.native("/" + String(repeating: "x", count: 4_095))
        #expect(try reader.read(frame.bytes.dropLast()).isEmpty)
        #expect(try reader.read([10]) == [frame])
    }

    @Test(arguments: [
        "chunk 1\n", "chunk x 1\n", "chunk 1 -1\n", "chunk 1 1048577\n",
        "chunk 18446744073709551616 1\n", "done\n", "failed\n",
        "exit x\n", "\n", "hello\n", "ping \n", String(repeating: "p", count: 65),
        "native\n", "native 6\n", "native 61\n", "native \n", "native 2f00\n", "native 2f0a\n", "native 2fff\n",
        "native 2f 2f\n", "native 2f" + String(repeating: "61", count: 4_096) + "\n",
        "native " + String(repeating: "6", count: 8_193),
    ])
    func whatIsNoFrameIsRefused(text: String) {
        var reader = HostFrameReader()
        #expect(throws: RuntimeError.self) { try reader.read(Array(text.utf8)) }
    }

    @Test(arguments: [
        HostOrder.next(0), .ack(17), .send(3, Array("é\u{1B}[A\r".utf8)), .send(4, []), .end(5), .ended, .ping,
    ])
    func ordersAreReadBack(order: HostOrder) {
        #expect(order.line.hasSuffix("\n"))
        #expect(HostOrder(String(order.line.dropLast())) == order)
    }

    @Test(arguments: [
        "", "next", "next x", "order 1", "order 1 send", "order 1 send 0", "order 1 send 0g", "order 1 fly",
    ])
    func whatIsNoOrderIsNone(line: String) { #expect(HostOrder(line) == nil) }
}
