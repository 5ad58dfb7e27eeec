import TCPOSIX

/// The source of a service's user and group.
protocol Accounts: Sendable {
    /// Returns the account; `nil` if the user or the group is missing.
    /// - Throws: `MachineError`.
    func find(_ name: String) throws(MachineError) -> ServiceAccount?
    func obstacle(_ name: String) throws(MachineError) -> Obstacle?
    func make(_ name: String) throws(MachineError)
    func remove(_ name: String) throws(MachineError)
}

/// Accounts on Linux, which are written to the account files directly, as systemd-sysusers does it. This machine and another root
/// are treated in the same way, so that a run in a root shows what the machine would get.
struct LinuxAccounts: Accounts {
    let root: RootFolder

    private enum File: String, CaseIterable {
        case users = "/etc/passwd"
        case groups = "/etc/group"
        case shadow = "/etc/shadow"
        case groupShadow = "/etc/gshadow"
    }

    func find(_ name: String) throws(MachineError) -> ServiceAccount? {
        if let account = try files().account(name) { return account }
        // The account may come from a directory (LDAP), which only the machine itself can ask.
        guard root.isMachine, let user = getpwnam(name), let group = getgrnam(name) else { return nil }
        return ServiceAccount(uid: user.pointee.pw_uid, gid: group.pointee.gr_gid)
    }

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

    func make(_ name: String) throws(MachineError) {
        try change { files throws(MachineError) in
            let isTaken = { (number: UInt32) in root.isMachine && (getpwuid(number) != nil || getgrgid(number) != nil) }
            guard let changed = files.adding(name, isTaken: isTaken) else {
                throw MachineError(
                    .noNumber, "no number from 100 to 999 is free for the user \(name)", remedy: "remove old accounts"
                )
            }
            return changed
        }
    }

    func remove(_ name: String) throws(MachineError) {
        try change { files throws(MachineError) in files.removing(name) }
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

    /// Changes the files under the lock that useradd(8) and systemd-sysusers use. Groups are written first: a user without its
    /// group is worse than a group without its user.
    private func change(_ change: (AccountFiles) throws(MachineError) -> AccountFiles) throws(MachineError) {
        let lock = root.isMachine ? try PasswordLock() : nil
        defer { lock?.release() }
        for file in File.allCases where try bytes(file) == nil && (file == .users || file == .groups) {
            let obstacle = missing(file)
            throw MachineError(.failed, obstacle.message, remedy: obstacle.remedy)
        }
        let before = try files()
        let after = try change(before)
        try write(.groups, before.groups, after.groups)
        try write(.groupShadow, before.groupShadow, after.groupShadow)
        try write(.users, before.users, after.users)
        try write(.shadow, before.shadow, after.shadow)
    }

    private func write(_ file: File, _ before: [UInt8]?, _ after: [UInt8]?) throws(MachineError) {
        guard let after, after != before else { return }
        let found = try root.look(file.rawValue)
        try root.write(file.rawValue, after, uid: found.uid, gid: found.gid, mode: found.mode, isNew: false)
    }
}

/// The lock of the machine's account files (lckpwdf(3)).
private final class PasswordLock {
    private let file: Descriptor

    init() throws(MachineError) {
        guard let file = Descriptor.open("/etc/.pwd.lock", O_WRONLY | O_CREAT | O_NOFOLLOW) else {
            throw .ofCall("/etc/.pwd.lock can't be opened")
        }
        self.file = file
        var lock = TCPOSIX.flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        for _ in 0..<150 {
            if fcntl(file.number, F_SETLK, &lock) == 0 { return }
            usleep(100_000)
        }
        throw MachineError(
            .busy, "another program has been changing the accounts for 15 seconds",
            remedy: "wait for it, and run this again")
    }

    /// Releases the lock by closing its file.
    func release() { withExtendedLifetime(file) {} }
}

/// Accounts on macOS, which are changed with the directory service's own program.
struct MacAccounts: Accounts {
    func find(_ name: String) throws(MachineError) -> ServiceAccount? {
        guard let user = getpwnam(name), let group = getgrnam(name) else { return nil }
        return ServiceAccount(uid: user.pointee.pw_uid, gid: group.pointee.gr_gid)
    }

    func obstacle(_ name: String) throws(MachineError) -> Obstacle? {
        guard let user = getpwnam(name) else { return nil }
        let shell = String(cString: user.pointee.pw_shell)
        guard !AccountFiles.isClosed(shell: shell) || user.pointee.pw_uid == 0 else { return nil }
        return Obstacle(
            name, "the user \(name) already exists, and can log in: its shell is \(shell)",
            remedy: "rename it or remove it: the service needs an account of its own that nobody can use")
    }

    func make(_ name: String) throws(MachineError) {
        let numbers = UInt32(200)...399
        guard let number = numbers.reversed().first(where: { getpwuid($0) == nil && getgrgid($0) == nil }) else {
            throw MachineError(.noNumber, "no number from 200 to 399 is free", remedy: "remove old accounts")
        }
        for words in DirectoryCommands.make(name, number) { try SystemCommand.require(words) }
    }

    func remove(_ name: String) throws(MachineError) {
        for words in DirectoryCommands.remove(name) { try SystemCommand.require(words) }
    }
}

/// The commands for dscl(1).
enum DirectoryCommands {
    static func make(_ name: String, _ number: UInt32) -> [[String]] {
        let (user, group) = ("/Users/\(name)", "/Groups/\(name)")
        return [
            create(group), create(group, "PrimaryGroupID", "\(number)"), create(group, "RealName", "TeleClaude"),
            create(user), create(user, "UniqueID", "\(number)"), create(user, "PrimaryGroupID", "\(number)"),
            create(user, "UserShell", "/usr/bin/false"), create(user, "NFSHomeDirectory", "/var/empty"),
            create(user, "RealName", "TeleClaude"), create(user, "Password", "*"), create(user, "IsHidden", "1"),
        ]
    }

    static func remove(_ name: String) -> [[String]] {
        [["dscl", ".", "-delete", "/Users/\(name)"], ["dscl", ".", "-delete", "/Groups/\(name)"]]
    }

    private static func create(_ place: String, _ words: String...) -> [String] {
        ["dscl", ".", "-create", place] + words
    }
}
