import Foundation
import TCSystem
import Testing

@Suite("a root with what is not ours", .enabled(if: isRoot, needsRoot))
struct HostileRootTests {
    /// Expects that an installation is refused with these words, and changes nothing.
    private func expectRefusal(
        _ words: String..., sourceLocation: SourceLocation = #_sourceLocation, _ prepare: (SystemTree) throws -> Void
    ) async throws {
        try await SystemTree.with { tree in
            try prepare(tree)
            let before = try tree.contents()
            let objections = tree.objections { try tree.installSteps() }
            #expect(objections == words, sourceLocation: sourceLocation)
            #expect(try tree.contents() == before, sourceLocation: sourceLocation)
            #expect(
                try tree.findings().contains { $0.kind == .foreign || $0.kind == .changed },
                sourceLocation: sourceLocation)
        }
    }

    private let unit = "/etc/systemd/system/teleclauded.service"

    @Test func anotherProgramsUnit() async throws {
        try await expectRefusal("\(unit) already exists, and was not written by an installation") { tree in
            try tree.write(unit, "[Service]\nExecStart=/home/alex/teleclaude/bin/teleclaude\n")
        }
    }

    @Test("a unit that somebody has changed is his") func changedUnit() async throws {
        try await expectRefusal("\(unit) was changed since it was installed") { tree in
            try tree.run(tree.installSteps())
            try tree.write(unit, tree.text(unit) + "# mine\n")
        }
    }

    @Test("and stays in an uninstall, which says so before it begins") func changedUnitStays() async throws {
        try await SystemTree.with { tree in
            try tree.run(tree.installSteps())
            try tree.write(unit, tree.text(unit) + "# mine\n")
            let before = try tree.contents()
            #expect(
                tree.objections { try tree.uninstallSteps(purge: false) } == [
                    "\(unit) was changed since it was installed"
                ])
            #expect(try tree.contents() == before)
        }
    }

    @Test("what is too large to be ours is not read") func largeUnit() async throws {
        try await expectRefusal("\(unit) already exists, and was not written by an installation") { tree in
            try tree.write(unit, "")
            truncate(tree(unit), 2 << 20)
        }
    }

    @Test("a link in a file's place leads nowhere") func linkForFile() async throws {
        try await expectRefusal("\(unit) is a symbolic link to /etc/passwd") { tree in
            try tree.write("/etc/systemd/system/other", "")
            symlink("/etc/passwd", tree(unit))
        }
    }

    @Test("nor does one in a folder's place") func linkForFolder() async throws {
        try await expectRefusal("/var/lib/teleclaude is a symbolic link to /root") { tree in
            try tree.write("/var/lib/other", "")
            symlink("/root", tree("/var/lib/teleclaude"))
        }
    }

    @Test("nor does a link on the way, out of the root or within it", arguments: ["/tmp", "elsewhere", "../../.."])
    func linkOnTheWay(_ target: String) async throws {
        try await expectRefusal("/var is a symbolic link to \(target), and links are not followed") { tree in
            try FileManager.default.createDirectory(atPath: tree("/elsewhere"), withIntermediateDirectories: false)
            symlink(target, tree("/var"))
        }
    }

    @Test func linkForSettings() async throws {
        try await expectRefusal("/etc/teleclaude is a symbolic link to /tmp") { tree in
            symlink("/tmp", tree("/etc/teleclaude"))
        }
    }

    @Test func folderThatOthersWriteTo() async throws {
        try await expectRefusal("others may write to /usr/local, and could change what is installed in it") { tree in
            chmod(tree("/usr/local"), 0o777)
        }
    }

    @Test func folderThatAGroupOfPeopleWritesTo() async throws {
        try await expectRefusal("others may write to /usr/local, and could change what is installed in it") { tree in
            chown(tree("/usr/local"), 0, 1_000)
            chmod(tree("/usr/local"), 0o775)
        }
    }

    @Test("a group of the system's is root's affair") func staff() async throws {
        try await SystemTree.with { tree in
            chown(tree("/usr/local"), 0, 50)
            chmod(tree("/usr/local"), 0o2775)
            try tree.run(tree.installSteps())
            #expect(try tree.findings().isEmpty)
        }
    }

    @Test("a folder that an admin has closed stays closed, and is named where the service has to pass")
    func closedFolder() async throws {
        try await expectRefusal("/var/lib is closed to all but root, and the service has to pass through it") { tree in
            for path in ["/var", "/var/lib"] { mkdir(tree(path), path == "/var/lib" ? 0o700 : 0o755) }
        }
        try await SystemTree.with { tree in
            for path in ["/etc/systemd", "/etc/systemd/system"] { mkdir(tree(path), 0o700) }
            try tree.run(tree.installSteps())
            #expect(try tree.rights("/etc/systemd/system") == "700 0:0")
            #expect(try tree.findings().isEmpty)
            chmod(tree("/usr/local"), 0o700)
            #expect(try tree.findings().map(\.path) == ["/usr/local"])
        }
    }

    @Test func folderOfSomebodys() async throws {
        try await expectRefusal("/usr/local belongs to uid 1234, who could change what is installed in it") { tree in
            chown(tree("/usr/local"), 1_234, 0)
        }
    }

    @Test func settingsOfSomebodys() async throws {
        try await expectRefusal("/etc/teleclaude/config.yml belongs to uid 1234") { tree in
            try tree.write("/etc/teleclaude/config.yml", "mode: system\n")
            chown(tree("/etc/teleclaude/config.yml"), 1_234, 0)
        }
    }

    @Test func fileForFolder() async throws {
        try await expectRefusal("/var/lib/teleclaude is a file") { try $0.write("/var/lib/teleclaude", "") }
    }

    @Test func folderForFile() async throws {
        try await expectRefusal("/usr/local/bin/telec is a folder") { try $0.write("/usr/local/bin/telec/x", "") }
    }

    @Test func pipeForFile() async throws {
        try await expectRefusal("/etc/teleclaude/secrets.yml is neither a file nor a folder") { tree in
            try FileManager.default.createDirectory(
                atPath: tree("/etc/teleclaude"), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755])
            mkfifo(tree("/etc/teleclaude/secrets.yml"), 0o600)
        }
    }

    @Test("a record that others could have written removes nothing") func record() async throws {
        try await expectRefusal(
            "/etc/teleclaude/installed.sha256 is not an installation's record: only root may be able to write it"
        ) { tree in
            try tree.write("/etc/teleclaude/installed.sha256", "", mode: 0o666)
        }
    }

    @Test("nor does one that names what is outside") func recordThatLeadsOut() async throws {
        try await SystemTree.with { tree in
            let text = "x"
            try text.write(toFile: "\(tree.folder)/outside", atomically: false, encoding: .utf8)
            let digest = FileBytes.digest(Array(text.utf8))
            try tree.write(
                "/etc/teleclaude/installed.sha256",
                "\(digest)  /../outside\n\(digest)  /etc/../../outside\n# made /..\n")
            try tree.run(tree.installSteps())
            try tree.run(tree.uninstallSteps(purge: true))
            #expect(FileManager.default.fileExists(atPath: "\(tree.folder)/outside"))
        }
    }

    @Test func accountThatCanLogIn() async throws {
        try await expectRefusal("the user teleclaude already exists, and can log in: its shell is /bin/bash") {
            tree in
            try tree.write("/etc/passwd", "root:x:0:0:::/bin/sh\nteleclaude:x:1000:1000::/home/tc:/bin/bash\n")
        }
    }

    @Test func rootWithoutAccounts() async throws {
        try await SystemTree.with { tree in
            unlink(tree("/etc/passwd"))
            #expect(
                tree.objections { try tree.installSteps() } == [
                    "\(tree.root) has no file etc/passwd: it is not the root of a Linux system"
                ])
        }
    }

    @Test("what stands in the way is found all at once") func several() async throws {
        try await SystemTree.with { tree in
            try tree.write("/var/lib/teleclaude", "")
            try tree.write(unit, "another's")
            #expect(tree.objections { try tree.installSteps() }.count == 2)
        }
    }

    @Test("a file of the same name, and byte for byte ours, is ours") func sameContents() async throws {
        try await SystemTree.with { tree in
            try tree.run(tree.installSteps())
            unlink(tree("/etc/teleclaude/installed.sha256"))
            let steps = try tree.installSteps()
            #expect(steps.compactMap(\.path) == ["/etc/teleclaude/installed.sha256"])
            #expect(try tree.findings().map(\.kind) == [.unfinished])
            try tree.run(steps)
            #expect(try tree.installSteps().isEmpty)
        }
    }

    @Test("a program that changes while it is copied is not installed") func changingProgram() async throws {
        try await SystemTree.with { tree in
            let steps = try tree.installSteps()
            try "newer".write(toFile: "\(tree.folder)/programs/telec", atomically: false, encoding: .utf8)
            #expect(throws: MachineError.self) { try tree.run(steps) }
            #expect(!FileManager.default.fileExists(atPath: tree("/usr/local/bin/telec")))
        }
    }

    private static let lock = "/.teleclaude-system.lock"

    @Test("two runs at once: the second is told, and the first leaves nothing behind") func twoRuns() async throws {
        try await SystemTree.with { tree in
            let first = try RootFolder(tree.root).lock()
            #expect(try tree.rights(Self.lock) == "600 0:0")
            let error = #expect(throws: MachineError.self) { try RootFolder(tree.root).lock() }
            #expect(error?.code == .busy && FileManager.default.fileExists(atPath: tree(Self.lock)))
            first.release()
            #expect(!FileManager.default.fileExists(atPath: tree(Self.lock)))
        }
        try await SystemTree.with { tree in
            // The file of a run that was killed is there, and unlocked.
            try tree.write(Self.lock, "", mode: 0o600)
            for _ in 1...2 { try RootFolder(tree.root).lock().release() }
            #expect(!FileManager.default.fileExists(atPath: tree(Self.lock)))
        }
    }

    @Test("who holds what everybody may open, keeps no run away") func foreignLock() async throws {
        try await SystemTree.with { tree in
            let held = open(tree.root, O_RDONLY | O_CLOEXEC)
            defer { close(held) }
            try #require(flock(held, LOCK_EX | LOCK_NB) == 0)
            try withExtendedLifetime(RootFolder(tree.root).lock()) {}
        }
    }

    @Test("a lock that others could hold is none, and a link leads nowhere") func lockOfSomebodys() async throws {
        try await SystemTree.with { tree in
            try tree.write(Self.lock, "", mode: 0o644)
            #expect(throws: MachineError.self) { try RootFolder(tree.root).lock() }
            chmod(tree(Self.lock), 0o600)
            chown(tree(Self.lock), 1_234, 0)
            #expect(throws: MachineError.self) { try RootFolder(tree.root).lock() }
            unlink(tree(Self.lock))
            symlink("/etc/elsewhere", tree(Self.lock))
            #expect(throws: MachineError.self) { try RootFolder(tree.root).lock() }
            #expect(!FileManager.default.fileExists(atPath: "/etc/elsewhere"))
        }
    }

    @Test("a working copy that a process holds stays, and so does what is no folder") func workingCopies() async throws
    {
        try await SystemTree.with { tree in
            for name in ["held", "left"] { try tree.write("/tmp/\(name)/main.db", "rows") }
            symlink("/tmp/held", tree("/tmp/link"))
            let held = open(tree("/tmp/held"), O_RDONLY)
            defer { close(held) }
            try #require(flock(held, LOCK_EX | LOCK_NB) == 0)
            let root = try RootFolder(tree.root)
            for name in ["held", "left", "link", "none"] { try root.removeAbandonedTree("/tmp/\(name)") }
            let left = try FileManager.default.contentsOfDirectory(atPath: tree("/tmp")).sorted()
            #expect(left == ["held", "link"])
            #expect(try tree.text("/tmp/held/main.db") == "rows")
        }
    }

    @Test("what stands in a folder's place keeps its owner and its rights") func inFoldersPlace() async throws {
        try await SystemTree.with { tree in
            let root = try RootFolder(tree.root)
            try tree.write("/etc/file", "another's", mode: 0o600)
            symlink("/etc", tree("/etc/link"))
            mkdir(tree("/etc/folder"), 0o700)
            chown(tree("/etc/folder"), 1_234, 0)
            mkdir(tree("/etc/unfinished"), 0o700)
            let before = try tree.contents()
            for name in ["file", "link", "folder"] {
                #expect(throws: MachineError.self, "\(name)") {
                    try root.makeFolder("/etc/\(name)", uid: 0, gid: 0, mode: 0o755)
                }
            }
            #expect(try tree.contents() == before)
            try root.makeFolder("/etc/unfinished", uid: 0, gid: 0, mode: 0o755)
            #expect(try tree.rights("/etc/unfinished") == "755 0:0")
        }
    }

    @Test("what goes while it is looked at is nothing") func goes() async throws {
        try await SystemTree.with { tree in
            let (root, path) = (try RootFolder(tree.root), tree("/etc/passing"))
            let passing = DispatchGroup()
            DispatchQueue.global().async(group: passing) {
                for _ in 0..<20_000 {
                    mkdir(path, 0o755)
                    rmdir(path)
                }
            }
            while passing.wait(timeout: .now()) == .timedOut {
                let kind = try root.look("/etc/passing", .names).kind
                if kind != .nothing, kind != .folder([]) { Issue.record("\(kind)") }
            }
        }
    }

    @Test("what comes to stand there between the look and the write stays") func race() async throws {
        try await SystemTree.with { tree in
            let root = try RootFolder(tree.root)
            try tree.write("/etc/new", "another's")
            #expect(throws: MachineError.self) {
                try root.write("/etc/new", [1], uid: 0, gid: 0, mode: 0o644, isNew: true)
            }
            #expect(try tree.text("/etc/new") == "another's")
            #expect(!FileManager.default.fileExists(atPath: tree("/etc/.new.teleclaude-new")))
        }
    }
}
