/// The systemd units that start the daemon of an existing install.
package struct OldUnits: Sendable, Equatable, Codable {
    package struct Link: Sendable, Equatable, Codable {
        package var path: String
        package var target: String
    }

    /// The names of the units that exist, in the order in which they are stopped: the first ones start the others.
    package var names: [String] = []
    /// The links that enable the units.
    package var links: [Link] = []
    package var active: [String] = []

    private static let all = [
        "teleclaude-docs-watch.path", "teleclaude-docs-watch.service", "teleclaude-config.path",
        "teleclaude-config.service", "teleclaude.service",
    ]

    package var isNone: Bool { names.isEmpty && links.isEmpty }

    init() {}

    /// Finds the units. `isManaged` says whether systemd runs and can be asked.
    ///
    /// - Throws: `MachineError`.
    init(in root: RootFolder, isManaged: Bool) throws(MachineError) {
        for name in Self.all {
            switch try root.look("\(SystemdUnits.folder)/\(name)").kind {
            case .file, .link: names.append(name)
            case .nothing, .unreachable, .folder, .other: continue
            }
        }
        guard case .folder(let folders) = try root.look(SystemdUnits.folder, .names).kind else { return }
        for folder in folders where folder.hasSuffix(".wants") || folder.hasSuffix(".requires") {
            for name in Self.all {
                let path = "\(SystemdUnits.folder)/\(folder)/\(name)"
                if case .link(let target) = try root.look(path).kind { links.append(Link(path: path, target: target)) }
            }
        }
        guard isManaged else { return }
        for name in names where try SystemCommand.run(["systemctl", "is-active", "--quiet", name]).code == 0 {
            active.append(name)
        }
    }
}
