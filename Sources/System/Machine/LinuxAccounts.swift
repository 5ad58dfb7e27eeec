import TCPOSIX

/// Accounts on Linux, which are written to the account files directly, as systemd-sysusers does it. This machine and another root
/// are treated in the same way, so that a run in a root shows what the machine would get.
struct LinuxAccounts: Accounts {
    let root: RootFolder

    private typealias File = AccountFiles.File

    func find(_ name: String) throws(MachineError) -> ServiceAccount? {
        if let account = try files().account(name) { return account }
        // The account may come from a directory (LDAP), which only the machine itself can ask.
        guard root.isMachine, let user = getpwnam(name), let group = getgrnam(name) else { return nil }
        return ServiceAccount(uid: user.pointee.pw_uid, gid: group.pointee.gr_gid)
    }

    func state(_ name: String) throws(MachineError) -> AccountState { try files().state(name) }

    func obstacle(_ name: String) throws(MachineError) -> Obstacle? {
        for file in [File.users, .groups] {
            guard case .file = try root.look(file.rawValue).kind else { return missing(file) }
        }
        return try files().obstacle(name)
    }

    private func missing(_ file: File) -> Obstacle {
        Obstacle(
            file.rawValue,
            "\(root.path) has no file \(file.rawValue.dropFirst()): it is not the root of a Linux system",
            remedy: "name the folder of such a root")
    }

    /// Groups are written first and the user last: without its group or its locked password, it would be worse than none.
    func make(_ name: String) throws(MachineError) {
        try change([.groups, .groupShadow, .shadow, .users]) { files throws(MachineError) in
            guard let changed = files.adding(name, isTaken: { isTaken($0, except: name) }) else {
                throw MachineError(
                    .noNumber, "no number from 100 to 999 is free for the user \(name)", remedy: "remove old accounts"
                )
            }
            return changed
        }
    }

    func remove(_ name: String) throws(MachineError) {
        try change([.users, .shadow, .groupShadow, .groups]) { files throws(MachineError) in files.removing(name) }
    }

    /// Returns whether an account of another name has the number on this machine, also one of a directory.
    private func isTaken(_ number: UInt32, except name: String) -> Bool {
        guard root.isMachine else { return false }
        if let user = getpwuid(number), String(cString: user.pointee.pw_name) != name { return true }
        if let group = getgrgid(number), String(cString: group.pointee.gr_name) != name { return true }
        return false
    }

    private func files() throws(MachineError) -> AccountFiles {
        AccountFiles(
            users: try bytes(.users) ?? [], groups: try bytes(.groups) ?? [], shadow: try secretBytes(.shadow),
            groupShadow: try secretBytes(.groupShadow))
    }

    /// Returns a file's bytes, of any size and encoding; `nil` if there is no file. A file that can't be read is an error, never
    /// an empty one: what is missing here would be missing in the file that is written.
    private func bytes(_ file: File) throws(MachineError) -> [UInt8]? {
        guard case .file = try root.look(file.rawValue).kind else { return nil }
        return try root.bytes(of: file.rawValue)
    }

    /// Returns the bytes of a secret file. A user other than root examines the accounts without the secret files.
    private func secretBytes(_ file: File) throws(MachineError) -> [UInt8]? {
        do throws(MachineError) { return try bytes(file) } catch {
            guard error.code == .notRoot else { throw error }
            return nil
        }
    }

    /// Changes the files, in this order, under the lock that useradd(8) and systemd-sysusers use.
    private func change(
        _ order: [File], _ change: (AccountFiles) throws(MachineError) -> AccountFiles
    ) throws(MachineError) {
        let lock = root.isMachine ? try PasswordLock() : nil
        defer { lock?.release() }
        for file in [File.users, .groups] where try bytes(file) == nil {
            let obstacle = missing(file)
            throw MachineError(.failed, obstacle.message, remedy: obstacle.remedy)
        }
        let before = try files()
        let after = try change(before)
        for file in order { try write(file, before[file], after[file]) }
    }

    private func write(_ file: File, _ before: [UInt8]?, _ after: [UInt8]?) throws(MachineError) {
        guard let after, after != before else { return }
        let found = try root.look(file.rawValue)
        try root.write(file.rawValue, after, uid: found.uid, gid: found.gid, mode: found.mode, isNew: false)
    }
}
