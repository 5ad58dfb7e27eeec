import Foundation
import TestSupport
import Testing

/// A real OS user for a test, made with `useradd`.
struct TestUser: Sendable {
    let name: String
    let uid: UInt32
    let home: String

    /// Whether tests with OS users are run. They need root; without root they are skipped, and fail in CI.
    static var areWanted: Bool { geteuid() == 0 || environment("CI") == "true" }
    /// Whether an ordinary user may be root in a user namespace.
    static let mayNest: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
        process.arguments = (geteuid() == 0 ? asNobody : []) + ["unshare", "--user", "--map-root-user", "true"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
    static let skipReason: Comment = "OS users can be made by root only: run ci/test as root to see who may do what"
}

extension Sandbox {
    /// Makes users with homes in this sandbox, and removes them afterwards together with all their processes.
    func withUsers(_ names: [String], _ body: ([TestUser]) async throws -> Void) async throws {
        #expect(geteuid() == 0, "CI has to run these tests as root")
        try open(folder)
        try FileManager.default.createDirectory(atPath: "\(folder)/homes", withIntermediateDirectories: false)
        try open("\(folder)/homes")
        var users: [TestUser] = []
        do {
            for name in names { users.append(try await makeUser(name)) }
            try await body(users)
        } catch {
            for user in users { try await remove(user) }
            throw error
        }
        for user in users { try await remove(user) }
    }

    func makeUser(_ name: String, uid: UInt32? = nil) async throws -> TestUser {
        let account = "tc\(name)\(UInt32.random(in: 0...999_999))"
        let home = "\(folder)/homes/\(account)"
        let number = uid.map { ["--uid", String($0)] } ?? []
        let made = try await run(
            Program(inPath: "useradd"), ["-m", "-d", home, "-s", "/bin/sh"] + number + [account], in: "/")
        try #require(made.code == 0, "\(made)")
        chmod(home, 0o700)
        let facts = try FileManager.default.attributesOfItem(atPath: home)
        return TestUser(name: account, uid: try #require(facts[.ownerAccountID] as? UInt32), home: home)
    }

    func remove(_ user: TestUser) async throws {
        _ = try await run(Program(inPath: "pkill"), ["-KILL", "-u", String(user.uid)], in: "/")
        let removed = try await run(Program(inPath: "userdel"), ["-f", user.name], in: "/")
        #expect(removed.code == 0, "\(removed)")
    }

    /// Lets all users pass through a folder.
    private func open(_ folder: String) throws { try #require(chmod(folder, 0o711) == 0) }

    /// Returns a copy of a program that all users may run, wherever the build folder is.
    ///
    /// Another process makes the copy. If this process did, a child that is started meanwhile would inherit the file that is open
    /// for writing, and the copy could not be run.
    func published(_ program: Program) async throws -> Program {
        let copy = "\(folder)/\(URL(fileURLWithPath: program.path).lastPathComponent)"
        let copied = try await run(Program(inPath: "install"), ["-m", "755", program.path, copy])
        try #require(copied.code == 0, "\(copied)")
        return Program(path: copy)
    }

    /// Starts a program as another user.
    func start(
        as user: TestUser, _ program: Program, _ arguments: [String], _ variables: [String: String?] = [:],
        input: String = ""
    ) throws -> RunningProgram {
        let identity = ["--reuid", String(user.uid), "--regid", String(user.uid), "--clear-groups", "--"]
        let own: [String: String?] = ["HOME": user.home, "TMPDIR": "/tmp"]
        return try start(
            Program(inPath: "setpriv"), identity + [program.path] + arguments, own.merging(variables) { _, new in new },
            input: input, in: "/")
    }

    func run(
        as user: TestUser, _ program: Program, _ arguments: [String], _ variables: [String: String?] = [:],
        input: String = ""
    ) async throws -> Run {
        try await start(as: user, program, arguments, variables, input: input).finish()
    }
}
