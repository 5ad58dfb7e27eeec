import TCPOSIX

/// The accounts of a Linux system, as the bytes of its files (passwd(5), group(5), shadow(5), gshadow(5)). This type only
/// converts bytes: the lines of others may be in any encoding, and stay as they are.
package struct AccountFiles: Sendable, Equatable {
    package var users: [UInt8]
    package var groups: [UInt8]
    /// The bytes of /etc/shadow, which not every system has.
    package var shadow: [UInt8]?
    package var groupShadow: [UInt8]?

    /// The paths of the files.
    package enum File: String, Sendable, CaseIterable {
        case users = "/etc/passwd"
        case groups = "/etc/group"
        case shadow = "/etc/shadow"
        case groupShadow = "/etc/gshadow"
    }

    package init(users: [UInt8], groups: [UInt8], shadow: [UInt8]? = nil, groupShadow: [UInt8]? = nil) {
        self.users = users
        self.groups = groups
        self.shadow = shadow
        self.groupShadow = groupShadow
    }

    /// Returns the bytes of a file; `nil` if the system does not have it.
    package subscript(file: File) -> [UInt8]? {
        switch file {
        case .users: users
        case .groups: groups
        case .shadow: shadow
        case .groupShadow: groupShadow
        }
    }

    // MARK: - Asking

    package func account(_ name: String) -> ServiceAccount? {
        guard let user = Self.line(of: name, in: users), let group = Self.line(of: name, in: groups),
            user.count > 3, group.count > 2, let uid = UInt32(user[2]), let gid = UInt32(group[2])
        else { return nil }
        return ServiceAccount(uid: uid, gid: gid)
    }

    /// Returns how many of the files that exist have a line of this name.
    package func state(_ name: String) -> AccountState {
        let files: [[UInt8]] = [users, groups] + [shadow, groupShadow].compactMap { $0 }
        return AccountState(parts: files.map { Self.line(of: name, in: $0) != nil })
    }

    /// Returns the reason why an existing account of this name can't be the service's, such as that a person may be able to log
    /// in with it.
    package func obstacle(_ name: String) -> Obstacle? {
        let secret = shadow.flatMap { Self.line(of: name, in: $0) }.map { $0.count > 1 ? $0[1] : "" }
        guard let user = Self.line(of: name, in: users) else { return secret.flatMap { Self.leftPassword(name, $0) } }
        guard user.count == 7, let uid = UInt32(user[2]), uid != 0 else {
            return Self.obstacle(name, "is not a service account")
        }
        guard Self.isClosed(shell: user[6]) else { return Self.obstacle(name, "can log in: its shell is \(user[6])") }
        guard Self.isLocked(secret ?? user[1]) else { return Self.obstacle(name, "has a password") }
        guard let group = Self.line(of: name, in: groups), group.count > 2 else { return nil }
        return group[2] == user[3] ? nil : Self.obstacle(name, "is not in the group of its name")
    }

    package static func isClosed(shell: String) -> Bool {
        ["nologin", "false"].contains(Path.name(of: shell))
    }

    private static func isLocked(_ password: String) -> Bool {
        password == "x" || password.hasPrefix("!") || password.hasPrefix("*")
    }

    /// Returns an obstacle if a user of this name would get the password of one who is gone.
    private static func leftPassword(_ name: String, _ password: String) -> Obstacle? {
        isLocked(password)
            ? nil
            : Obstacle(
                File.shadow.rawValue, "/etc/shadow has a password of a user \(name), who does not exist",
                remedy: "remove that line")
    }

    private static func obstacle(_ name: String, _ what: String) -> Obstacle {
        Obstacle(
            File.users.rawValue, "the user \(name) already exists, and \(what)",
            remedy: "rename it or remove it: the service needs an account of its own that nobody can use")
    }

    // MARK: - Changing

    /// Returns the files with a user and a group of this name. Each file gets the line that it lacks: a run that was killed may have
    /// reached only some of them.
    ///
    /// - Parameter isTaken: Whether a number is assigned outside of these files, to an account of another name.
    /// - Returns: `nil` if no system number is free.
    package func adding(_ name: String, isTaken: (UInt32) -> Bool = { _ in false }) -> AccountFiles? {
        guard let account = self.account(name) ?? numbers(for: name, isTaken) else { return nil }
        let user = "\(name):x:\(account.uid):\(account.gid):TeleClaude:/nonexistent:/usr/sbin/nologin"
        return AccountFiles(
            users: Self.with(user, of: name, in: users),
            groups: Self.with("\(name):x:\(account.gid):", of: name, in: groups),
            shadow: shadow.map { Self.with("\(name):!*:::::::", of: name, in: $0) },
            groupShadow: groupShadow.map { Self.with("\(name):!*::", of: name, in: $0) })
    }

    /// Returns the numbers of an account of which the user or the group is missing: those of the one that is there, or a free one.
    private func numbers(for name: String, _ isTaken: (UInt32) -> Bool) -> ServiceAccount? {
        let (ofUsers, ofGroups) = (Self.numbers(users), Self.numbers(groups))
        let free = Self.numbersOfServices.reversed().first {
            !ofUsers.contains($0) && !ofGroups.contains($0) && !isTaken($0)
        }
        if let user = Self.line(of: name, in: users) {
            guard user.count > 3, let uid = UInt32(user[2]), let gid = UInt32(user[3]) else { return nil }
            return ServiceAccount(uid: uid, gid: gid)
        }
        guard let group = Self.line(of: name, in: groups) else { return free.map { ServiceAccount(uid: $0, gid: $0) } }
        guard group.count > 2, let gid = UInt32(group[2]) else { return nil }
        let isUsable = Self.numbersOfServices.contains(gid) && !ofUsers.contains(gid) && !isTaken(gid)
        let uid: UInt32? = isUsable ? gid : free
        return uid.map { ServiceAccount(uid: $0, gid: gid) }
    }

    package func removing(_ name: String) -> AccountFiles {
        AccountFiles(
            users: Self.removing(name, from: users), groups: Self.removing(name, from: groups),
            shadow: shadow.map { Self.removing(name, from: $0) },
            groupShadow: groupShadow.map { Self.removing(name, from: $0) })
    }

    /// The range from SYS_UID_MIN to SYS_UID_MAX of login.defs(5), with their usual values.
    private static let numbersOfServices: ClosedRange<UInt32> = 100...999

    /// Returns the fields of the line that begins with this name. Bytes that are not UTF-8 become U+FFFD.
    private static func line(of name: String, in bytes: [UInt8]) -> [String]? {
        lines(bytes).first { isLine($0, of: name) }.map { line in
            let fields = line.split(separator: separator, omittingEmptySubsequences: false)
            return fields.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    private static func numbers(_ bytes: [UInt8]) -> Set<UInt32> {
        Set(
            lines(bytes).compactMap { line in
                let fields = line.split(separator: separator, maxSplits: 3, omittingEmptySubsequences: false)
                return fields.count > 2 ? UInt32(String(decoding: fields[2], as: UTF8.self)) : nil
            })
    }

    private static let (newline, separator) = (UInt8(ascii: "\n"), UInt8(ascii: ":"))

    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: newline, omittingEmptySubsequences: false)
    }

    private static func isLine(_ line: ArraySlice<UInt8>, of name: String) -> Bool {
        line.starts(with: "\(name):".utf8)
    }

    /// Returns the bytes with this line at their end, unless there is a line of the name.
    private static func with(_ line: String, of name: String, in bytes: [UInt8]) -> [UInt8] {
        guard Self.line(of: name, in: bytes) == nil else { return bytes }
        var result = bytes
        if let last = bytes.last, last != newline { result.append(newline) }
        result += "\(line)\n".utf8
        return result
    }

    private static func removing(_ name: String, from bytes: [UInt8]) -> [UInt8] {
        Array(lines(bytes).filter { !isLine($0, of: name) }.joined(separator: [newline]))
    }
}
