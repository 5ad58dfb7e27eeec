import Dialects

/// The agreement between a line of the table and a machine.
package enum EntryState: Sendable, Equatable {
    case right
    case missing
    /// An installation has written the file, and this version writes another text.
    case outdated(text: String?)
    /// The contents are right; the owner, the group or the mode is wrong.
    case otherRights
    /// Something else is at the path.
    case obstacle(Obstacle)
}

extension SystemEntry {
    package func state(on machine: FoundMachine) -> EntryState {
        let found = machine[path]
        switch (kind, found.kind) {
        case (_, .nothing): return .missing
        case (_, .unreachable): return .missing
        case (.link(let target), .link(let there)):
            return place(target) == place(there) ? .right : .obstacle(taken("is a link to \(there)"))
        case (.folder, .folder), (.settings, .file): return rights(found, machine)
        case (.file(let text), .file(let digest, let there)):
            return contents(SHA256.hexadecimal(of: text.utf8), digest, there, found, machine)
        case (.program(_, let wanted), .file(let digest, _)): return contents(wanted, digest, nil, found, machine)
        case (_, .file): return .obstacle(taken("is a file"))
        case (_, .folder): return .obstacle(taken("is a folder"))
        case (_, .link(let target)): return .obstacle(taken("is a symbolic link to \(target)"))
        case (_, .other): return .obstacle(taken("is neither a file nor a folder"))
        }
    }

    /// Returns the path to which a link with this target leads from here. `systemctl enable` writes absolute targets.
    private func place(_ target: String) -> [Substring] {
        let parts = target.split(separator: "/")
        guard !target.hasPrefix("/") else { return parts }
        let up = parts.prefix { $0 == ".." }.count
        return Array(path.split(separator: "/").dropLast(1 + up)) + parts.dropFirst(up)
    }

    private func contents(
        _ wanted: String, _ there: String?, _ text: String?, _ found: FoundEntry, _ machine: FoundMachine
    ) -> EntryState {
        if there == wanted { return rights(found, machine) }
        if let there, machine.record.digests[path]?.contains(there) == true { return .outdated(text: text) }
        let isRecorded = machine.record.digests[path] != nil
        return .obstacle(
            taken(
                isRecorded
                    ? "was changed since it was installed" : "already exists, and was not written by an installation"
            ))
    }

    private func rights(_ found: FoundEntry, _ machine: FoundMachine) -> EntryState {
        guard found.uid == 0 || found.uid == machine.account?.uid else {
            return .obstacle(taken("belongs to uid \(found.uid)"))
        }
        return hasRights(found, machine) ? .right : .otherRights
    }

    private func hasRights(_ found: FoundEntry, _ machine: FoundMachine) -> Bool {
        let (uid, gid) = (number(owner, machine.account?.uid), number(group, machine.account?.gid))
        return found.uid == uid && found.gid == gid && found.mode == mode
    }

    private func number(_ owner: Owner, _ service: UInt32?) -> UInt32? {
        switch owner {
        case .root: 0
        case .service: service
        }
    }

    private func taken(_ what: String) -> Obstacle {
        Obstacle(path, "\(path) \(what)", remedy: "check it, and move it away")
    }
}

extension FoundEntry {
    /// Returns the reason why nothing may be installed in this folder; `nil` if root owns the folder and no other account can
    /// change it.
    func objection(asFolder path: String) -> Obstacle? {
        switch kind {
        case .nothing, .unreachable: return nil
        case .file, .other: return Obstacle(path, "\(path) is not a folder", remedy: "check it, and move it away")
        case .link(let target):
            return Obstacle(
                path, "\(path) is a symbolic link to \(target), and links are not followed",
                remedy: "replace it with a folder (a bind mount can lead elsewhere)")
        case .folder: break
        }
        guard uid == 0 else {
            return Obstacle(
                path, "\(path) belongs to uid \(uid), who could change what is installed in it",
                remedy: "give it to root")
        }
        // A system group has only the members that root has given it (Debian's staff, Ubuntu's syslog).
        guard mode & 0o002 == 0, mode & 0o020 == 0 || gid < Self.firstGroupOfPeople else {
            return Obstacle(
                path, "others may write to \(path), and could change what is installed in it",
                remedy: "take that from them with chmod go-w")
        }
        return nil
    }

    private static let firstGroupOfPeople: UInt32 = 1_000
}
