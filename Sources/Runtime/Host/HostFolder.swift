import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder of one host: what it was told, what it recorded and has not delivered, how its command ended.
public struct HostFolder: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    /// Where hosts of this user have theirs.
    public init(sessionID: String, home: String) { path = "\(home)/.teleclaude/hosts/\(sessionID)" }

    var spool: String { "\(path)/spool" }
    var status: String { "\(path)/status" }
    var pid: String { "\(path)/pid" }
    /// There when the host has heard all that the command wrote.
    var drained: String { "\(path)/drained" }
    /// How far the recording has got in the agent's transcripts.
    private var agent: String { "\(path)/agent.json" }
    public var log: String { "\(path)/log" }
    private var specFile: String { "\(path)/spec.json" }

    /// Makes the folder with the spec in it, for its owner's eyes only. Throws `RuntimeError`.
    public func create(_ spec: HostSpec) throws {
        try Folder.make(spool)
        try write(JSONEncoder().encode(spec), to: specFile)
    }

    public func spec() throws -> HostSpec {
        guard let bytes = Self.read(specFile) else { throw Self.failure(specFile, "can't be read") }
        return try JSONDecoder().decode(HostSpec.self, from: Data(bytes))
    }

    /// How the command ended, once the pane has said so.
    func exitCode() -> Int32? {
        Self.read(status).flatMap { Int32(String(decoding: $0, as: UTF8.self)) }
    }

    /// The process that is the command, while it runs.
    func commandPID() -> Int32? {
        exitCode() == nil ? Self.read(pid).flatMap { Int32(String(decoding: $0, as: UTF8.self)) } : nil
    }

    /// `nil` when no host of this session was here before.
    func agentProgress() -> AgentProgress? {
        Self.read(agent).flatMap { try? JSONDecoder().decode(AgentProgress.self, from: Data($0)) }
    }

    func note(_ progress: AgentProgress) throws { try write(JSONEncoder().encode(progress), to: agent) }

    func note(_ text: String, in file: String) throws { try write(Data(text.utf8), to: file) }

    /// Removes it with everything in it. The recording is with the daemon.
    public func remove() {
        for name in Folder.names(in: spool) { unlink("\(spool)/\(name)") }
        rmdir(spool)
        for name in Folder.names(in: path) { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// Whole or not at all: written beside it, then renamed.
    private func write(_ data: Data, to file: String) throws {
        let draft = "\(file).new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(draft, "can't be written") }
        let isWritten = Array(data).withUnsafeBytes { bytes in
            #if canImport(Glibc)
                Glibc.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count
            #else
                Darwin.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count
            #endif
        }
        close(descriptor)
        guard isWritten, rename(draft, file) == 0 else { throw Self.failure(file, "can't be written") }
    }

    static func read(_ file: String) -> [UInt8]? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var (bytes, block) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
            #if canImport(Glibc)
                let count = Glibc.read(descriptor, &block, block.count)
            #else
                let count = Darwin.read(descriptor, &block, block.count)
            #endif
            guard count > 0 else { return count == 0 ? bytes : nil }
            bytes += block[..<count]
        }
    }

    private static func failure(_ file: String, _ what: String) -> RuntimeError {
        RuntimeError(.failed, "\(file) \(what): \(String(cString: strerror(errno)))")
    }
}
