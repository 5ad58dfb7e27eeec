import Foundation
import TestSupport
import Testing

/// Tests agents that write their own transcripts. Shell scripts play the agents.
struct AgentTranscriptTests {
    /// A script with lines written in two parts, a file from an earlier time, and a second file as after `/clear`.
    private static let claude = """
        folder="$HOME/.claude/projects/$(pwd -P | sed 's/[^A-Za-z0-9]/-/g')"
        mkdir -p "$folder"
        printf '{"type":"user","message":{"role":"user","content":"Fix it"}}\\n' > "$folder/first.jsonl"
        printf '{"type":"assistant","message":{"role":"assistant","content":[' >> "$folder/first.jsonl"
        sleep 0.8
        printf '{"type":"text","text":"D\\303\\251one"},' >> "$folder/first.jsonl"
        printf '{"type":"tool_use","name":"Bash","input":{"command":"ls"}}]}}\\n' >> "$folder/first.jsonl"
        sleep 1.2
        printf '{"type":"user","message":{"role":"user","content":"Again"}}\\n' > "$folder/second.jsonl"
        """

    @Test(arguments: Backend.available)
    func claudeIsFollowed(backend: Backend) async throws {
        try await withAgent("claude", Self.claude, backend) { daemon, url in
            let id = try await daemon.startAgent("claude")
            try await daemon.wait(for: id, toBe: "closed")
            let shown = try await daemon.telec("transcript", id, "--agent")
            #expect(
                shown.output == """
                    user: Fix it
                    assistant: Déone
                    tool: Bash {"command":"ls"}
                    user: Again

                    """, "\(shown)")
            let session = try await daemon.json("sessions", "get", id)["session"] as? [String: Any]
            #expect(session?["native_session_id"] as? String == "second")
            let row = try query("SELECT native_log_file FROM sessions", on: url)
            #expect(row.first?.hasSuffix("/second.jsonl") == true)
            let before = try query("SELECT transcript_files FROM sessions", on: url)
            #expect(before.first?.hasSuffix("/first.jsonl\"]") == true, "\(before)")
            // The terminal's view shows nothing of the agent's transcript.
            #expect(try await daemon.telec("transcript", id).output == "")
            let both = try await daemon.telec("transcript", id, "--agent", "--raw")
            #expect(both.code == 64 && both.error.contains("not both"), "\(both)")
        }
    }

    @Test func codexIsFollowed() async throws {
        let script = """
            folder="$HOME/.codex/sessions/2026/11/25"
            mkdir -p "$folder"
            say() { printf '{"type":"response_item","payload":{"type":"message","role":"%s","content":[' "$1"
                printf '{"type":"%s_text","text":"%s"}]}}\\n' "$2" "$3"; }
            meta() { printf '{"type":"session_meta","payload":{"id":"1","cwd":"%s"}}\\n' "$1"; }
            { meta /elsewhere; say user input "not ours"; } > "$folder/rollout-other.jsonl"
            { meta "$(pwd -P)"; say user input "Fix it"; } > "$folder/rollout-1.jsonl"
            sleep 0.8
            say assistant output Done >> "$folder/rollout-1.jsonl"
            """
        try await withAgent("codex", script) { daemon, _ in
            let id = try await daemon.startAgent("codex")
            try await daemon.wait(for: id, toBe: "closed")
            #expect(try await daemon.telec("transcript", id, "--agent").output == "user: Fix it\nassistant: Done\n")
            let session = try await daemon.json("sessions", "get", id)["session"] as? [String: Any]
            #expect(session?["native_session_id"] as? String == "rollout-1")
        }
    }

    @Test func geminiIsFollowed() async throws {
        let script = """
            folder="$HOME/.gemini/tmp/$(printf %s "$(pwd -P)" | sha256sum | cut -c 1-64)/chats"
            mkdir -p "$folder"
            user='{"id":"1","type":"user","content":"Fix it"}'
            printf '{"sessionId":"s","messages":[%s' "$user" > "$folder/session-1.json"
            sleep 0.8
            printf ']}' >> "$folder/session-1.json"
            sleep 0.8
            answer='{"id":"2","type":"gemini","content":"Done","toolCalls":[{"name":"ls","args":{}}]}'
            printf '{"sessionId":"s","messages":[%s,%s]}' "$user" "$answer" > "$folder/new"
            mv "$folder/new" "$folder/session-1.json"
            """
        try await withAgent("gemini", script) { daemon, _ in
            let id = try await daemon.startAgent("gemini")
            try await daemon.wait(for: id, toBe: "closed")
            let shown = try await daemon.telec("transcript", id, "--agent").output
            #expect(shown == "user: Fix it\nassistant: Done\ntool: ls {}\n")
            let document = try await daemon.json("transcript", id, "--agent")
            #expect(document["text"] as? String == shown)
        }
    }

    /// The content of hostile files is in no recording, and the session goes on.
    @Test func hostileFilesAreNoObstacle() async throws {
        let script = """
            printf '{"type":"user","message":{"role":"user","content":"cAnArY"}}\\n' > "$HOME/secret"
            folder="$HOME/.claude/projects/$(pwd -P | sed 's/[^A-Za-z0-9]/-/g')"
            mkdir -p "$folder"
            ln -s "$HOME/secret" "$folder/link.jsonl"
            mkfifo "$folder/pipe.jsonl"
            long() { head -c 5000000 /dev/zero | tr '\\0' x; }
            { printf '{"type":"user","message":{"role":"user","content":"'; long; printf '"}}\\n'
              long; printf '\\n{"type":"user","message":{"role":"user","content":"still here"}}\\n'
            } > "$folder/real.jsonl"
            echo said
            """
        try await withAgent("claude", script) { daemon, _ in
            let id = try await daemon.startAgent("claude")
            try await daemon.wait(for: id, toBe: "closed")
            let recording = try await daemon.telec("transcript", id, "--raw").output
            #expect(!recording.contains("cAnArY") && recording.contains(#""o","said\r\n""#))
            #expect(recording.contains("shortened: a line of 5000054 bytes"))
            #expect(recording.contains("gap: a line of the agent's transcript was too long"))
            let shown = try await daemon.telec("transcript", id, "--agent").output
            #expect(shown.hasSuffix("user: still here\n") && shown.contains("xxxx…"))
        }
    }

    /// The daemon is killed while an agent talks. The recording has every line exactly once.
    @Test func nothingIsLostWhenTheDaemonIsKilled() async throws {
        let script = """
            folder="$HOME/.claude/projects/$(pwd -P | sed 's/[^A-Za-z0-9]/-/g')"
            mkdir -p "$folder"
            i=0
            while [ $i -lt 200 ]; do
                printf '{"type":"user","message":{"role":"user","content":"%s"}}\\n' $i >> "$folder/$((i / 100)).jsonl"
                i=$((i+1)); sleep 0.01
            done
            """
        try await withAgent("claude", script) { first, url in
            var daemon = first
            let id = try await daemon.startAgent("claude")
            for _ in 0..<2 {
                try await Task.sleep(for: .milliseconds(700))
                daemon.process.kill(SIGKILL)
                _ = try await daemon.process.finish()
                daemon = try await daemon.box.startDaemon(daemon.variables)
            }
            try await daemon.wait(for: id, toBe: "closed")
            let shown = try await daemon.telec("transcript", id, "--agent").output
            #expect(shown == (0..<200).map { "user: \($0)\n" }.joined())
            let before = try query("SELECT transcript_files FROM sessions", on: url)
            #expect(before.first?.hasSuffix("/0.jsonl\"]") == true, "\(before)")
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// Lines that wait while the daemon is away are gathered in one chunk, but never from two transcripts: the daemon hears of both.
    @Test func anotherTranscriptIsToldOfAlsoWhenTheDaemonWasAway() async throws {
        let script = """
            folder="$HOME/.claude/projects/$(pwd -P | sed 's/[^A-Za-z0-9]/-/g')"
            mkdir -p "$folder"
            say() { printf '{"type":"user","message":{"role":"user","content":"%s"}}\\n' "$1" >> "$folder/$2.jsonl"; }
            say one a
            until [ -e go ]; do sleep 0.1; done
            say two a
            sleep 1
            say three b
            touch done
            """
        try await withAgent("claude", script) { first, url in
            let id = try await first.startAgent("claude")
            try await first.waitForConversation(of: id, toBe: "user: one\n")
            first.process.kill(SIGKILL)
            _ = try await first.process.finish()
            let files = first.box.files
            #expect(FileManager.default.createFile(atPath: "\(files)/go", contents: nil))
            try waitUntil("the agent has ended") { FileManager.default.fileExists(atPath: "\(files)/done") }
            let daemon = try await first.box.startDaemon(first.variables)
            try await daemon.wait(for: id, toBe: "closed")
            try await daemon.waitForConversation(of: id, toBe: "user: one\nuser: two\nuser: three\n")
            let present = try query("SELECT native_log_file FROM sessions", on: url)
            #expect(present.first?.hasSuffix("/b.jsonl") == true, "\(present)")
            let before = try query("SELECT transcript_files FROM sessions", on: url)
            #expect(before.first?.hasSuffix("/a.jsonl\"]") == true, "\(before)")
            #expect(try await daemon.stop().code == 0)
        }
    }

    /// The host is killed while an agent talks. The next host continues at the same place.
    @Test func aHostThatIsStartedAgainGoesOn() async throws {
        let script = """
            folder="$HOME/.claude/projects/$(pwd -P | sed 's/[^A-Za-z0-9]/-/g')"
            mkdir -p "$folder"
            say() { printf '{"type":"user","message":{"role":"user","content":"%s"}}\n' "$1" >> "$folder/$2.jsonl"; }
            say one a
            read line
            say "$line" a
            say three b
            """
        try await withAgent("claude", script) { daemon, _ in
            let id = try await daemon.startAgent("claude")
            try await daemon.waitForConversation(of: id, toBe: "user: one\n")
            let host = try daemon.box.host(of: id)
            kill(host, SIGKILL)
            try waitUntil("the host \(host) is gone") { !isAlive(host) }
            let revived = try await daemon.telec("sessions", "revive", id)
            #expect(revived.code == 0, "\(revived)")
            _ = try await daemon.telec("sessions", "send", id, "two")
            try await daemon.wait(for: id, toBe: "closed")
            let gap = "-- gap: the host was started again\n-- gap: it went on\n"
            try await daemon.waitForConversation(of: id, toBe: "user: one\n\(gap)user: two\nuser: three\n")
        }
    }

    @Test func whoRunsNoAgentHasNoConversation() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("echo", "said")
            try await daemon.wait(for: id, toBe: "closed")
            let shown = try await daemon.telec("transcript", id, "--agent")
            #expect(shown.code == 0 && shown.output == "", "\(shown)")
        }
    }
}

