/// How the service manager is told.
package struct ServiceCommands: Sendable {
    private let layout: SystemLayout

    package init(_ layout: SystemLayout) { self.layout = layout }

    private let units = [SystemdUnits.socket, SystemdUnits.service]

    /// Those that take a restart when they change.
    var files: Set<String> {
        switch layout.manager {
        case .systemd: Set(units.map { "\(SystemdUnits.folder)/\($0)" } + [layout.daemon])
        case .launchd: [LaunchdPropertyList.path, layout.daemon]
        }
    }

    /// What starts the service now, and at each boot.
    package var start: [[String]] {
        switch layout.manager {
        case .systemd: [["systemctl", "daemon-reload"], ["systemctl", "start"] + units]
        case .launchd: [["launchctl", "bootstrap", "system", LaunchdPropertyList.path]]
        }
    }

    /// A socket is not made anew while its service runs: systemd is told of both at once.
    var restart: [[String]] {
        switch layout.manager {
        case .systemd: [["systemctl", "daemon-reload"], ["systemctl", "restart"] + units]
        case .launchd: stop + start
        }
    }

    var stop: [[String]] {
        switch layout.manager {
        case .systemd: [["systemctl", "stop"] + units.reversed()]
        case .launchd: [["launchctl", "bootout", "system/\(LaunchdPropertyList.label)"]]
        }
    }

    var forget: [[String]] {
        switch layout.manager {
        case .systemd: [["systemctl", "daemon-reload"]]
        case .launchd: []
        }
    }

    /// Ends with 0 when the service runs.
    package var isRunning: [String] {
        switch layout.manager {
        case .systemd: ["systemctl", "is-active", "--quiet"] + units
        case .launchd: ["launchctl", "print", "system/\(LaunchdPropertyList.label)"]
        }
    }
}
