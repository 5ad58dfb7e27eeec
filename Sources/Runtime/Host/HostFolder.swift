import FoundationEssentials
import TCPOSIX
import TCSettings

/// The folder of one host: its instructions, the recorded chunks that are not delivered yet, and the outcome of its command.
package struct HostFolder: Sendable {
    /// The path without links. A host and a pane get an alias as their argument, which lasts only until the folder is removed.
    package let path: String

    package init(path: String) { self.path = Path.withoutLinks(path) }

    /// The folder of a session's host, below the folder for all hosts of this user.
    package init(sessionID: String, home: String) { path = "\(Self.all(home: home))/\(sessionID)" }

    static func all(home: String) -> String { "\(home)/.teleclaude/hosts" }

    var sessionID: String { Path.name(of: path) }
    var spool: String { "\(path)/spool" }
    var status: String { "\(path)/status" }
    var pid: String { "\(path)/pid" }
    /// The file that holds the command's process id once more, and when that process began.
    private var began: String { "\(path)/began" }
    /// The file with the secret of the pane's mark, and the file to which the host copies it once it has received all that the
    /// command wrote.
    var mark: String { "\(path)/mark" }
    var drained: String { "\(path)/drained" }
    /// The file that holds tmux's id of the pane in which the command runs.
    var pane: String { "\(path)/pane" }
    /// The lock that a running host holds. The file contains the host's process id.
    var lock: String { "\(path)/lock" }
    /// A file that holds the name of a start. It is written once the command of that start runs, or has run.
    var running: String { "\(path)/running" }
    /// A file that tells why the command could not be started.
    var failure: String { "\(path)/failure" }
    /// A file that tells why the host can't deliver to the daemon.
    var standing: String { "\(path)/standing" }
    /// The file that tells how far the recording has got in the agent's transcripts.
    private var agent: String { "\(path)/agent.json" }
    package var log: String { "\(path)/log" }
    /// The named pipe for the command's secrets, while the terminal is being made.
    var secrets: String { "\(path)/secrets" }
    private var specFile: String { "\(path)/spec.json" }

    /// Whether there is such a folder, whatever is in it.
    var exists: Bool { access(path, F_OK) == 0 }

    /// Makes the folder with the spec in it, readable only by its owner.
    ///
    /// - Throws: `RuntimeError`.
    package func create(_ spec: HostSpec) throws {
        try requireTrust()
        try Folder.make(spool)
        unlink(failure)
        unlink(running)
        try write(JSONEncoder().encode(spec), to: specFile)
        try Folder.makePrivate(aliases)
        guard let alias = alias(of: spec) else { return }
        guard symlink(path, alias) == 0 else { throw Self.failure(alias, "can't be made") }
    }

    /// Reads the spec.
    ///
    /// - Throws: `RuntimeError` if it can't be read, or if somebody else could have changed it.
    package func spec() throws -> HostSpec {
        try requireTrust()
        guard let bytes = Self.read(specFile) else { throw Self.failure(specFile, "can't be read") }
        return try JSONDecoder().decode(HostSpec.self, from: Data(bytes))
    }

    /// Requires that only root and this account can change the spec, which says what runs as this account, and the files beside it.
    ///
    /// - Throws: `RuntimeError` if somebody else could.
    package func requireTrust() throws(RuntimeError) { try Self.requireTrust(in: specFile) }

    /// Returns the folders of this user's hosts; empty if somebody else could have put some there.
    static func trusted(home: String) -> [HostFolder] {
        let all = all(home: home)
        guard (try? requireTrust(in: all)) != nil else { return [] }
        return Folder.names(in: all).sorted().map { HostFolder(path: "\(all)/\($0)") }
    }

    private static func requireTrust(in path: String) throws(RuntimeError) {
        do throws(SettingsError) {
            try TrustedPlace.check(path, for: "what runs in your sessions", by: geteuid())
        } catch {
            throw RuntimeError(.failed, "\(error.place ?? path): \(error.message)", remedy: error.remedy)
        }
    }

    /// Returns the command's exit code; `nil` until the pane has written it.
    func exitCode() -> Int32? { text(in: status).flatMap { Int32($0) } }

    /// Notes the process of the command, which has just been started, and its pane. A full disk must not end a running command.
    func noteCommand(_ process: pid_t, in pane: String?) {
        if let pane { try? note(pane, in: self.pane) }
        if let time = ProcessFacts.began(process) { try? note("\(process) \(time)", in: began) }
        try? note(String(process), in: pid)
    }

    /// Returns the process of the command; `nil` if the command was not started, or the pane has seen its end.
    func command() -> CommandProcess? {
        guard exitCode() == nil, let process = text(in: pid).flatMap({ pid_t($0) }), process > 0 else { return nil }
        let words = (text(in: began) ?? "").split(separator: " ").map(String.init)
        let time = words.count == 2 && words[0] == String(process) ? words[1] : nil
        return CommandProcess(pid: process, began: time, sessionID: sessionID)
    }

    /// Whether the pane has started the command, or has tried to.
    var hasCommandStarted: Bool { access(pid, F_OK) == 0 || access(status, F_OK) == 0 }

    /// Removes the files that the last terminal left, since they say nothing about the next one.
    func forgetCommand() { for file in [status, pid, began, pane, mark, drained, running, failure] { unlink(file) } }

    /// Reads the progress in the agent's transcripts; `nil` if no host of this session has stored any.
    func agentProgress() -> AgentProgress? {
        Self.read(agent).flatMap { try? JSONDecoder().decode(AgentProgress.self, from: Data($0)) }
    }

    func note(_ progress: AgentProgress) throws { try write(JSONEncoder().encode(progress), to: agent) }

    func note(_ text: String, in file: String) throws { try write(Data(text.utf8), to: file) }

    func text(in file: String) -> String? { Self.read(file).map { String(decoding: $0, as: UTF8.self) } }
}

