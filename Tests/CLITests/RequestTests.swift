import Foundation
import TestSupport
import Testing

/// Tests requests that `telec` itself does not make, sent by an independent client.
struct RequestTests {
    @Test func aMessageIsATextOrKeys() async throws {
        try await withDaemon(.sqlite) { daemon in
            let id = try await daemon.start("cat")
            for (body, words) in [
                (#"{"text": "x", "keys": ["Enter"]}"#, "give a text or keys, not both"),
                (#"{"text": "x", "keys": []}"#, "give a text or keys, not both"),
                (#"{"keys": []}"#, "a message needs a text or keys"), ("{}", "a message needs a text or keys"),
            ] {
                let answer = try await daemon.asked("/sessions/\(id)/messages", "--data", body)
                #expect(answer.contains("\"status\":400") && answer.contains(words), "\(body) \(answer)")
            }
            for body in [#"{"text": "the text", "enter": false}"#, #"{"keys": ["Enter"]}"#] {
                let answer = try await daemon.asked("/sessions/\(id)/messages", "--data", body)
                #expect(answer.contains("sent"), "\(body) \(answer)")
            }
            try await daemon.waitForTranscript(of: id, toContain: "the textthe text")
            _ = try await daemon.telec("sessions", "end", id)
            // The description says the same.
            let description = try await JSONSerialization.jsonObject(
                with: Data(daemon.asked("/openapi.json").utf8))
            let schemas = try #require((description as? [String: Any])?["components"] as? [String: [String: Any]])
            for name in ["Message", "AdapterSend"] {
                let schema = try #require(schemas["schemas"]?[name] as? [String: Any])
                #expect((schema["oneOf"] as? [[String: [String]]])?.map(\.["required"]) == [["text"], ["keys"]])
            }
        }
    }

    @Test func aPlusInAQueryIsABlank() async throws {
        try await withDaemon(.sqlite) { daemon in
            let two = try await daemon.start("true", title: "two words")
            let sum = try await daemon.start("true", title: "1+1")
            for (query, found) in [
                ("title=two+words", two), ("title=two%20words", two), ("title=1%2B1", sum), ("ti%74le=1%2B1", sum),
            ] {
                let answer = try await daemon.asked("/sessions?\(query)")
                #expect(answer.contains(found) && !answer.contains(found == two ? sum : two), "\(query) \(answer)")
            }
        }
    }

    /// A refusal's words are the daemon's own, so that nothing in them is masked as a secret.
    @Test func whatToDoAboutATokenIsReadable() async throws {
        try await withDaemon(.sqlite) { daemon in
            for (path, words) in [
                ("whoami", "send it in the header Authorization, after the word Bearer"),
                (
                    "whoami?x=y",
                    "send the token in the header Authorization, after the word Bearer; if this URL held it"
                ),
            ] {
                let answer = try await daemon.asked("/adapter/\(path)", "--data", "{}")
                #expect(answer.contains(words) && !answer.contains("***"), "\(answer)")
            }
        }
    }
}

extension TestDaemon {
    /// Returns the body of the answer to a request. The arguments after the path are curl's.
    func asked(_ path: String, _ more: String...) async throws -> String {
        let socket = "\(box.folder)/d.sock"
        return try await box.run(
            Program(inPath: "curl"), ["-s", "--unix-socket", socket, "http://localhost\(path)"] + more
        ).output
    }
}
