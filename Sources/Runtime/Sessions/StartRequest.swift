import Dialects
import TCSettings

/// A request to start a session.
package struct StartRequest: Codable, Sendable, RequestDocument {
    package var title: String
    package var projectPath: String
    /// An agent of the settings; without one the caller runs a command of their own.
    package var agent: String?
    /// The preferences from the caller's own settings, as JSON. The daemon uses only members that are preferences.
    package var preferences: String?

    package init(title: String, projectPath: String, agent: String?, preferences: String?) {
        self.title = title
        self.projectPath = projectPath
        self.agent = agent
        self.preferences = preferences
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case title, agent, preferences
        case projectPath = "project_path"
    }
}

extension StartRequest {
    // The limit is in code points, as JSON Schema counts them.
    static let longestTitle = 500
    static let longestPath = 4_096
    static let longestAgent = 200

    /// Reads the preferences.
    ///
    /// - Throws: `RuntimeError` for a name that is not a preference.
    func readPreferences() throws(RuntimeError) -> Preferences? {
        guard let preferences else { return nil }
        do throws(SettingsError) {
            return try Preferences.received(preferences).preferences
        } catch {
            throw RuntimeError(.badRequest, error.message, remedy: error.remedy)
        }
    }

    /// Checks the request's values.
    ///
    /// - Throws: `RuntimeError` for an invalid title, path or name.
    func validate() throws(RuntimeError) {
        guard title.contains(where: { !$0.isWhitespace }) else {
            throw RuntimeError(.badRequest, "the title is empty", remedy: "say what the session is about")
        }
        for (name, text, limit) in [
            ("title", title, Self.longestTitle), ("project_path", projectPath, Self.longestPath),
            ("agent", agent ?? "", Self.longestAgent),
        ] {
            guard text.unicodeScalars.count <= limit else {
                throw RuntimeError(.badRequest, "\(name) is longer than \(limit) code points")
            }
            guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                throw RuntimeError(.badRequest, "\(name) holds a control character")
            }
        }
        guard projectPath.hasPrefix("/") else {
            throw RuntimeError(.badRequest, "project_path is not an absolute path")
        }
    }
}

/// A session that was made, with everything that its host needs to run it.
struct StartedSession: Sendable {
    var session: Session
    /// The session's token. It is handed out only this once; the daemon keeps nothing but its digest.
    var token: String
    /// The number of the chunk with which the session's recording continues.
    var firstChunk: UInt64
    /// The command to run for the agent.
    var command: [String]?
    /// The keys that the settings deliver to this agent's sessions.
    var environment: [String: String]
    var notice: String?

    var document: JSON {
        .object([
            ("version", .integer(1)), ("session", session.document), ("token", .string(token)),
            ("first_chunk", .integer(Int64(clamping: firstChunk))),
            ("command", command.map { .array($0.map { .string($0) }) } ?? .null),
            ("environment", .object(environment.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
            ("notice", notice.map { .string($0) } ?? .null),
        ])
    }
}

/// Random identifiers.
enum Identifier {
    /// Returns 64 bits from the system's generator, in hexadecimal digits: a name that reveals nothing.
    static func short() -> String { Hexadecimal.text((0..<8).map { _ in UInt8.random(in: .min ... .max) }) }

    /// Returns a UUID of version 4 (RFC 9562), in lower case.
    static func random() -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array(Hexadecimal.text(bytes))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }

    /// Returns whether a text can be such an identifier: 36 characters, each a hexadecimal digit or a hyphen.
    static func isOne(_ text: String) -> Bool {
        text.utf8.count == 36
            && text.utf8.allSatisfy { UInt8(ascii: "-") == $0 || UnicodeScalar($0).properties.isASCIIHexDigit }
    }
}
