import TCPOSIX

/// The accounts of a Linux system, as the bytes of its files (passwd(5), group(5), shadow(5), gshadow(5)). This type only
/// converts bytes: the lines of others may be in any encoding, and stay as they are.
package struct AccountFiles: Sendable, Equatable {
    package var users: [UInt8]
    package var groups: [UInt8]
    /// The bytes of /etc/shadow, which not every system has.
    package var shadow: [UInt8]?
    package var groupShadow: [UInt8]?

    package init(users: [UInt8], groups: [UInt8], shadow: [UInt8]? = nil, groupShadow: [UInt8]? = nil) {
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
        ["nologin", "false"].contains(Path.name(of: shell))
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

    private static func appending(_ line: String, to bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        if let last = bytes.last, last != newline { result.append(newline) }
        result += "\(line)\n".utf8
        return result
    }

    private static func removing(_ name: String, from bytes: [UInt8]) -> [UInt8] {
        Array(lines(bytes).filter { !isLine($0, of: name) }.joined(separator: [newline]))
    }
}
