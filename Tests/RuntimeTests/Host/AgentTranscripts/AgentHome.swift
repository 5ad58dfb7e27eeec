import Foundation
import TestSupport

@testable import TCRuntime

/// A home in which a test acts as an agent.
struct AgentHome {
    let home: String
    let agent: AgentTranscript
    /// The folder in which the agent works.
    let directory: String

    var root: String { agent.root(home: home) }

    func watch(resuming earlier: AgentProgress? = nil) -> AgentWatch {
        AgentWatch(agent, home: home, directory: directory, resuming: earlier)
    }

    /// Returns a path below the agent's root, and creates the folders on the way.
    func place(_ name: String) throws -> String {
        let path = "\(root)/\(name)"
        try FileManager.default.createDirectory(
            atPath: String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), withIntermediateDirectories: true)
        return path
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: try place(name)))
    }

    func append(_ text: String, to name: String) throws {
        let path = try place(name)
        if !FileManager.default.fileExists(atPath: path) { try write("", to: name) }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
    }
}

func withAgentHome(_ agent: AgentTranscript, _ body: (AgentHome) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
        let directory = "\(folder)/work.d"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        let resolved = realpath(directory, nil).map { path in
            defer { free(path) }
            return String(cString: path)
        }
        try await body(AgentHome(home: "\(folder)/home", agent: agent, directory: resolved ?? directory))
    }
}

extension AgentWatch {
    /// Looks once, and returns the new lines as `NAME: TEXT`.
    func seen() -> [String] {
        look().parts.flatMap { part in
            part.lines.map { "\(part.path.split(separator: "/").last ?? ""): \($0.text)" }
        }
    }
}

extension AgentLine {
    var text: String {
        switch self {
        case .whole(let text), .unreadable(let text): text
        case .shortened(let text, let bytes): "shortened from \(bytes): \(text)"
        case .leftOut: "left out"
        }
    }
}
