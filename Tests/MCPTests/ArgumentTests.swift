import Dialects
import TCMCP
import TCSettings
import Testing

/// Tests the arguments that a tool accepts. The errors are messages that a model can act on.
struct ArgumentTests {
    private let tools = ToolList(
        DocumentShapes(
            identity: .object([("type", "object")]), session: .object([("type", "object")]),
            auditEntry: .object([("type", "object")]), sessionStates: ["active", "closed"], auditActions: ["send"],
            auditOutcomes: ["allowed"], keys: ["Enter"]))

    private func objection(_ tool: ToolName, _ text: String) throws -> String? {
        let document = try #require(JSON(parsing: text))
        do throws(Arguments.Objection) {
            _ = try Arguments(document, for: tools[tool])
            return nil
        } catch {
            return error.message
        }
    }

    @Test func whatFits() throws {
        for (tool, text) in [
            (ToolName.whoami, "{}"), (.listSessions, #"{"limit":500,"state":"active","project":null}"#),
            (.getSessionData, #"{"session_id":"x","tail_chars":1,"since_timestamp":"2026-11-25T09:30:00Z"}"#),
            (.sendMessage, #"{"session_id":"x","message":"","enter":false}"#),
            (.startSession, #"{"title":"","project_path":"/","command":["a",""]}"#),
        ] {
            #expect(try objection(tool, text) == nil)
        }
        #expect(throws: Never.self) { try Arguments(nil, for: tools[.whoami]) }
    }

    @Test func whatDoesNot() throws {
        for (tool, text, words) in [
            (ToolName.getSession, "{}", "session_id is missing"),
            (.getSession, #"{"session_id":null}"#, "must be a text"),
            (.getSession, #"{"session_id":7}"#, "session_id must be a text"),
            (.getSession, #"{"session_id":"a\u0000b"}"#, "NUL"), (.whoami, "[]", "must be an object"),
            (.whoami, #"{"x":1}"#, "takes no x"), (.listSessions, #"{"limit":0}"#, "from 1 to 500"),
            (.listSessions, #"{"limit":501}"#, "from 1 to 500"), (.listSessions, #"{"limit":"5"}"#, "whole number"),
            (.listSessions, #"{"limit":1.5}"#, "whole number"),
            (.listSessions, #"{"state":"asleep"}"#, "active, closed"),
            (.getSessionData, #"{"session_id":"x","since_timestamp":"yesterday"}"#, "2026-11-25T09:30:00Z"),
            (.getSessionData, #"{"session_id":"x","tail_chars":48001}"#, "48000"),
            (.sendMessage, #"{"session_id":"x","enter":"yes"}"#, "true or false"),
            (.sendMessage, #"{"session_id":"x","keys":[1]}"#, "list of texts"),
            (.sendMessage, #"{"session_id":"x","keys":"Enter"}"#, "list of texts"),
        ] {
            let said = try objection(tool, text)
            #expect(said?.contains(words) == true, "\(text): \(said ?? "nothing")")
        }
        let long = try objection(.getSession, #"{"session_id":"\#(String(repeating: "x", count: 501))"}"#)
        #expect(long == "session_id is longer than 500 code points")
    }

    @Test func momentsHaveAllFormsOfTheStandard() throws {
        #expect(
            try objection(.getSessionData, #"{"session_id":"x","since_timestamp":"2026-01-02t03:04:05.123456789z"}"#)
                == nil)
    }

    /// Each name belongs to a tool, and each tool describes its result.
    @Test func everyToolIsDescribed() {
        #expect(tools.all.map(\.name) == ToolName.allCases)
        for tool in tools.all {
            #expect(tools[tool.name].name == tool.name)
            #expect(!tool.text.isEmpty && tool.output["type"]?.text == "object")
            #expect(tool.document["inputSchema"]?["additionalProperties"] != nil)
        }
    }
}
