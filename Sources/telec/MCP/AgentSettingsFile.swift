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
        path = Path.withoutLinks(place)
        var facts = stat()
        if stat(path, &facts) != 0 {
            guard errno == ENOENT else {
                throw RuntimeError(
                    .failed, "\(path): \(SystemError.last)", remedy: "check its permissions")
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

    /// Prepares the replacement of the settings; `nil` removes them. Whatever can fail without a change fails here.
    /// - Throws: An error if the settings can't be written, or if the file has changed in the meantime.
    func replacement(by new: String?) throws -> Replacement {
        try requireUnchanged()
        guard let new else {
            guard access(folder, W_OK) == 0 else { throw failure(SystemError.last.description) }
            return Replacement(file: self, draft: nil)
        }
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure(SystemError.last.description) }
        var facts = stat()
        // Settings may hold secrets, so only its owner can read a new file.
        let mode = stat(path, &facts) == 0 ? facts.st_mode & 0o7777 : 0o600
        do throws(TextFile.Failure) {
            let draft = try WholeFile(path, replaces: true)
            try draft.fill(new, mode: mode)
            return Replacement(file: self, draft: draft)
        } catch {
            throw failure(error.message)
        }
    }

    /// A replacement that is ready to be carried out, so that several files are changed together.
    struct Replacement {
        let file: AgentSettingsFile
        /// The new settings; `nil` if the file is to be removed.
        fileprivate let draft: WholeFile?

        /// Replaces the settings, whole or not at all.
        /// - Throws: An error if the file has changed in the meantime.
        func carryOut() throws {
            try file.requireUnchanged()
            guard let draft else {
                guard unlink(file.path) == 0 else { throw file.failure(SystemError.last.description) }
                return
            }
            do throws(TextFile.Failure) { try draft.place() } catch { throw file.failure(error.message) }
        }
    }

    private func requireUnchanged() throws {
        let present = access(path, F_OK) == 0 ? try TextFile.read(path) : nil
        guard present.map({ Array($0.utf8) }) == text.map({ Array($0.utf8) }) else {
            throw RuntimeError(.failed, "\(path) was changed by another program in the meantime", remedy: "try again")
        }
    }

    private var folder: String { Path.folder(of: path) }

    private func failure(_ reason: String) -> RuntimeError {
        let message = reason.hasPrefix(path) ? reason : "\(path) can't be written: \(reason)"
        return RuntimeError(.failed, message, remedy: "check the folder's permissions, and whether its disk is full")
    }
}
