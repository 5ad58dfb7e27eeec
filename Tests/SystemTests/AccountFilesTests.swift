import TCSystem
import Testing

@Suite("the files of accounts")
struct AccountFilesTests {
    private let files = AccountFiles(
        users: "root:x:0:0:root:/root:/bin/bash\nsshd:x:999:65534::/run/sshd:/usr/sbin/nologin\n",
        groups: "root:x:0:\nssl:x:998:\n", shadow: "root:*:1::::::\n", groupShadow: "root:*::\n")

    @Test("user and group get one number that neither has")
    func numbers() throws {
        let added = try #require(files.adding("teleclaude"))
        #expect(added.account("teleclaude") == ServiceAccount(uid: 997, gid: 997))
        #expect(added.groups.hasSuffix("\nteleclaude:x:997:\n") && added.groupShadow == "root:*::\nteleclaude:!*::\n")
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
        half.groups += "teleclaude:x:150:\n"
        let added = try #require(half.adding("teleclaude"))
        #expect(added.groups == half.groups && added.account("teleclaude")?.gid == 150)
        var other = files
        other.users += "teleclaude:x:150:151::/:/bin/false\n"
        #expect(try #require(other.adding("teleclaude")).groups.hasSuffix("teleclaude:x:151:\n"))
    }

    @Test("a last line without its end stays a line of its own")
    func lastLine() throws {
        let added = try #require(AccountFiles(users: "root:x:0:0:::", groups: "root:x:0:").adding("teleclaude"))
        #expect(added.users.hasPrefix("root:x:0:0:::\nteleclaude:") && added.shadow == nil)
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
        let files = AccountFiles(users: "\(line)\n", groups: "teleclaude:x:150:\n")
        #expect(try #require(files.obstacle("teleclaude")).message.contains(words))
    }

    @Test("a name that only begins like ours is another's")
    func prefix() {
        let files = AccountFiles(users: "teleclaude2:x:0:0::/:/bin/bash\n", groups: "")
        #expect(files.obstacle("teleclaude") == nil && files.account("teleclaude") == nil)
        #expect(files.removing("teleclaude") == files)
    }
}

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
