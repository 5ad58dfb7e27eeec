import FoundationEssentials
import TCPOSIX

/// The way on which a host hands the secret variables of the command to the pane: a named pipe in the folder, which only its owner
/// can open. What is in a pipe is never on the disk. tmux can't pass them on: its arguments are visible to others, and a server
/// that runs already does not take the variables of its clients.
final class SecretPipe: Sendable {
    private let path: String
    private let descriptor: Int32

    /// How long the pane waits for the host, in milliseconds. The host writes before it starts the pane.
    private static let patience: Int32 = 5_000

    /// Makes the pipe with the variables in it. They stay there until the pane has read them, or this value ends.
    ///
    /// - Throws: `RuntimeError`.
    init(_ path: String, _ secrets: [String: String]) throws {
        unlink(path)
        guard mkfifo(path, 0o600) == 0 else { throw Self.failure("can't be made: \(SystemError.last)") }
        // Opened for reading too: otherwise this waits for a reader.
        let descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
        (self.path, self.descriptor) = (path, descriptor)
        let bytes = try Array(JSONEncoder().encode(secrets)) + [UInt8(ascii: "\n")]
        guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count else {
            throw Self.failure("can't be filled: \(bytes.count) bytes may be too many; pass on fewer with --env")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        unlink(path)
    }

    /// Reads the variables that the host has put into the pipe.
    ///
    /// - Throws: `RuntimeError` if no host holds it.
    static func read(_ path: String) throws -> [String: String] {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("can't be opened: \(SystemError.last)") }
        defer { close(descriptor) }
        var (bytes, block) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while bytes.last != UInt8(ascii: "\n") {
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, patience) > 0 else { throw failure("stays empty") }
            let count = TCPOSIX.read(descriptor, &block, block.count)
            guard count > 0 else { throw failure("was left by the session's host") }
            bytes += block[..<count]
        }
        return try JSONDecoder().decode([String: String].self, from: Data(bytes))
    }

    private static func failure(_ what: String) -> RuntimeError {
        RuntimeError(.failed, "the pipe for the command's keys \(what)")
    }
}
