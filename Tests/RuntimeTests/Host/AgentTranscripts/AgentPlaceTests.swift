import Dialects
import TestSupport
import Testing

@testable import TCRuntime

struct AgentPlaceTests {
    @Test(arguments: ["", "bash", "Claude", "claude-code", "../claude"])
    func unknownAgentsHaveNone(name: String) { #expect(AgentTranscript(agent: name) == nil) }

    @Test(arguments: [
        ("/home/alex/my.site_2", "-home-alex-my-site-2", AgentPlace.Lead.yes),
        ("/home/alex/my.site_2", "-home-alex-my-site_2", .yes),
        ("/home/alex/my.site_2", "-home-alex-my.site_2", .yes),
        ("/home/alex/é🙂", "-home-alex----", .yes),
        ("/home/alex", "-home-alex-sub", .no), ("/home/alex", "-home", .no),
    ])
    func claudeNamesItsFolderAfterTheDirectory(directory: String, name: String, lead: AgentPlace.Lead) {
        #expect(AgentPlace(agent: .claude, directory: directory).leads([name]) == lead)
    }

    @Test func transcriptsAreToldByTheirNames() {
        let claude = AgentPlace(agent: .claude, directory: "/w")
        #expect(claude.isTranscript(["-w", "1.jsonl"]))
        for path in [["1.jsonl"], ["-w", "agent-1.jsonl"], ["-w", "1.json"], ["-w", "1", "1.jsonl"], []] {
            #expect(!claude.isTranscript(path))
        }
        let gemini = AgentPlace(agent: .gemini, directory: "/w")
        #expect(gemini.isTranscript(["x", "chats", "1.json"]) && !gemini.isTranscript(["x", "logs.json"]))
        #expect(gemini.leads([SHA256.hexadecimal(of: "/w".utf8)]) == .yes)
        #expect(gemini.leads(["slug"]) == .whenNamed(in: ".project_root") && gemini.leads(["x", "bin"]) == .no)
        let codex = AgentPlace(agent: .codex, directory: "/w")
        #expect(codex.leads(["2026", "11", "25"]) == .yes && codex.leads(["a", "b", "c", "d"]) == .no)
    }

    @Test(arguments: [
        (#"{"type":"session_meta","payload":{"cwd":"/w"}}"#, true),
        (#"{"type":"session_meta","payload":{"cwd":"/w/sub"}}"#, false),
        (#"{"type":"response_item","payload":{"cwd":"/w"}}"#, false), ("{}", false), ("torn", false),
    ])
    func codexSaysWhereItWorks(line: String, isOurs: Bool) {
        #expect(AgentPlace(agent: .codex, directory: "/w").holds(firstLine: line) == isOurs)
    }
}
