import FoundationEssentials
import TCPOSIX

/// The folder of one host: what it was told, what it recorded and has not delivered, how its command ended.
public struct HostFolder: Sendable {
    /// Without links: a host and a pane are told an alias, which lasts as long as the start that it was made for.
    public let path: String

    public init(path: String) { self.path = Self.withoutLinks(path) }

    /// Where hosts of this user have theirs.
    public init(sessionID: String, home: String) { path = "\(Self.all(home: home))/\(sessionID)" }

    static func all(home: String) -> String { "\(home)/.teleclaude/hosts" }

    var sessionID: String { String(path.split(separator: "/").last ?? "") }
    var spool: String { "\(path)/spool" }
    var status: String { "\(path)/status" }
    var pid: String { "\(path)/pid" }
    /// The secret of the pane's mark, and the same once the host has heard all that the command wrote.
    var mark: String { "\(path)/mark" }
    var drained: String { "\(path)/drained" }
    /// Held by the host that lives, with its process in it.
    var lock: String { "\(path)/lock" }
    /// There when the command of a start runs, or has run: the name of that start.
    var running: String { "\(path)/running" }
    /// Why the command could not be started.
    var failure: String { "\(path)/failure" }
    /// What keeps the host from its daemon.
    var standing: String { "\(path)/standing" }
    /// How far the recording has got in the agent's transcripts.
    private var agent: String { "\(path)/agent.json" }
    public var log: String { "\(path)/log" }
    private var specFile: String { "\(path)/spec.json" }

    /// Makes the folder with the spec in it, for its owner's eyes only. Throws `RuntimeError`.
    public func create(_ spec: HostSpec) throws {
        try Folder.make(spool)
        unlink(failure)
        unlink(running)
        try write(JSONEncoder().encode(spec), to: specFile)
        try Folder.makePrivate(aliases)
        guard let alias = alias(of: spec) else { return }
        guard symlink(path, alias) == 0 else { throw Self.failure(alias, "can't be made") }
    }

    public func spec() throws -> HostSpec {
        guard let bytes = Self.read(specFile) else { throw Self.failure(specFile, "can't be read") }
        return try JSONDecoder().decode(HostSpec.self, from: Data(bytes))
    }

    /// How the command ended, once the pane has said so.
    func exitCode() -> Int32? { text(in: status).flatMap { Int32($0) } }

    /// The process that is the command, while it runs.
    func commandPID() -> Int32? { exitCode() == nil ? text(in: pid).flatMap { Int32($0) } : nil }

    /// Whether the pane has started the command, or has tried to.
    var hasCommandStarted: Bool { access(pid, F_OK) == 0 || access(status, F_OK) == 0 }

    /// A new terminal is about to come: what the last one left says nothing of it.
    func forgetCommand() { for file in [status, pid, mark, drained, running, failure] { unlink(file) } }

    /// `nil` when no host of this session was here before.
    func agentProgress() -> AgentProgress? {
        Self.read(agent).flatMap { try? JSONDecoder().decode(AgentProgress.self, from: Data($0)) }
    }

    func note(_ progress: AgentProgress) throws { try write(JSONEncoder().encode(progress), to: agent) }

    func note(_ text: String, in file: String) throws { try write(Data(text.utf8), to: file) }

    func text(in file: String) -> String? { Self.read(file).map { String(decoding: $0, as: UTF8.self) } }
}

extension HostFolder {
    // What others see in the list of processes is an alias: a session's id is nobody's business.

    private var aliases: String { "\(path)/../../panes" }

    /// Another path to this folder, which does not name the session.
    func alias(of spec: HostSpec) -> String? { spec.launch.map { "\(Self.withoutLinks(aliases))/\($0)" } }

    private func removeAliases() {
        let place = Self.withoutLinks(path)
        for name in Folder.names(in: aliases) where Self.withoutLinks("\(aliases)/\(name)") == place {
            unlink("\(aliases)/\(name)")
        }
    }

    private static func withoutLinks(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

extension HostFolder {
    // How it ends.

    /// The folders of hosts that failed are kept so long, for their logs.
    private static let keptSeconds = 30 * 86_400

    /// Removes it with everything in it. The recording is with the daemon.
    public func remove() {
        remove(but: [])
        rmdir(path)
    }

    /// The same, but for the log and why the command could not be started.
    func removeAllButTheLog() { remove(but: [log, failure]) }

    /// The lock goes last: as long as it is held nobody begins here anew.
    private func remove(but kept: Set<String>) {
        removeAliases()
        for name in Folder.names(in: spool) { unlink("\(spool)/\(name)") }
        rmdir(spool)
        for name in Folder.names(in: path).map({ "\(path)/\($0)" }) where name != lock && !kept.contains(name) {
            unlink(name)
        }
        unlink(lock)
    }

    /// Whether there is anything to deliver: whoever removes the folder lets its host go.
    var isThere: Bool { access(specFile, F_OK) == 0 }

    /// Removes what hosts that failed long ago have left: their logs, and nothing that was recorded.
    public static func sweep(home: String) {
        for name in Folder.names(in: all(home: home)) {
            let folder = HostFolder(path: "\(all(home: home))/\(name)")
            var facts = stat()
            guard !folder.isThere, lstat(folder.log, &facts) == 0, time(nil) - facts.modified > keptSeconds else {
                continue
            }
            folder.remove()
        }
    }
}

extension HostFolder {
    // Files are written whole or not at all.

    /// Written beside it, then renamed.
    private func write(_ data: Data, to file: String) throws {
        guard Self.write(Array(data), to: file) else { throw Self.failure(file, "can't be written") }
    }

    static func write(_ bytes: [UInt8], to file: String) -> Bool {
        let draft = "\(file).new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return false }
        let isWritten = bytes.withUnsafeBytes { bytes in
            TCPOSIX.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count
        }
        close(descriptor)
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
        RuntimeError(.failed, "\(file) \(what): \(String(cString: strerror(errno)))")
    }
}

extension stat {
    /// When the file was written last, in seconds since 1970.
    fileprivate var modified: Int { modificationTime.tv_sec }
}
