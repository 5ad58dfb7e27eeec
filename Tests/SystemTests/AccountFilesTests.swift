import Foundation
import TCSystem
import Testing

extension AccountFiles {
    /// Creates the files from texts, which are shorter to write in a test than bytes.
    fileprivate init(texts users: String, _ groups: String, shadow: String? = nil, groupShadow: String? = nil) {
        self.init(
            users: Array(users.utf8), groups: Array(groups.utf8), shadow: shadow.map { Array($0.utf8) },
            groupShadow: groupShadow.map { Array($0.utf8) })
    }
}

private func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

@Suite("the files of accounts")
struct AccountFilesTests {
    private let files = AccountFiles(
        texts: "root:x:0:0:root:/root:/bin/bash\nsshd:x:999:65534::/run/sshd:/usr/sbin/nologin\n",
        "root:x:0:\nssl:x:998:\n", shadow: "root:*:1::::::\n", groupShadow: "root:*::\n")

    @Test("user and group get one number that neither has")
    func numbers() throws {
        let added = try #require(files.adding("teleclaude"))
        #expect(added.account("teleclaude") == ServiceAccount(uid: 997, gid: 997))
        #expect(text(added.groups).hasSuffix("\nteleclaude:x:997:\n"))
        #expect(text(added.groupShadow) == "root:*::\nteleclaude:!*::\n")
        #expect(try #require(files.adding("teleclaude") { $0 > 500 }).account("teleclaude")?.uid == 500)
        #expect(files.adding("teleclaude") { _ in true } == nil)
    }

    @Test("going back leaves what was there, byte for byte")
    func back() throws {
        #expect(try #require(files.adding("teleclaude")).removing("teleclaude") == files)
    }

    @Test("only what is missing is added")
    func half() throws {
        var half = files
        half.groups += "teleclaude:x:150:\n".utf8
        let added = try #require(half.adding("teleclaude"))
        #expect(added.groups == half.groups && added.account("teleclaude")?.gid == 150)
        var other = files
        other.users += "teleclaude:x:150:151::/:/bin/false\n".utf8
        #expect(text(try #require(other.adding("teleclaude")).groups).hasSuffix("teleclaude:x:151:\n"))
    }

    @Test("each file gets the line that it lacks, whichever of them a killed run has reached")
    func eachFile() throws {
        let whole = try #require(files.adding("teleclaude"))
        #expect(files.state("teleclaude") == .missing && whole.state("teleclaude") == .complete)
        var parts = [whole, whole, whole, whole]
        (parts[0].users, parts[1].groups) = (files.users, files.groups)
        (parts[2].shadow, parts[3].groupShadow) = (files.shadow, files.groupShadow)
        for part in parts {
            #expect(part.state("teleclaude") == .partial)
            #expect(part.adding("teleclaude") == whole && part.removing("teleclaude") == files)
        }
    }

    @Test("a password that is left of another user of the name is nobody's")
    func leftPassword() throws {
        let files = AccountFiles(texts: "root:x:0:0:::\n", "root:x:0:\n", shadow: "teleclaude:$6$x:1::::::\n")
        #expect(try #require(files.obstacle("teleclaude")).message.contains("has a password of a user teleclaude"))
    }

    @Test("a last line without its end stays a line of its own")
    func lastLine() throws {
        let added = try #require(AccountFiles(texts: "root:x:0:0:::", "root:x:0:").adding("teleclaude"))
        #expect(text(added.users).hasPrefix("root:x:0:0:::\nteleclaude:") && added.shadow == nil)
    }

    @Test(
        "an account that somebody can use is not taken",
        arguments: [
            ("teleclaude:x:150:150::/:/bin/bash", "can log in"),
            ("teleclaude:x:0:0::/:/usr/sbin/nologin", "not a service account"),
            ("teleclaude::150:150::/:/usr/sbin/nologin", "has a password"),
            ("teleclaude:$6$x:150:150::/:/bin/false", "has a password"), ("teleclaude:x", "not a service account"),
            ("teleclaude:x:150:7::/:/bin/false", "not in the group"),
        ])
    func taken(_ line: String, _ words: String) throws {
        let files = AccountFiles(texts: "\(line)\n", "teleclaude:x:150:\n")
        #expect(try #require(files.obstacle("teleclaude")).message.contains(words))
    }

    @Test("a name that only begins like ours is another's")
    func prefix() {
        let files = AccountFiles(texts: "teleclaude2:x:0:0::/:/bin/bash\n", "")
        #expect(files.obstacle("teleclaude") == nil && files.account("teleclaude") == nil)
        #expect(files.removing("teleclaude") == files)
    }

