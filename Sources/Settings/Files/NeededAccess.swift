import TCPOSIX

/// Checks that an account may write where a program keeps its files.
package enum NeededAccess {
    /// Checks that the account may read and write the folder at this path, or, if there are endings (such as `-wal`), the file at this
    /// path and at the same path with each of them. Where nothing is there yet, the account has to be able to make it in the nearest
    /// folder that exists.
    ///
    /// For the process's own account the system is asked. For another one the permission bits decide: access control lists don't count,
    /// and the group's rights count as everybody's.
    ///
    /// - Throws: `SettingsError` with the command that helps.
    package static func check(
        _ path: String, endings: [String] = [], for subject: String, by uid: UInt32
    ) throws(SettingsError) {
        for path in [path] + endings.map({ path + $0 }) {
            let way = try PathWalk(path)
            var place = path
            while !FileSystem.exists(place), place.contains("/") { place = Places.folder(of: place) }
            if place.isEmpty { place = "/" }
            guard let facts = try? FileSystem.facts(of: place) else { continue }
            let reason = uid == geteuid() ? refusal(of: place, facts) : refusal(of: place, facts, by: uid, on: way)
            guard let reason else { continue }
            let missing = place == path ? nil : endings.isEmpty ? path : Path.folder(of: path)
            throw SettingsError(
                .notWritable, at: place, "uid \(uid) can't write here, where \(subject) has to be: \(reason)",
                remedy: remedy(reason, place, facts, uid, missing))
        }
    }

    /// Returns why this process may not use the place; `nil` if it may.
    private static func refusal(of place: String, _ facts: FileFacts) -> SystemError? {
        let mode = facts.kind == .folder ? R_OK | W_OK | X_OK : R_OK | W_OK
        return faccessat(AT_FDCWD, place, mode, AT_EACCESS) == 0 ? nil : SystemError.last
    }

    /// Returns why the account may not use the place; `nil` if it may, as far as the permission bits tell.
    private static func refusal(
        of place: String, _ facts: FileFacts, by uid: UInt32, on way: PathWalk
    ) -> SystemError? {
        guard uid != 0 else { return nil }
        func allows(_ bits: UInt32, _ facts: FileFacts) -> Bool {
            let given = facts.owner == uid ? facts.mode >> 6 : facts.mode >> 3 | facts.mode
            return given & bits == bits
        }
        let isPassable = way.steps.allSatisfy { $0.facts.kind != .folder || allows(0o1, $0.facts) }
        return isPassable && allows(facts.kind == .folder ? 0o7 : 0o6, facts) ? nil : SystemError(EACCES)
    }

    /// Returns what helps. A folder that was only found on the way may be shared with others, so it is given to nobody.
    ///
    /// - Parameter folder: The folder that the account needs, if nothing is at the path.
    private static func remedy(
        _ reason: SystemError, _ place: String, _ facts: FileFacts, _ uid: UInt32, _ folder: String?
    ) -> String {
        if reason.number == EROFS { return "mount its file system for writing" }
        guard facts.owner != uid else {
            return "chmod u+rw\(facts.kind == .folder ? "x" : "") \(place.shellWord)"
        }
        guard let folder else { return "chown \(uid) \(place.shellWord), or name another place" }
        guard folder == place else {
            return "install -d -o \(uid) -m 700 \(folder.shellWord), or name another place"
        }
        return "make a folder of its own, and name a place in it: install -d -o \(uid) -m 700 "
            + (folder == "/" ? "/teleclaude" : "\(folder)/teleclaude").shellWord
            + "; a file that is there already has to be moved into it"
    }
}
