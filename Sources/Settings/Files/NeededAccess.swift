import TCPOSIX

/// Checks that an account may write where a program keeps its files.
package enum NeededAccess {
    /// Checks that the account may read and write the file or folder at this path, and at the same path with each of the endings (such as
    /// `-wal`). Where nothing is there yet, the account has to be able to make it in the nearest folder that exists.
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
            throw SettingsError(
                .notWritable, at: place, "uid \(uid) can't write here, where \(subject) has to be: \(reason)",
                remedy: remedy(reason, place, facts, uid))
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

    private static func remedy(_ reason: SystemError, _ place: String, _ facts: FileFacts, _ uid: UInt32) -> String {
        if reason.number == EROFS { return "mount its file system for writing" }
        guard facts.owner == uid else { return "chown \(uid) \(place), or name another place" }
        return "chmod u+rw\(facts.kind == .folder ? "x" : "") \(place)"
    }
}
