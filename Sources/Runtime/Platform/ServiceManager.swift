import TCPOSIX

/// The communication with the service manager that starts the daemon: systemd on Linux (sd_notify(3), sd_listen_fds(3)).
/// launchd needs none, so on macOS these methods do nothing.
package struct ServiceManager: Sendable {
    private let notifySocket: String?
    /// The interval in seconds at which the daemon reports that it is alive, half of what the manager asks for; `nil` if the
    /// manager does not watch it.
    package let watchdogInterval: Double?
    /// The descriptor of a listening socket that the manager opened for the daemon (socket activation); `nil` if there is none.
    package let activatedSocket: Int32?

    /// The first descriptor that the manager passes (SD_LISTEN_FDS_START).
    private static let firstDescriptor: Int32 = 3

    package init(environment: [String: String], pid: Int32) {
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

    package func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
    package func status(_ text: String) { send("STATUS=\(text)") }
    package func stopping() { send("STOPPING=1") }
    package func alive() { send("WATCHDOG=1") }

    /// Reports again and again that the daemon is alive, at the interval that the manager expects, until the task is cancelled.
    func reassure() async {
        guard let watchdogInterval else { return }
        while !Task.isCancelled {
            alive()
            try? await Task.sleep(for: .seconds(watchdogInterval))
        }
    }

    /// Sends a message as one datagram. A failure is ignored: the daemon must not fail because the manager can't be reached.
    private func send(_ message: String) {
        guard let notifySocket, var address = UnixSocketAddress(notifySocket) else { return }
        let descriptor = socket(AF_UNIX, UnixSocketAddress.datagram, 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(message.utf8)
        address.withPointer { pointer, length in _ = sendto(descriptor, bytes, bytes.count, 0, pointer, length) }
    }
}