/// Runs a daemon whose settings have one agent, a shell script.
private func withAgent(
    _ name: String, _ script: String, _ backend: Backend = .sqlite, _ body: (TestDaemon, String) async throws -> Void
) async throws {
    try await withDatabase(backend) { box, url in
        let (program, config) = ("\(box.folder)/\(name).sh", "\(box.folder)/config.yml")
        try Data("set -e\n\(script)\n".utf8).write(to: URL(fileURLWithPath: program))
        let settings = "agents:\n  default: \(name)\n  \(name): {command: [sh, \(program)]}\n"
        try Data(settings.utf8).write(to: URL(fileURLWithPath: config))
        let daemon = try await box.startDaemon(box.daemonVariables(url, ["TELECLAUDE_CONFIG_PATH": config]))
        do {
            try await body(daemon, url)
            try await box.endSessions()
            daemon.process.kill(SIGKILL)
        } catch {
            try await box.endSessions()
            daemon.process.kill(SIGKILL)
            throw error
        }
    }
}

extension TestDaemon {
    /// Starts a session for an agent and returns its id.
    fileprivate func startAgent(_ name: String) async throws -> String {
        let run = try await telec("sessions", "start", "--title", "Test", "--project", box.files, "--agent", name)
        #expect(run.code == 0, "\(run)")
        return run.output.trimmingCharacters(in: .newlines)
    }

    fileprivate func waitForConversation(of session: String, toBe text: String) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let shown = try await telec("transcript", session, "--agent").output
            // A gap says when it ended.
            if shown.replacing(#/ at \S+Z\n/#, with: "\n") == text { return }
            try #require(ContinuousClock.now < deadline, "the conversation was \(shown)")
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
