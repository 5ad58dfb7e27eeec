/// The accounts of a Linux system, as the texts of its files (passwd(5), group(5), shadow(5), gshadow(5)). This type only
/// converts texts.
package struct AccountFiles: Sendable, Equatable {
    package var users: String
    package var groups: String
    /// The text of /etc/shadow, which not every system has.
    package var shadow: String?
    package var groupShadow: String?

    package init(users: String, groups: String, shadow: String? = nil, groupShadow: String? = nil) {
        self.users = users
        self.groups = groups
        self.shadow = shadow
        self.groupShadow = groupShadow
    }

    // MARK: - Asking

    package func account(_ name: String) -> ServiceAccount? {
        guard let user = Self.line(of: name, in: users), let group = Self.line(of: name, in: groups),
            user.count > 3, group.count > 2, let uid = UInt32(user[2]), let gid = UInt32(group[2])
        else { return nil }
        return ServiceAccount(uid: uid, gid: gid)
    }

    /// Returns the reason why an existing account of this name can't be the service's, such as that a person may be able to log
    /// in with it.
    package func obstacle(_ name: String) -> Obstacle? {
        guard let user = Self.line(of: name, in: users) else { return nil }
        guard user.count == 7, let uid = UInt32(user[2]), uid != 0 else {
            return Self.obstacle(name, "is not a service account")
        }
        guard Self.isClosed(shell: user[6]) else { return Self.obstacle(name, "can log in: its shell is \(user[6])") }
        let password = shadow.flatMap { Self.line(of: name, in: $0) }.map { $0.count > 1 ? $0[1] : "" } ?? user[1]
        guard password == "x" || password.hasPrefix("!") || password.hasPrefix("*") else {
            return Self.obstacle(name, "has a password")
        }
        guard let group = Self.line(of: name, in: groups), group.count > 2 else { return nil }
        return group[2] == user[3] ? nil : Self.obstacle(name, "is not in the group of its name")
    }

    package static func isClosed(shell: String) -> Bool {
        ["nologin", "false"].contains(shell.split(separator: "/").last.map(String.init))
    }

    private static func obstacle(_ name: String, _ what: String) -> Obstacle {
        Obstacle(
            "/etc/passwd", "the user \(name) already exists, and \(what)",
            remedy: "rename it or remove it: the service needs an account of its own that nobody can use")
    }

    // MARK: - Changing

    /// Returns the files with a user and a group of this name added; `nil` if no system number is free. `isTaken` is asked about
    /// numbers that are assigned outside of these files.
    package func adding(_ name: String, isTaken: (UInt32) -> Bool = { _ in false }) -> AccountFiles? {
        var files = self
        let group = Self.line(of: name, in: groups).flatMap { $0.count > 2 ? UInt32($0[2]) : nil }
        let user = Self.line(of: name, in: users)
        let used = Self.numbers(users).union(Self.numbers(groups))
        let free = Self.numbersOfServices.reversed().first { !used.contains($0) && !isTaken($0) }
        guard let gid = group ?? user.flatMap({ UInt32($0[3]) }) ?? free, let uid = free ?? group else { return nil }
        if group == nil {
            files.groups = Self.appending("\(name):x:\(gid):", to: groups)
            files.groupShadow = groupShadow.map { Self.appending("\(name):!*::", to: $0) }
        }
        if user == nil {
            let fields = "\(name):x:\(uid):\(gid):TeleClaude:/nonexistent:/usr/sbin/nologin"
            files.users = Self.appending(fields, to: users)
            files.shadow = shadow.map { Self.appending("\(name):!*:::::::", to: $0) }
        }
        return files
    }

    package func removing(_ name: String) -> AccountFiles {
        AccountFiles(
            users: Self.removing(name, from: users), groups: Self.removing(name, from: groups),
            shadow: shadow.map { Self.removing(name, from: $0) },
            groupShadow: groupShadow.map { Self.removing(name, from: $0) })
    }

    /// The range from SYS_UID_MIN to SYS_UID_MAX of login.defs(5), with their usual values.
    private static let numbersOfServices: ClosedRange<UInt32> = 100...999

    private static func line(of name: String, in text: String) -> [String]? {
        lines(text).first { $0.hasPrefix("\(name):") }.map {
            $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        }
    }

    private static func numbers(_ text: String) -> Set<UInt32> {
        Set(
            lines(text).compactMap { line in
                let fields = line.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
                return fields.count > 2 ? UInt32(fields[2]) : nil
            })
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    private static func appending(_ line: String, to text: String) -> String {
        text + (text.isEmpty || text.hasSuffix("\n") ? "" : "\n") + line + "\n"
    }

    private static func removing(_ name: String, from text: String) -> String {
        lines(text).filter { !$0.hasPrefix("\(name):") }.joined(separator: "\n")
    }
}
