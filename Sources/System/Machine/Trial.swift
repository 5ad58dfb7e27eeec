import TCPOSIX

/// Checks whether the service's user can run the installed programs.
package struct Trial: Sendable {
    private let installation: Installation

    package init(_ installation: Installation) { self.installation = installation }

    package enum Outcome: Sendable, Equatable {
        case runs
        /// The user can run the program, and it would not serve: the settings or the database are wrong, or there is no database
        /// yet.
        case isNotReady(String)
        case doesNotRun(String)
    }

    /// Runs the daemon on trial. In a root that is not a running machine the daemon only prints its version.
    /// - Throws: `MachineError` if the trial can't be made.
    package func outcome() throws(MachineError) -> Outcome {
        let layout = installation.layout
        guard let account = try installation.look().account else {
            return .doesNotRun("the user \(layout.account) is missing")
        }
        let version = try run([layout.daemon, "--version"], account)
        guard version.code == 0 else { return .doesNotRun(said(version, "\(layout.daemon) --version")) }
        guard installation.root.isMachine else { return .runs }
        let check = try withCredentials(account) { environment throws(MachineError) in
            try run([layout.daemon, "--check"], account, environment)
        }
        return check.code == 0 ? .runs : .isNotReady(said(check, "\(layout.daemon) --check"))
    }

    private func said(_ answer: SystemCommand.Answer, _ command: String) -> String {
        let last = answer.text.split(separator: "\n").last.map { ": \($0)" } ?? ""
        return "\(command), run as \(installation.layout.account), ended with \(answer.code)\(last)"
    }

    private func run(
        _ words: [String], _ account: ServiceAccount, _ environment: [String: String] = [:]
    ) throws(MachineError) -> SystemCommand.Answer {
        let root = installation.root
        if !root.isMachine {
            return try SystemCommand.run(
                ["chroot", "--userspec=\(account.uid):\(account.gid)", "--groups=", root.path] + words)
        }
        switch installation.layout.manager {
        case .systemd:
            let identity = ["--reuid=\(account.uid)", "--regid=\(account.gid)", "--clear-groups", "--"]
            return try SystemCommand.run(["setpriv"] + identity + words, environment: environment)
        case .launchd:
            return try SystemCommand.run(["sudo", "-n", "-u", installation.layout.account, "--"] + words)
        }
    }

    /// Passes the secrets in the way of systemd: in a folder that only the service's user may enter. It always has the same name, so
    /// that what a run which was killed has left of it goes with the next one; the root's lock keeps two runs apart.
    private func withCredentials(
        _ account: ServiceAccount, _ body: ([String: String]) throws(MachineError) -> SystemCommand.Answer
    ) throws(MachineError) -> SystemCommand.Answer {
        guard installation.layout.manager == .systemd else { return try body([:]) }
        let folder = "/run/teleclaude-check"
        let root = installation.root
        let secrets = try FileBytes.read(installation.layout.secrets)
        try root.removeTree(folder)
        try root.makeFolder(folder, uid: account.uid, gid: account.gid, mode: 0o700)
        defer { try? root.removeTree(folder) }
        try root.write(
            "\(folder)/secrets.yml", secrets, uid: account.uid, gid: account.gid, mode: 0o400, isNew: true)
        return try body(["CREDENTIALS_DIRECTORY": folder])
    }
}
