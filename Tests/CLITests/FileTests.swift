import Foundation
import TestSupport
import Testing

@Suite("SQLite files that can't be used")
struct FileTests {
    @Test(
        "a file that is missing is not made by what only reads",
        arguments: [["status"], ["down"], ["drift"], ["down", "--dry-run"], ["status", "--exit-code"]])
    func missing(_ command: [String]) async throws {
        try await withSandbox { box in
            let before = try box.contents()
            let run = try await box.run(.tcMigrate, command + ["--json", "-d", box("missing.db")])
            expectRefusal(run, saying: "there is no SQLite database at \(box("missing.db"))", "check the path")
            #expect(try run.document(ErrorDocument.self).error.code == "unreachable")
            expectRefusal(try await box.migrate("inspect", box("missing.db")), saying: "missing.db")
            #expect(try box.contents() == before)
        }
    }

    @Test("a file of another kind, or a folder", arguments: ["text.db", "image.db", "folder.db"])
    func notADatabase(_ name: String) async throws {
        try await withSandbox { box in
            try String(repeating: "This is no database.\n", count: 500)
                .write(toFile: box("text.db"), atomically: false, encoding: .utf8)
            try Data([0x89, 0x50, 0x4E, 0x47] + [UInt8](repeating: 7, count: 5_000))
                .write(to: URL(fileURLWithPath: box("image.db")))
            try FileManager.default.createDirectory(atPath: box("folder.db"), withIntermediateDirectories: false)
            let before = try box.contents()
            for command in [["up"], ["up", "--dry-run"], ["down"], ["status"], ["drift"]] {
                let run = try await box.run(.tcMigrate, command + ["--json", "-d", box(name)])
                expectRefusal(run, saying: box(name), "not a SQLite database", "name a")
                #expect(try run.document(ErrorDocument.self).error.code == "not_a_database")
            }
            expectRefusal(try await box.migrate("inspect", box(name)), saying: "not a SQLite database")
            #expect(try box.contents() == before)
        }
    }

    @Test("a database whose pages are damaged")
    func damaged() async throws {
        try await withSandbox { box in
            _ = try await box.migrate("up", "-d", box("test.db"))
            var bytes = try #require(FileManager.default.contents(atPath: box("test.db")))
            bytes.replaceSubrange(4_096..., with: [UInt8](repeating: 0xFF, count: bytes.count - 4_096))
            try bytes.write(to: URL(fileURLWithPath: box("test.db")))
            let before = try box.contents()
            for command in ["up", "down", "status", "drift"] {
                let run = try await box.migrate(command, "--json", "-d", box("test.db"))
                expectRefusal(run, saying: "\(box("test.db")) is damaged", "still copying", "restore a backup")
            }
            #expect(try box.contents() == before)
        }
    }

    @Test("a folder that can't be made, because a file stands there")
    func fileInTheWay() async throws {
        try await withSandbox { box in
            try "".write(toFile: box("file"), atomically: false, encoding: .utf8)
            let before = try box.contents()
            let run = try await box.migrate("up", "-d", "sqlite:\(box("file"))/deep/a.db")
            expectRefusal(run, saying: box("file"), "check the path")
            #expect(try box.contents() == before)
        }
    }

    @Test("a file or a folder that may not be written or read", arguments: ["file", "folder", "unreadable"])
    func permission(_ what: String) async throws {
        try await withSandbox { box in
            let user = try await Unprivileged(box)
            _ = try await box.fixture("shorter", "up", "-d", box("test.db"))
            try user.own(box("test.db"))
            let mode = ["file": 0o444, "folder": 0o644, "unreadable": 0o000][what] ?? 0
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: box("test.db"))
            if what == "folder" {
                try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: box.files)
            }
            defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: box.files) }
            let before = try box.contents()

            for command in ["up", "down"] {
                let run = try await user.run(command, "--json", "-d", box("test.db"))
                expectRefusal(run, saying: box("test.db"), "by this user", "give this user")
                #expect(try run.document(ErrorDocument.self).error.code == "permission")
            }
            let status = try await user.run("status", "--json", "-d", box("test.db"))
            if what == "unreadable" {
                expectRefusal(status, saying: "may not be read by this user")
            } else {
                #expect(try status.document(StatusDocument.self).position == "behind", "\(status)")
            }
            #expect(try box.contents() == before)
        }
    }

    @Test("a folder where no file may be made")
    func newFileInReadOnlyFolder() async throws {
        try await withSandbox { box in
            let user = try await Unprivileged(box)
            try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: box.files)
            defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: box.files) }
            let run = try await user.run("up", "-d", "sqlite:\(box("new.db"))")
            expectRefusal(
                run, saying: box.files, "can't be created by this user", "give this user write access to the folder")
            #expect(try box.contents().isEmpty)
        }
    }
}

/// Runs programs as a user to whom file modes apply. They do not apply to root.
struct Unprivileged {
    private let box: Sandbox
    private let program: Program

    /// Makes the sandbox accessible to that user, and copies the program, because the build folder may be inaccessible to others.
    init(_ box: Sandbox) async throws {
        self.box = box
        program = Program(path: "\(box.folder)/tc-migrate-fixture")
        // Another program copies it: programs that this process starts meanwhile would inherit its open file, and a file that is open for
        // writing can't be executed.
        _ = try await box.run(try Program(inPath: "cp"), [Program.fixture.path, program.path])
        for place in [box.folder, box.files, program.path] { try chmod(0o755, place) }
        try chmod(0o777, "\(box.folder)/tmp")
    }

    /// Gives a file to that user, so that the owner's mode bits apply.
    func own(_ path: String) throws {
        if geteuid() == 0 { try #require(chown(path, 65_534, 65_534) == 0) }
    }

    func run(_ arguments: String...) async throws -> Run {
        let variables = ["TC_FIXTURE": "plain"]
        guard geteuid() == 0 else { return try await box.run(program, arguments, variables) }
        let dropping = ["--reuid=65534", "--regid=65534", "--clear-groups", "--", program.path]
        return try await box.run(try Program(inPath: "setpriv"), dropping + arguments, variables)
    }

    private func chmod(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
}
