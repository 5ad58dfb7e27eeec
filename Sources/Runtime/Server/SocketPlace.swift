import TCPOSIX

/// The place where a daemon's socket is to be made. It decides whether a file that is already there may be replaced.
///
/// A stale socket of our own account may be replaced. So may the socket of the daemon that worked on this database before: the
/// caller holds the lock, so that daemon serves no longer, although it may be a stopped process that still has the socket open.
/// The socket of another daemon or another account stays.
struct SocketPlace {
    let path: String
    /// The process that began the last epoch (`EpochHolder.text`); `nil` if there is none.
    let predecessor: String?

    /// How long a daemon that is not known to be our predecessor may take to answer before it counts as stopped, in
    /// milliseconds.
    private static let patience: Int32 = 5_000

    func address() throws(RuntimeError) -> UnixSocketAddress {
        if let address = UnixSocketAddress(path) { return address }
        throw RuntimeError(
            .socketFailed, "the socket's path is longer than \(UnixSocketAddress.longestPath) bytes: \(path)",
            remedy: "name a shorter one with --socket")
    }

    /// Checks that the place is free or may be made free, and changes nothing.
    ///
    /// - Throws: `RuntimeError` if the file that is there has to stay.
    func requireFree() throws(RuntimeError) {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return }
        guard facts.st_mode & S_IFMT == S_IFSOCK else {
            throw RuntimeError(
                .socketForeign, "\(path) exists and is not a socket", remedy: "move it away, or name another place")
        }
        guard facts.st_uid == geteuid() else {
            throw RuntimeError(
                .socketForeign, "\(path) belongs to uid \(facts.st_uid)", remedy: "name another place with --socket")
        }
        guard try isReplaceable() else {
            throw RuntimeError(
                .socketInUse, "a daemon answers at \(path)", remedy: "stop it, or name another place with --socket")
        }
    }

    /// Whether nobody listens at the socket, or only a daemon that serves no longer.
    private func isReplaceable() throws(RuntimeError) -> Bool {
        var address = try address()
        let descriptor = socket(AF_UNIX, UnixSocketAddress.stream, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // If the queue of the socket is full, a blocking call to connect would wait for ever.
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        if address.withPointer({ connect(descriptor, $0, $1) }) == 0 {
            guard let listener = PeerCredentials.read(from: descriptor), DaemonProcess.isOne(listener.pid) else {
                return false
            }
            let holder = EpochHolder(computer: Computer.name, pid: listener.pid)
            return holder.text == predecessor || isSilent(descriptor)
        }
        guard errno == EAGAIN else { return true }
        // The queue is full, because nobody accepts the connections. The socket is the predecessor's if that process still
        // exists.
        return predecessor.flatMap(EpochHolder.init(text:)).map {
            $0.computer == Computer.name && DaemonProcess.isOne($0.pid)
        } ?? false
    }

    /// Whether the listening daemon answers nothing for the length of `patience`: then its process is stopped.
    private func isSilent(_ descriptor: Int32) -> Bool {
        let question = Array("GET /health HTTP/1.1\r\nHost: teleclauded\r\nConnection: close\r\n\r\n".utf8)
        guard write(descriptor, question, question.count) == question.count else { return false }
        var answer = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&answer, 1, Self.patience) == 0
    }
}
