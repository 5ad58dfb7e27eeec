import Dialects
import TCMCP
import TCSettings
import Testing

/// Tests which texts are messages and which are not.
struct MessageTests {
    private func read(_ text: String) throws(RPCFailure) -> RPCMessage { try RPCMessage(Array(text.utf8)) }

    private func failure(_ text: String) -> RPCFailure? {
        do throws(RPCFailure) {
            _ = try read(text)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["1", "-7", #""a""#, #""""#, "9223372036854775807"])
    func whatMayBeAnID(id: String) throws {
        guard case .request(let request) = try read(#"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"#) else {
            Issue.record("\(id) makes no request")
            return
        }
        #expect(request.id.document.canonical() == id)
    }

    @Test(arguments: ["null", "1.5", "true", "[1]", "{}", "9223372036854775808"])
    func whatMayNotBe(id: String) {
        let failure = failure(#"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"#)
        #expect(failure?.code == .invalidRequest && failure?.id == nil)
    }

    @Test(arguments: [
        "", "{", "nul", "{\"a\":1}}", String(repeating: "[", count: 100_000),
    ])
    func whatIsNoJSON(text: String) { #expect(failure(text)?.code == .parseError) }

    @Test func bytesThatAreNoText() {
        #expect(throws: RPCFailure.self) { try RPCMessage([0x22, 0xFF, 0x22]) }
    }

    @Test(arguments: [
        "[]", "1", "null", #""x""#, "{}", #"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, #"{"id":1,"method":"ping"}"#,
        #"{"jsonrpc":2.0,"id":1,"method":"ping"}"#, #"{"jsonrpc":"2.0","id":1,"method":7}"#,
        #"{"jsonrpc":"2.0","id":1}"#, #"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}"#, #"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
        #"{"jsonrpc":"2.0","result":{}}"#, #"{"jsonrpc":"2.0","id":1,"method":"ping","method":"ping"}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":[{"b":1,"\u0062":2}]}}"#,
    ])
    func whatIsNoMessage(text: String) { #expect(failure(text)?.code == .invalidRequest, "\(text)") }

    /// A colon in a text makes no member, and two objects may have members of the same name.
    @Test func whatOnlyLooksRepeated() throws {
        let params = #"{"id":{"id":"a: \"b\": c"},"method":[{"id":1},{"id":1}]}"#
        let text = #"{"jsonrpc":"2.0","id":"\":\\","method":"x","params":\#(params)}"#
        guard case .request(let request) = try read(text) else {
            Issue.record("no request")
            return
        }
        #expect(request.id == .text("\":\\"))
    }

    /// A refusal names the request's id if the id could be read, so that the client can tell which of its requests was wrong.
    @Test func aRefusalNamesItsRequest() throws {
        #expect(failure(#"{"jsonrpc":"1.0","id":7,"method":"ping"}"#)?.id == .number(7))
        #expect(
            RPCFailure(.parseError, "no").document.canonical()
                == #"{"error":{"code":-32700,"message":"no"},"jsonrpc":"2.0"}"#)
    }

    @Test func theThreeKinds() throws {
        guard
            case .notification("notifications/initialized", .null) = try read(
                #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        else {
            Issue.record("no notification")
            return
        }
        guard case .response(.text("q"), .some) = try read(#"{"jsonrpc":"2.0","id":"q","result":{}}"#),
            case .response(.text("q"), .none) = try read(
                #"{"jsonrpc":"2.0","id":"q","error":{"code":1,"message":"no"}}"#)
        else {
            Issue.record("no response")
            return
        }
    }

    /// Events may arrive in pieces of any length.
    @Test(arguments: 1...40) func eventsInPieces(length: Int) {
        let messages = [JSON.object([("a", "x\ny")]), .object([("b", .integer(1))])]
        let bytes = Array((EventFrame.keepAlive + messages.map(EventFrame.of).joined() + EventFrame.keepAlive).utf8)
        var (reader, found) = (EventReader(), [String]())
        for start in stride(from: 0, to: bytes.count, by: length) {
            found += reader.read(Array(bytes[start..<min(start + length, bytes.count)]))
        }
        #expect(found == messages.map { $0.canonical() })
    }
}
