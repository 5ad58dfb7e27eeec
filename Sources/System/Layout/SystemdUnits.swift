/// The units and configuration files for systemd.
struct SystemdUnits {
    private let layout: SystemLayout

    init(_ layout: SystemLayout) { self.layout = layout }

    static let folder = "/etc/systemd/system"
    static let service = "teleclauded.service"
    static let socket = "teleclauded.socket"

    var entries: [SystemEntry] {
        [
            file("/etc/sysusers.d/teleclaude.conf", users),
            file("/etc/tmpfiles.d/teleclaude.conf", folders),
            file("/etc/logrotate.d/teleclaude", rotation),
            file("\(Self.folder)/\(Self.service)", serviceUnit),
            file("\(Self.folder)/\(Self.socket)", socketUnit),
            wanted(Self.service, by: "multi-user.target"),
            wanted(Self.socket, by: "sockets.target"),
        ]
    }

    private func file(_ path: String, _ text: String) -> SystemEntry {
        SystemEntry(.file("# Written by `telec system install`.\n\(text)"), path, mode: 0o644)
    }

    /// Returns the link that `systemctl enable` creates, so that the service is also enabled in images in which systemd does not
    /// run.
    private func wanted(_ unit: String, by target: String) -> SystemEntry {
        SystemEntry(.link(to: "../\(unit)"), "\(Self.folder)/\(target).wants/\(unit)", mode: 0o777)
    }

    /// The accounts in the form of sysusers.d(5), for a machine whose /etc was replaced without them.
    private var users: String {
        """
        u \(layout.account) - "TeleClaude" /nonexistent /usr/sbin/nologin

        """
    }

    /// The most important owners and modes, which are corrected at every boot. Root owns the folder of the socket, so that no
    /// other user can put a socket in its place.
    private var folders: String {
        let (account, places) = (layout.account, layout.folders)
        return """
            d \(places.runtime) 0755 root root -
            d \(places.state) 0700 \(account) \(account) -
            d \(places.log) 0750 root \(account) -

            """
    }

    /// The rotation of the log. The daemon keeps its log open and appends to it, so the file is truncated in place.
    private var rotation: String {
        """
        \(layout.folders.log)/*.log {
            weekly
            rotate 12
            maxsize 100M
            compress
            delaycompress
            missingok
            notifempty
            copytruncate
        }

        """
    }

    /// The socket's unit. systemd keeps the socket while the daemon restarts: clients that connect in the meantime wait, and are
    /// not refused.
    private var socketUnit: String {
        """
        [Unit]
        Description=The socket of TeleClaude's daemon

        [Socket]
        ListenStream=\(layout.folders.socket)
        # Everybody may connect: the kernel tells the daemon who it is.
        SocketMode=0666
        DirectoryMode=0755
        Backlog=1024

        [Install]
        WantedBy=sockets.target

        """
    }

    private var serviceUnit: String { "\(unit)\n\(process)\n\(confinement)\n[Install]\nWantedBy=multi-user.target\n" }

    private var unit: String {
        """
        [Unit]
        Description=TeleClaude's daemon
        Requires=\(Self.socket)
        After=\(Self.socket) network.target postgresql.service
        # A database that is away for an hour is no reason to give up, and to refuse connections from then on.
        StartLimitIntervalSec=0

        """
    }

    /// The service's process settings. Sessions are not in the daemon's control group, because their hosts are started by the
    /// owners' own telec.
    private var process: String {
        """
        [Service]
        Type=notify
        ExecStart=\(layout.daemon)
        # The shell's own kill: a small system has no other one.
        ExecReload=/bin/sh -c 'kill -HUP ${MAINPID}'
        User=\(layout.account)
        Group=\(layout.account)
        UMask=0077
        # A migration takes as long as it takes.
        TimeoutStartSec=infinity
        # More than server.drain_seconds.
        TimeoutStopSec=60s
        WatchdogSec=30s
        Restart=on-failure
        RestartSec=1s
        KillMode=mixed
        LimitNOFILE=65536
        StateDirectory=\(name(of: layout.folders.state))
        StateDirectoryMode=0700
        LoadCredential=secrets.yml:\(layout.secrets)
        StandardError=append:\(layout.folders.log)/teleclauded.log

        """
    }

    /// The sandbox of the daemon. It excludes everything that the daemon does not need. The daemon needs the machine's accounts
    /// and its callers' identities (no PrivateUsers), its own programs in /proc, and PostgreSQL on any host (no PrivateNetwork).
    private var confinement: String {
        """
        CapabilityBoundingSet=
        AmbientCapabilities=
        NoNewPrivileges=yes
        ProtectSystem=strict
        ProtectHome=yes
        PrivateTmp=yes
        PrivateMounts=yes
        PrivateDevices=yes
        DevicePolicy=closed
        ProtectProc=invisible
        ProcSubset=pid
        ProtectClock=yes
        ProtectHostname=yes
        ProtectKernelLogs=yes
        ProtectKernelModules=yes
        ProtectKernelTunables=yes
        ProtectControlGroups=yes
        RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        LockPersonality=yes
        MemoryDenyWriteExecute=yes
        RemoveIPC=yes
        KeyringMode=private
        SystemCallArchitectures=native
        SystemCallFilter=@system-service
        SystemCallFilter=~@privileged
        SystemCallErrorNumber=EPERM

        """
    }

    private func name(of path: String) -> String { String(path.split(separator: "/").last ?? "") }
}