extension HostFolder {
    // The list of processes shows arguments to everybody. It shows an alias of the folder there, since the session's id is
    // confidential.

    private var aliases: String { "\(path)/../../panes" }

    /// Returns another path to this folder, which does not contain the session's id; `nil` for a spec without `launch`.
    func alias(of spec: HostSpec) -> String? { spec.launch.map { "\(Path.withoutLinks(aliases))/\($0)" } }

    private func removeAliases() {
        let place = Path.withoutLinks(path)
        for name in Folder.names(in: aliases) where Path.withoutLinks("\(aliases)/\(name)") == place {
            unlink("\(aliases)/\(name)")
        }
    }
}

extension HostFolder {
    // The end of a folder.

    /// How long the folder of a host that failed is kept for its log.
    private static let keptSeconds = 30 * 86_400

    /// Removes the folder with everything in it. Call it once the daemon has the recording.
    package func remove() {
        remove(but: [])
        rmdir(path)
    }

    /// Removes everything but the log and the file that tells why the command could not be started.
    func removeAllButTheLog() { remove(but: [log, failure]) }

    /// Removes the folder's contents. The lock is removed last: as long as it is held, no other host begins in this folder.
    private func remove(but kept: Set<String>) {
        removeAliases()
        for name in Folder.names(in: spool) { unlink("\(spool)/\(name)") }
        rmdir(spool)
        for name in Folder.names(in: path).map({ "\(path)/\($0)" }) where name != lock && !kept.contains(name) {
            unlink(name)
        }
        unlink(lock)
    }

    /// Whether the folder holds a host's spec. Somebody who removes the folder releases its host from delivering.
    var isThere: Bool { access(specFile, F_OK) == 0 }

    /// Removes the folders of hosts that failed long ago. They hold logs at most, and nothing that was recorded.
    package static func sweep(home: String) {
        for folder in trusted(home: home) {
            var facts = stat()
            guard !folder.isThere, lstat(folder.log, &facts) == 0 || lstat(folder.path, &facts) == 0,
                time(nil) - facts.modified > keptSeconds
            else { continue }
            folder.remove()
        }
    }
}

extension HostFolder {
    // Files are written completely or not at all.

    /// Writes a draft beside the file, and then renames it.
    private func write(_ data: Data, to file: String) throws {
        guard Self.write(Array(data), to: file) else { throw Self.failure(file, "can't be written") }
    }

    static func write(_ bytes: [UInt8], to file: String) -> Bool {
        let draft = "\(file).new"
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW
        guard let isWritten = Descriptor.open(draft, flags)?.write(bytes) else { return false }
        if isWritten, rename(draft, file) == 0 { return true }
        let reason = errno
        unlink(draft)
        errno = reason
        return false
    }

    static func read(_ file: String) -> [UInt8]? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var (bytes, block) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
            let count = TCPOSIX.read(descriptor, &block, block.count)
            guard count > 0 else { return count == 0 ? bytes : nil }
            bytes += block[..<count]
        }
    }

    private static func failure(_ file: String, _ what: String) -> RuntimeError {
        RuntimeError(.failed, "\(file) \(what): \(SystemError.last)")
    }
}

extension stat {
    /// The time of the last write, in seconds since 1970.
    fileprivate var modified: Int { modificationTime.tv_sec }
}
