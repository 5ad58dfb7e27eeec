import TCPOSIX
import TCRuntime
import TCSettings
import TCSystem
import TCTerminal

/// Checks whether accounts other than root and the daemon could change the files on which the daemon depends, or read what
/// sessions have said, and whether the daemon can write them.
struct PermissionLook {
    let known: Known
    let socket: String?

    func checks() -> [HealthCheck] { ownHosts + daemonsPlaces }

    /// Checks who can change what runs as the caller. The result is empty while the caller has started no session.
    private var ownHosts: [HealthCheck] {
        guard let home = known.context.home else { return [] }
        let folder = "\(home)/.teleclaude"
        guard access(folder, F_OK) == 0 else { return [] }
        return [place("\(folder)/hosts", "what runs in your sessions", known.context.uid)]
    }

    private var daemonsPlaces: [HealthCheck] {
        guard let uid = daemonUser else {
            return [.notChecked(.permissions, "the daemon's user is not known, because the daemon does not answer")]
        }
        var checks: [HealthCheck] = []
        if let folder = known.stateFolder {
            checks.append(place(folder, "what sessions have said", uid, isWritten: true))
            checks += recordings("\(folder)/transcripts", uid)
        }
        if let file = known.databaseFile {
            let endings = ["-wal", "-shm", "-journal", ".daemon"]
            checks.append(place(file, "the daemon's database", uid, endings, isWritten: true))
        }
        if let path = try? known.context.socketPath(argument: socket) {
            checks.append(place(Path.folder(of: path), "who answers at the daemon's socket", uid))
        }
        return checks
    }

    /// The id of the daemon's user. In single-user mode the daemon runs as the caller. In system mode, and if it does not answer, it is the
    /// owner of the state folder, which root may ask for.
    private var daemonUser: UInt32? {
        if let status = known.answer.status { return status.uid }
        if known.settings?.settings.mode == .singleUser { return known.context.uid }
        var facts = stat()
        guard known.context.uid == 0, let folder = known.stateFolder, stat(folder, &facts) == 0, facts.st_uid != 0
        else { return nil }
        return facts.st_uid
    }

    /// Checks who can change what is at this path and, if `isWritten`, that the daemon can.
    private func place(
        _ path: String, _ subject: String, _ uid: UInt32, _ endings: [String] = [], isWritten: Bool = false
    ) -> HealthCheck {
        do throws(SettingsError) {
            try TrustedPlace.check(path, endings: endings, for: subject, by: uid)
            if isWritten, path.hasPrefix("/") {
                try NeededAccess.check(path, endings: endings, for: subject, by: uid)
            }
            return .ok(.permissions, "\(path): only root and uid \(uid) can change \(subject)")
        } catch {
            if error.code == .forbidden {
                return .notChecked(.permissions, "this user may not read \(path)", advice: "run this as root")
            }
            return .failed(
                .permissions, (error.place.map { "\($0): " } ?? "") + error.message, advice: error.remedy)
        }
    }

    /// Checks that the daemon can write the recordings, and that nobody else can read them. The result is empty while nothing has
    /// been recorded.
    private func recordings(_ path: String, _ uid: UInt32) -> [HealthCheck] {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return [] }
        guard uid == 0 || (facts.st_uid == uid && facts.st_mode & 0o700 == 0o700) else {
            return [
                .failed(
                    .permissions, "the daemon (uid \(uid)) can't write \(path), so it records no session",
                    advice: "chown -R \(uid) \(path.shellWord); chmod 700 \(path.shellWord)")
            ]
        }
        guard facts.st_mode & 0o077 == 0 else {
            return [.failed(.permissions, "\(path) is open to others", advice: "chmod 700 \(path.shellWord)")]
        }
        return [.ok(.permissions, "\(path) is closed to others")]
    }
}
