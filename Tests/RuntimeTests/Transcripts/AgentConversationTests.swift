import TestSupport
import Testing

@testable import TCRuntime

struct AgentConversationTests {
    private func text(_ lines: String...) -> String {
        var conversation = AgentConversation()
        return lines.map { conversation.read($0) }.joined()
    }

    @Test func claude() {
        #expect(
            text(
                #"{"type":"summary","summary":"s"}"#,
                #"{"type":"user","message":{"role":"user","content":"Fix it\nnow"},"uuid":"1"}"#,
                #"{"type":"user","isMeta":true,"message":{"role":"user","content":"Caveat"}}"#,
                #"{"type":"assistant","isSidechain":true,"message":{"role":"assistant","content":"helper"}}"#,
                """
                {"type":"assistant","message":{"role":"assistant","content":[{"type":"thinking","thinking":"hm"},\
                {"type":"text","text":"Done"},{"type":"tool_use","name":"Bash","input":{"command":"ls\\n-l"}},7]}}
                """,
                #"{"type":"user","message":{"role":"user","content":[{"type":"tool_result","content":"x"}]}}"#
            ) == """
                user: Fix it
                  now
                assistant: Done
                tool: Bash {"command":"ls\\n-l"}

                """)
    }

    @Test func codex() {
        #expect(
            text(
                #"{"type":"session_meta","payload":{"cwd":"/w"}}"#,
                """
                {"type":"response_item","payload":{"type":"message","role":"user",\
                "content":[{"type":"input_text","text":"Fix it"}]}}
                """,
                #"{"type":"response_item","payload":{"type":"message","role":"developer","content":"rules"}}"#,
                #"{"type":"event_msg","payload":{"type":"agent_message","message":"Done"}}"#,
                #"{"type":"response_item","payload":{"type":"reasoning","summary":[]}}"#,
                #"{"type":"response_item","payload":{"type":"function_call","name":"shell","arguments":"{\"c\":1}"}}"#,
                """
                {"type":"response_item","payload":{"type":"message","role":"assistant",\
                "content":[{"type":"output_text","text":"Done"}]}}
                """
            ) == """
                user: Fix it
                tool: shell {"c":1}
                assistant: Done

                """)
    }

    /// Gemini repeats a message after a tool was called.
    @Test func gemini() {
        #expect(
            text(
                #"{"id":"1","type":"user","content":"Fix it"}"#, #"{"id":"2","type":"gemini","content":"I look"}"#,
                #"{"id":"2","type":"gemini","content":"I look","toolCalls":[{"name":"read","args":{"p":"a"}}]}"#,
                #"{"id":"3","type":"gemini","content":[{"text":"Done"}]}"#, #"{"id":"4","type":"info","content":"i"}"#
            ) == """
                user: Fix it
                assistant: I look
                tool: read {"p":"a"}
                assistant: Done

                """)
    }

    /// However long a conversation is, a limited part of it is remembered: of what is older, a repetition is shown again.
    @Test func theMemoryOfPartsIsLimited() {
        func part(_ number: Int) -> AgentMessage.Part { .text(.assistant, "part \(number)") }
        var recent = RecentParts()
        for number in 0..<2 * RecentParts.most { recent.insert(part(number), of: "1") }
        let known = (0..<2 * RecentParts.most).filter { recent.contains(part($0), of: "1") }
        #expect(known == Array(RecentParts.most..<2 * RecentParts.most))
        #expect(!recent.contains(part(2 * RecentParts.most - 1), of: "2"))
        #expect(!recent.contains(.tool("part \(2 * RecentParts.most - 1)", ""), of: "1"))
    }

    /// JavaScript writes half of an emoji as an escape where it has cut a string, and Python a number that is none.
    @Test func aMessageThatIsAlmostJSONIsShown() {
        #expect(
            text(
                #"{"type":"user","message":{"role":"user","content":"cut \ud83d"},"score":NaN}"#,
                #"{"type":"response_item","payload":{"type":"message","role":"user","content":"\udc00 too"}}"#
            ) == "user: cut \u{FFFD}\nuser: \u{FFFD} too\n")
    }

    /// What is said twice in one message is shown twice.
    @Test func partsOfOneMessageMayBeEqual() {
        let message = #"{"id":"1","type":"gemini","content":[{"text":"Ha"},{"text":"Ha"}]}"#
        #expect(text(message, message) == "assistant: Ha\nassistant: Ha\n")
    }

    @Test func nothingReachesTheTerminalButText() {
        let shown = text(
            #"{"type":"user","message":{"role":"user","content":"a\u001b]0;t\u0007b\u001b[2J\u202ec\u001b["}}"#,
            #"{"type":"user","message":{"role":"user","content":"next"}}"#,
            #"{"type":"assistant","message":{"role":"assistant","content":[{"type":"tool_use","name":"\u001b[1mX\n"}]}}"#
        )
        #expect(shown == "user: abc\nuser: next\ntool: X  \n")
    }

    @Test(arguments: [
        "", "x", "[]", "7", "{}", #"{"type":7}"#, #"{"type":"user"}"#, #"{"type":"user","message":"x"}"#,
        #"{"type":"assistant","message":{"role":"system","content":"x"}}"#, #"{"type":"response_item"}"#,
        #"{"type":"gemini","content":{"text":"x"}}"#, #"{"type":"user","message":{"role":"user","content":"torn"#,
    ])
    func whatIsUnknownIsPassedOver(line: String) { #expect(text(line) == "") }
}

struct TranscriptChainTests {
    @Test func earlierFilesStandFirst() {
        var chain = TranscriptChain(files: "[]", current: nil)
        for path in ["/t/a.jsonl", "/t/b.x.jsonl", "/t/b.x.jsonl"] { chain = chain.moved(to: path) }
        #expect(chain.filesText == #"["/t/a.jsonl"]"# && chain.nativeID == "b.x")
        chain = chain.moved(to: "/t/a.jsonl")
        #expect(chain.filesText == #"["/t/b.x.jsonl"]"# && chain.current == "/t/a.jsonl")
    }

    @Test(arguments: [nil, "", "null", "{}", "[1]"])
    func aListThatCannotBeReadIsNone(text: String?) {
        #expect(TranscriptChain(files: text, current: "/a").moved(to: "/b").files == ["/a"])
    }
}
