import TCPOSIX

/// Accounts on macOS, which are changed with the directory service's own program.
struct MacAccounts: Accounts {
    func find(_ name: String) throws(MachineError) -> ServiceAccount? {
        guard let user = getpwnam(name), let group = getgrnam(name) else { return nil }
        return ServiceAccount(uid: user.pointee.pw_uid, gid: group.pointee.gr_gid)
    }

    func state(_ name: String) throws(MachineError) -> AccountState {
        var parts = [try find(name) != nil]
        for record in DirectoryCommands.records(of: name) { parts.append(try isThere(record)) }
        return AccountState(parts: parts)
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
        for record in DirectoryCommands.records(of: name) where try isThere(record) {
            try SystemCommand.require(DirectoryCommands.delete(record))
        }
    }

    /// Returns whether the directory has the record, also one that a run which was killed left without its numbers.
    private func isThere(_ record: String) throws(MachineError) -> Bool {
        let words = DirectoryCommands.read(record)
        let answer = try SystemCommand.run(words)
        if answer.text.contains("eDSRecordNotFound") { return false }
        try SystemCommand.requireSuccess(answer, of: words)
        return true
    }
}

/// The commands for dscl(1).
enum DirectoryCommands {
    /// The group and the user get their numbers last: only with a number they are an account.
    static func make(_ name: String, _ number: UInt32) -> [[String]] {
        let (user, group) = (Self.user(name), Self.group(name))
        return [
            create(group), create(group, "RealName", "TeleClaude"), create(group, "PrimaryGroupID", "\(number)"),
            create(user), create(user, "PrimaryGroupID", "\(number)"), create(user, "UserShell", "/usr/bin/false"),
            create(user, "NFSHomeDirectory", "/var/empty"), create(user, "RealName", "TeleClaude"),
            create(user, "Password", "*"), create(user, "IsHidden", "1"), create(user, "UniqueID", "\(number)"),
        ]
    }

    /// The records of an account, in the order in which they are removed.
    static func records(of name: String) -> [String] { [user(name), group(name)] }

    static func read(_ record: String) -> [String] { ["dscl", ".", "-read", record, "RecordName"] }

    static func delete(_ record: String) -> [String] { ["dscl", ".", "-delete", record] }

    private static func user(_ name: String) -> String { "/Users/\(name)" }

    private static func group(_ name: String) -> String { "/Groups/\(name)" }

    private static func create(_ place: String, _ words: String...) -> [String] {
        ["dscl", ".", "-create", place] + words
    }
}
