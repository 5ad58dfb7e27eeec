import Dialects
import TCMCP
import TCSettings
import Testing

/// Tests the revision in which a request is answered, and the refusal of requests that contradict themselves.
struct RevisionTests {
    private static let meta = #"""
        {"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}
        """#

    private func request(_ method: String, _ params: String) throws -> RPCRequest {
        RPCRequest(id: .number(1), method: method, params: try #require(JSON(parsing: params)))
    }

    private func headers(
        version: String? = nil, method: String? = nil, name: String? = nil, session: String? = nil
    ) -> MessageHeaders { MessageHeaders(version: version, method: method, name: name, session: session) }

    private func failure(_ request: RPCRequest, _ headers: MessageHeaders) -> RPCFailure? {
        do throws(RPCFailure) {
            _ = try Envelope(request, headers)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("2025-11-25", "2025-11-25"), ("2025-06-18", "2025-06-18"), ("2024-11-05", "2025-11-25"),
        ("2026-07-28", "2025-11-25"), ("", "2025-11-25"), ("9999-01-01", "2025-11-25"),
    ])
    func initializeGetsARevisionThatIsKnown(wanted: String, given: String) throws {
        let hello = try request("initialize", #"{"protocolVersion":"\#(wanted)","capabilities":{"elicitation":{}}}"#)
        let envelope = try Envelope(hello, headers())
        #expect(envelope.revision.rawValue == given && envelope.mayAsk)
        #expect(try Envelope(try request("initialize", "{}"), headers()).revision == .november2025)
    }

    @Test func theEnvelopeIsAllThatIsNeeded() throws {
        let call = try request("tools/list", #"{"_meta":\#(Self.meta)}"#)
        let envelope = try Envelope(call, headers(version: "2026-07-28", method: "tools/list"))
        #expect(envelope.revision == .july2026 && !envelope.mayAsk && envelope.progressToken == nil)
    }

    /// A header must not lead an intermediary to another decision than the body would.
    @Test func headersThatContradictTheBody() throws {
        let list = try request("tools/list", #"{"_meta":\#(Self.meta)}"#)
        let call = try request("tools/call", #"{"name":"whoami","_meta":\#(Self.meta)}"#)
        for (request, headers) in [
            (list, headers()), (list, headers(version: "2025-11-25", method: "tools/list")),
            (list, headers(version: "2026-07-28")), (list, headers(version: "2026-07-28", method: "tools/call")),
            (call, headers(version: "2026-07-28", method: "tools/call")),
            (call, headers(version: "2026-07-28", method: "tools/call", name: "list_audit")),
            (call, headers(version: "2026-07-28", method: "tools/call", name: "=?base64?d2hvYW1=?=")),
        ] {
            let failure = failure(request, headers)
            #expect(failure?.code == .headerMismatch && failure?.id == .number(1) && failure?.httpStatus == 400)
        }
        let name = "=?base64?d2hvYW1p?="
        #expect(failure(call, headers(version: "2026-07-28", method: "tools/call", name: name)) == nil)
    }

    @Test func whatIsNotSpokenHereSaysWhatIs() throws {
        let meta = Self.meta.replacing("2026-07-28", with: "2031-01-01")
        let call = try request("tools/list", #"{"_meta":\#(meta)}"#)
        let unknown = failure(call, headers(version: "2031-01-01", method: "tools/list"))
        #expect(unknown?.code == .unsupportedVersion)
        #expect(
            unknown?.data?.canonical()
                == #"{"requested":"2031-01-01","supported":["2026-07-28","2025-11-25","2025-06-18"]}"#)
        #expect(failure(try request("tools/list", "{}"), headers(version: "x"))?.code == .unsupportedVersion)
    }

    @Test(arguments: [
        #"{}"#, #"{"_meta":{}}"#, #"{"_meta":7}"#,
        #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}"#,
        #"{"_meta":{"io.modelcontextprotocol/protocolVersion":7,"io.modelcontextprotocol/clientCapabilities":{}}}"#,
        #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":1}}"#,
    ])
    func anEnvelopeThatIsNotWhole(params: String) throws {
        let call = try request("tools/list", params)
        #expect(failure(call, headers(version: "2026-07-28", method: "tools/list"))?.code == .invalidParams)
    }

    /// A revision with `initialize` can't be used without it.
    @Test func aHandshakeRevisionInAnEnvelope() throws {
        let meta = Self.meta.replacing("2026-07-28", with: "2025-11-25")
        let call = try request("tools/list", #"{"_meta":\#(meta)}"#)
        #expect(failure(call, headers(version: "2025-11-25", method: "tools/list"))?.code == .invalidRequest)
    }

    @Test func aSessionSaysWhatItsClientCan() throws {
        for mayAsk in [true, false] {
            let session = ClientSession(revision: .june2025, mayAsk: mayAsk, nonce: "n")
            #expect(try ClientSession(parsing: session.text) == session)
            let envelope = try Envelope(try request("tools/list", "{}"), headers(session: session.text))
            #expect(envelope.revision == .june2025 && envelope.mayAsk == mayAsk)
        }
        for text in ["", "x", "2025-11-25", "2025-11-25.asks.", "2025-11-25.perhaps.n", "1999-01-01.asks.n", "a.b.c.d"]
        {
            #expect(throws: RPCFailure.self) { try ClientSession(parsing: text) }
        }
    }

    @Test func whoAsksHisUser() throws {
        for (capabilities, mayAsk) in [
            (#"{"elicitation":{}}"#, true), (#"{"elicitation":{"form":{}}}"#, true), ("{}", false),
            (#"{"elicitation":{"url":{}}}"#, false), (#"{"elicitation":true}"#, false), (#"{"sampling":{}}"#, false),
        ] {
            let hello = try request("initialize", #"{"protocolVersion":"2025-11-25","capabilities":\#(capabilities)}"#)
            #expect(try Envelope(hello, headers()).mayAsk == mayAsk, "\(capabilities)")
        }
    }

    /// The server reads in the headers what the bridge has put there.
    @Test(arguments: ["whoami", "wer bin ich ü", "=?base64?x?=", "a\u{0}b", " "])
    func headersOutOfAMessage(tool: String) throws {
        let params = JSON.object([("name", .string(tool)), ("_meta", try #require(JSON(parsing: Self.meta)))])
        let call = RPCRequest(id: .text("a"), method: "tools/call", params: params)
        let stated = MessageHeaders(for: .request(call), session: "ignored")
        #expect(try Envelope(call, stated).revision == .july2026)
        #expect(stated.list.allSatisfy { _, value in value.utf8.allSatisfy { (0x20..<0x7F).contains($0) } })
    }

    @Test func methodsOfEachRevision() throws {
        for (method, modern, before) in [
            ("server/discover", true, false), ("initialize", false, true), ("ping", false, true),
            ("tools/list", true, true), ("tools/call", true, true), ("resources/list", false, false),
            ("", false, false),
        ] {
            let request = try request(method, "{}")
            #expect(((try? TCMCP.Method.of(request, in: .july2026)) != nil) == modern, "\(method)")
            #expect(((try? TCMCP.Method.of(request, in: .november2025)) != nil) == before, "\(method)")
        }
    }
}
