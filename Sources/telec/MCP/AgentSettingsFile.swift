import TCMCP
import TCPOSIX
import TCRuntime
import TCTerminal

/// An agent's settings in its user's home, as they are and as they will be.
struct AgentSettingsFile {
    let agent: KnownAgent
    /// The file's path with links resolved: if the settings are a link, the linked file is written.
    let path: String
    /// The file's text; `nil` if there is no file.
    let text: String?

    init(_ agent: KnownAgent, home: String) throws {
        let place = agent.file(home: home, folder: Self.folder(of: agent))
        self.agent = agent
        path = Self.resolved(place) ?? place
        var facts = stat()
        if stat(path, &facts) != 0 {
            guard errno == ENOENT else {
                throw RuntimeError(
                    .failed, "\(path): \(String(cString: strerror(errno)))", remedy: "check its permissions")
            }
            guard lstat(path, &facts) != 0 else {
                throw RuntimeError(
                    .failed, "\(path) is a link to a file that does not exist",
                    remedy: "create that file, or remove the link")
            }
            text = nil
            return
        }
        guard facts.st_mode & S_IFMT == S_IFREG, facts.st_size <= Self.longest else {
            throw RuntimeError(.failed, "\(path) is not a settings file", remedy: "check what is there")
        }
        text = try TextFile.read(path)
    }

    /// The largest file that is read, in bytes. No real settings are that large.
    private static let longest: off_t = 64 << 20

    /// Returns whether the home has traces of the agent.
    static func isThere(_ agent: KnownAgent, home: String) -> Bool {
        folder(of: agent) != nil || agent.traces.contains { access("\(home)/\($0)", F_OK) == 0 }
    }

    /// Returns the agent's folder that the user has chosen.
    private static func folder(of agent: KnownAgent) -> String? {
        let chosen = agent.folderVariable.flatMap(Console.environment)
        return chosen.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    private static func resolved(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }

    /// Writes the settings, whole or not at all; `nil` removes them.
    /// - Throws: An error if the file has changed in the meantime.
    func replace(by new: String?) throws {
        guard try AgentSettingsFile(agent, at: path).text == text else {
            throw RuntimeError(.failed, "\(path) was changed by another program in the meantime", remedy: "try again")
        }
        guard let new else {
            guard unlink(path) == 0 else { throw failure }
            return
        }
        try makeFolder()
        let draft = "\(path).\(getpid()).telec"
        try TextFile.create(draft, new)
        var facts = stat()
        // Settings may hold secrets, so only its owner can read a new file.
        let mode = stat(path, &facts) == 0 ? facts.st_mode & 0o7777 : 0o600
        guard chmod(draft, mode) == 0, rename(draft, path) == 0 else {
            let error = failure
            unlink(draft)
            throw error
        }
    }

    private init(_ agent: KnownAgent, at path: String) throws {
        (self.agent, self.path) = (agent, path)
        text = access(path, F_OK) == 0 ? try TextFile.read(path) : nil
    }

    private func makeFolder() throws {
        guard let end = path.lastIndex(of: "/"), end > path.startIndex else { return }
        guard mkdir(String(path[..<end]), 0o700) == 0 || errno == EEXIST else { throw failure }
    }

    private var failure: RuntimeError {
        RuntimeError(
            .failed, "\(path) can't be written: \(String(cString: strerror(errno)))", remedy: "check its permissions")
    }
}
