import Foundation
import Testing

@testable import TCRuntime

/// A host may be of another version than the program that wrote its instructions, so their format stays as it is.
struct HostSpecTests {
    private func spec(notice: String?) throws -> HostSpec {
        let session = """
            {"session_id": "s1", "title": "A title", "status": "initializing", "visibility": "private",
             "active_agent": "claude", "computer": "here"}
            """
        let notice = notice.map { "\"\($0)\"" } ?? "null"
        let started = """
            {"session": \(session), "token": "tcs_1", "first_chunk": 3, "environment": {}, "notice": \(notice)}
            """
        return HostSpec(
            for: try JSONDecoder().decode(StartedDocument.self, from: Data(started.utf8)),
            running: HostSpec.Program(
                command: ["sh", "-c", "true"], directory: "/tmp", environment: ["HOME": "/home/a"],
                secrets: ["KEY": "secret"]),
            on: TmuxServer(socket: "/home/a/tmux"), socketPath: "/run/d.sock")
    }

    @Test("the file has the same keys as ever, and no secret")
    func theFileHasItsKeysAndNoSecret() throws {
        var written = try spec(notice: "Look")
        #expect(written.launch != nil && written.caller != nil)
        written.launch = "L"
        written.caller = ProcessSettings(mask: 18, softLimits: [7: .max])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(written), as: UTF8.self)
        let expected = [
            #"{"agent":"claude","caller":{"mask":18,"softLimits":{"7":18446744073709551615}}"#,
            #""command":["sh","-c","true"],"directory":"/tmp","environment":{"HOME":"/home/a"}"#,
            #""firstChunk":3,"launch":"L","notice":"Look","secretNames":["KEY"],"sessionID":"s1""#,
            #""socketPath":"/run/d.sock","title":"A title","tmuxName":"tc_s1","tmuxSocket":"/home/a/tmux"}"#,
        ]
        #expect(text == expected.joined(separator: ","))
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        let read = try JSONDecoder().decode(HostSpec.self, from: JSONEncoder().encode(try spec(notice: nil)))
        #expect(read.command == ["sh", "-c", "true"] && read.directory == "/tmp" && read.tmuxName == "tc_s1")
        #expect(read.hasSecrets && read.secrets.isEmpty && read.notice == nil && read.caller != nil)
    }

    @Test func theFileOfAnOlderVersionIsRead() throws {
        let older = """
            {"sessionID": "s1", "title": "", "tmuxName": "tc_s1", "firstChunk": 0, "socketPath": "/run/d.sock",
             "directory": "/", "command": ["true"], "environment": {"KEY": "secret"}}
            """
        let read = try JSONDecoder().decode(HostSpec.self, from: Data(older.utf8))
        #expect(read.launch == nil && read.caller == nil)
        #expect(read.tmuxServer == TmuxServer(socket: nil) && !read.hasSecrets)
        #expect(read.commandEnvironment == ["KEY": "secret"])
    }
}
