import TCPOSIX

/// What the program that starts the daemon is told and tells: systemd on Linux (sd_notify(3), sd_listen_fds(3)). launchd asks
/// for neither, so that on macOS nothing happens here.
public struct ServiceManager: Sendable {
    private let notifySocket: String?
    /// How often it wants to hear that the daemon lives, in seconds; `nil` when it does not.
    public let watchdogInterval: Double?
    /// A listening socket that was opened for the daemon (socket activation).
    public let activatedSocket: Int32?

    /// The first descriptor that is handed over (SD_LISTEN_FDS_START).
    private static let firstDescriptor: Int32 = 3

    public init(environment: [String: String], pid: Int32) {
        #if os(Linux)
            notifySocket = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
            let isForUs = environment["WATCHDOG_PID"].map { $0 == String(pid) } ?? true
            let microseconds = environment["WATCHDOG_USEC"].flatMap { Double($0) }
            watchdogInterval = isForUs ? microseconds.map { $0 / 2_000_000 } : nil
            let isActivated = environment["LISTEN_PID"] == String(pid) && environment["LISTEN_FDS"] == "1"
            activatedSocket = isActivated ? Self.firstDescriptor : nil
        #else
            (notifySocket, watchdogInterval, activatedSocket) = (nil, nil, nil)
        #endif
    }

    public func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
    public func status(_ text: String) { send("STATUS=\(text)") }
    public func stopping() { send("STOPPING=1") }
    public func alive() { send("WATCHDOG=1") }

    /// Says that the daemon lives, as often as the manager wants to hear it, until the task is cancelled.
    func reassure() async {
        guard let watchdogInterval else { return }
        while !Task.isCancelled {
            alive()
            try? await Task.sleep(for: .seconds(watchdogInterval))
        }
    }

    /// One datagram. Nobody who fails to hear it is worth failing for.
    private func send(_ message: String) {
        guard let notifySocket, var address = UnixSocketAddress(notifySocket) else { return }
        let descriptor = socket(AF_UNIX, UnixSocketAddress.datagram, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(message.utf8)
        address.withPointer { pointer, length in _ = sendto(descriptor, bytes, bytes.count, 0, pointer, length) }
    }
}
