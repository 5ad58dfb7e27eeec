/// The commands for the service manager.
package struct ServiceCommands: Sendable {
    private let layout: SystemLayout

    package init(_ layout: SystemLayout) { self.layout = layout }

    private let units = [SystemdUnits.socket, SystemdUnits.service]

    /// The files whose changes need a restart of the service.
    var files: Set<String> {
        switch layout.manager {
        case .systemd: Set(units.map { "\(SystemdUnits.folder)/\($0)" } + [layout.daemon])
        case .launchd: [LaunchdPropertyList.path, layout.daemon]
        }
    }

    /// The commands that start the service, immediately and at each boot.
    package var start: [[String]] {
        switch layout.manager {
        case .systemd: [["systemctl", "daemon-reload"], ["systemctl", "start"] + units]
        case .launchd: [["launchctl", "bootstrap", "system", LaunchdPropertyList.path]]
        }
    }

    /// The commands that restart the service. A socket is not created again while its service runs, so systemd gets both units in
    /// one command.
    var restart: [[String]] {
        switch layout.manager {
        case .systemd: [["systemctl", "daemon-reload"], ["systemctl", "restart"] + units]
        case .launchd: stop + start
        }
    }

    /// The commands that restart the parts of the service that run, and start no others. launchd knows one part only.
    var restartOfRunning: [[String]] {
        switch layout.manager {
        case .systemd: [["systemctl", "daemon-reload"], ["systemctl", "try-restart"] + units]
        case .launchd: restart
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

    /// The commands that each exit with 0 if a part of the service runs. Named together, systemctl(1) would answer for any one of
    /// the units: the socket is active even if the service fails at every start.
    package var isRunning: [[String]] {
        switch layout.manager {
        case .systemd: units.map { ["systemctl", "is-active", "--quiet", $0] }
        case .launchd: [["launchctl", "print", "system/\(LaunchdPropertyList.label)"]]
        }
    }
}
