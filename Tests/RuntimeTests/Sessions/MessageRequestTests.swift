import Testing

@testable import TCRuntime

@Suite struct MessageRequestTests {
    /// A host reads lines of 1 MiB. A longer order would break its connection, and whoever may send could repeat that.
    @Test func keysHaveTheLimitOfTexts() throws {
        let longest = MessageRequest.longest
        let text = String(repeating: "x", count: longest)
        #expect(try MessageRequest(text: text, enter: true).bytes().count == longest + 1)
        #expect(try MessageRequest(keys: Array(repeating: "Enter", count: longest)).bytes().count == longest)
        for message in [
            MessageRequest(text: text + "x", enter: false),
            MessageRequest(keys: Array(repeating: "Enter", count: longest + 1)),
            MessageRequest(keys: Array(repeating: "DC", count: 200_000)),
        ] {
            let error = #expect(throws: RuntimeError.self) { try message.bytes() }
            #expect(error?.code == .badRequest && error?.message == "a message may have at most 64 KiB")
        }
        #expect(HostOrder.send(.max, [UInt8](repeating: 1, count: longest + 1)).line.utf8.count < 1 << 20)
    }
}
