import TCPOSIX

/// The place where a daemon's socket is to be, and whether what is there may go.
///
/// A stale socket of our own may, and so may the socket of the daemon that worked on this database before us: whoever asks holds
/// the lock, so that one serves no more, though it may have been stopped and still be in possession. Another daemon's, or another
/// account's, stays.
struct SocketPlace {
    let path: String
    /// Who began the last epoch (`EpochHolder.text`).
    let predecessor: String?

    /// How long a daemon that is not known to be our predecessor may take to say something before it counts as stopped.
    private static let patience: Int32 = 5_000

    func address() throws(RuntimeError) -> UnixSocketAddress {
        if let address = UnixSocketAddress(path) { return address }
        throw RuntimeError(
            .socketFailed, "the socket's path is longer than \(UnixSocketAddress.longestPath) bytes: \(path)",
            remedy: "say a shorter one with --socket")
    }

    /// Changes nothing. Throws `RuntimeError` when what is there has to stay.
    func requireFree() throws(RuntimeError) {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return }
        guard facts.st_mode & S_IFMT == S_IFSOCK else {
            throw RuntimeError(
                .socketForeign, "\(path) is there and is no socket", remedy: "move it away, or say another place")
        }
        guard facts.st_uid == geteuid() else {
            throw RuntimeError(
                .socketForeign, "\(path) belongs to uid \(facts.st_uid)", remedy: "say another place with --socket")
        }
        guard try isReplaceable() else {
            throw RuntimeError(
                .socketInUse, "a daemon answers at \(path)", remedy: "stop it, or say another place with --socket")
        }
    }

    /// Whether nobody listens there, or only a daemon that serves no more.
    private func isReplaceable() throws(RuntimeError) -> Bool {
        var address = try address()
        let descriptor = socket(AF_UNIX, UnixSocketAddress.stream, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Where too many wait already, a call that waits would do so for ever.
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        if address.withPointer({ connect(descriptor, $0, $1) }) == 0 {
            guard let listener = PeerCredentials.read(from: descriptor), DaemonProcess.isOne(listener.pid) else {
                return false
            }
            let holder = EpochHolder(computer: Computer.name, pid: listener.pid)
            return holder.text == predecessor || isSilent(descriptor)
        }
        guard errno == EAGAIN else { return true }
        // Nobody takes the calls that wait there: it is the predecessor's, if that still is.
        return predecessor.flatMap(EpochHolder.init(text:)).map {
            $0.computer == Computer.name && DaemonProcess.isOne($0.pid)
        } ?? false
    }

    /// Whether who listens there answers nothing: it was stopped.
    private func isSilent(_ descriptor: Int32) -> Bool {
        let question = Array("GET /health HTTP/1.1\r\nHost: teleclauded\r\nConnection: close\r\n\r\n".utf8)
        guard write(descriptor, question, question.count) == question.count else { return false }
        var answer = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&answer, 1, Self.patience) == 0
    }
}