    @Test("the lines of others stay, in whatever encoding and however they end")
    func encodings() throws {
        let latin1 = Array("m:x:1000:1000:M".utf8) + [0xFC] + Array("ller:/home/m:/bin/sh\r\n\n#\n".utf8)
        let files = AccountFiles(users: latin1, groups: latin1)
        let added = try #require(files.adding("teleclaude"))
        #expect(added.users.starts(with: latin1) && added.account("teleclaude") == ServiceAccount(uid: 999, gid: 999))
        #expect(added.removing("teleclaude") == files)
    }
}

@Suite("an installation beside the accounts of others", .enabled(if: isRoot, needsRoot))
struct AccountsOfOthersTests {
    private static let files = ["/etc/passwd", "/etc/group", "/etc/shadow"]

    @Test("whose names are in another encoding") func latin1() async throws {
        let before = "root:x:0:0:root:/root:/bin/sh\nm:x:1000:1000:M"
        try await expectStay(Data(before.utf8) + Data([0xFC]) + Data("ller:/home/m:/bin/sh\n".utf8))
    }

    @Test("whose files have more than a megabyte") func many() async throws {
        let users = (1...20_000).map { "user\($0):x:\(100_000 + $0):100000:somebody:/home/user\($0):/bin/bash\n" }
        let accounts = Data(("root:x:0:0:root:/root:/bin/sh\n" + users.joined()).utf8)
        try #require(accounts.count > 1 << 20)
        try await expectStay(accounts)
    }

    /// Expects that all accounts stay, and that an uninstall takes the service's own away again.
    private func expectStay(_ accounts: Data) async throws {
        try await SystemTree.with { tree in
            func bytes(_ file: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: tree(file))) }
            for file in Self.files { try accounts.write(to: URL(fileURLWithPath: tree(file))) }
            try tree.run(tree.installSteps())
            for file in Self.files {
                #expect(try bytes(file).starts(with: accounts), "\(file)")
                #expect(try text(Array(bytes(file).dropFirst(accounts.count))).hasPrefix("teleclaude:"), "\(file)")
            }
            #expect(try tree.findings().isEmpty && tree.installSteps().isEmpty)
            try tree.run(tree.uninstallSteps(purge: true))
            for file in Self.files { #expect(try bytes(file) == accounts, "\(file)") }
        }
    }

    @Test("a file that has gone in the meantime is not written anew") func gone() async throws {
        try await SystemTree.with { tree in
            let installation = try tree.installation()
            unlink(tree("/etc/passwd"))
            #expect(throws: MachineError.self) { try installation.run(.makeAccount("teleclaude")) }
            #expect(!FileManager.default.fileExists(atPath: tree("/etc/passwd")))
            #expect(try tree.text("/etc/group") == "root:x:0:\ndaemon:x:1:\n")
        }
    }
}

#if os(Linux)
    @Suite("the lock of the account files")
    struct PasswordLockTests {
        @Test("is held until it is released")
        func held() async throws {
            try await SystemTree.with { tree in
                // A lock of this kind is the open file's, so that even this process can't have both.
                let ofFile: Int32 = 37  // F_OFD_SETLK of fcntl(2)
                let other = open(tree("/lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
                defer { close(other) }
                var wanted = Foundation.flock()
                wanted.l_type = Int16(F_WRLCK)
                let lock = try PasswordLock(at: tree("/lock"))
                let whileHeld = fcntl(other, ofFile, &wanted)
                lock.release()
                let afterwards = fcntl(other, ofFile, &wanted)
                #expect(whileHeld == -1 && afterwards == 0)
            }
        }
    }
#endif

@Suite("the record of an installation")
struct InstallRecordTests {
    @Test("what it says is what is read")
    func roundTrip() {
        var record = InstallRecord()
        record.digests = ["/etc/a b": ["1", "2"], "/x": ["3"]]
        record.made = ["/etc/sysusers.d", "/var"]
        record.hasMadeAccount = true
        #expect(InstallRecord(parsing: record.text) == record)
        #expect(InstallRecord(parsing: InstallRecord().text).isEmpty)
    }

    @Test("paths that lead elsewhere are none")
    func paths() {
        let record = InstallRecord(parsing: "1  relative\n1  /a/../b\n# made ../c\n# made x\nnonsense\n\n")
        #expect(record.isEmpty)
    }
}
