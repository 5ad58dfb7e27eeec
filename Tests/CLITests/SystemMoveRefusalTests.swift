import Foundation
import TCPOSIX
import TestSupport
import Testing

/// Tests databases, disks and servers on which `telec system migrate` can't work. It says so in one sentence and changes nothing.
@Suite("an existing install does not move to where it can't", .enabled(if: TestUser.areWanted, TestUser.skipReason))
struct SystemMoveRefusalTests {
    @Test("an encrypted database")
    func encrypted() async throws {
        try await withMove(.sqlite) { move in
            let before = try move.rootTree()
            let path = "\(move.home)/teleclaude/teleclaude.db"
            let kept = path + ".kept"
            rename(path, kept)
            // Like an SQLCipher file, this file consists of random bytes from the beginning.
            var noise = Data((0..<65_536).map { _ in UInt8.random(in: 0...255) })
            noise[0] = 0
            try noise.write(to: URL(fileURLWithPath: path))
            chown(path, move.alex.uid, move.alex.uid)
            expectRefusal(try await move.migrate("--quiet"), saying: path, "encrypted")
            #expect(FileManager.default.contents(atPath: path) == noise)
            #expect(try move.rootTree() == before)
        }
    }

    @Test("a report in a user's folder follows no link, and replaces a file only if that is asked for")
    func reportInAUsersFolder() async throws {
        try await withMove(.sqlite) { move in
            let (mine, report) = (move.box("root-only"), "\(move.home)/report.html")
            try "mine".write(toFile: mine, atomically: true, encoding: .utf8)
            for target in [mine, move.box("nowhere")] {
                symlink(target, report)
                lchown(report, move.alex.uid, move.alex.uid)
                for more in [[], ["--force"]] {
                    let run = try await move.migrate(["--dry-run", "--quiet", "--report", report] + more)
                    expectRefusal(run, saying: report, more.isEmpty ? "--force" : "is not a file")
                }
                #expect(unlink(report) == 0)
            }
            #expect(try String(contentsOfFile: mine, encoding: .utf8) == "mine")
            #expect(!FileManager.default.fileExists(atPath: move.box("nowhere")))

            try "old".write(toFile: report, atomically: true, encoding: .utf8)
            expectRefusal(try await move.migrate("--dry-run", "--quiet", "--report", report), saying: "exists")
            #expect(try String(contentsOfFile: report, encoding: .utf8) == "old")
            let run = try await move.migrate("--dry-run", "--quiet", "--report", report, "--force")
            #expect(run.code == 0, "\(run)")
            #expect(try String(contentsOfFile: report, encoding: .utf8).hasSuffix("</html>\n"))
            let facts = try FileManager.default.attributesOfItem(atPath: report)
            #expect(facts[.posixPermissions] as? Int == 0o600 && facts[.ownerAccountID] as? Int == 0)
        }
    }

    @Test("names of a user's files can't control root's terminal")
    func hostileNames() async throws {
        try await withMove(.sqlite) { move in
            let docs = "\(move.home)/.teleclaude/docs"
            let name = "\u{1B}]0;title\u{07}\u{202E}evil\nverdict.md"
            try "see ~/.teleclaude/docs/none.md\n".write(toFile: "\(docs)/\(name)", atomically: true, encoding: .utf8)
            symlink("/nowhere\u{1B}[2J\nelsewhere", "\(docs)/link.md")
            try move.own()
            let run = try await move.migrate("--dry-run", "--quiet")
            #expect(run.code == 0 && HostileText.isHarmless(run.output), "\(run)")
            #expect(run.output.contains("evil verdict.md:1 refers to"), "\(run)")
            #expect(run.output.contains("link.md is a symbolic link to /nowhere elsewhere: not followed"), "\(run)")
        }
    }

    @Test("a home on a disk that can't be written to is read all the same", .enabled(if: FullDiskTests.canMount))
    func readOnlyHome() async throws {
        try await withMove(.sqlite) { move in
            let originals = try Originals(move.home)
            let run = try await run(move, readOnly: move.home)
            #expect(run.code == 0 && run.output.contains("migrated: the originals are unchanged"), "\(run)")
            #expect(try Originals(move.home) == originals)
        }
    }

    @Test(
        "a place that can't be written to", .enabled(if: FullDiskTests.canMount),
        arguments: ["var/lib/teleclaude", "etc/teleclaude", "usr/local/share/teleclaude"])
    func readOnlyPlace(_ place: String) async throws {
        try await withMove(.sqlite) { move in
            let (originals, before) = (try Originals(move.home), try move.rootTree())
            let run = try await run(move, readOnly: "\(move.root)/\(place)")
            expectRefusal(run, saying: place, "Read-only file system")
            #expect(try Originals(move.home) == originals)
            #expect(try move.rootTree() == before)
            #expect(try await move.migrate("--quiet").code == 0)
        }
    }

    @Test(
        "a disk that fills up once the data is there: gone on with, or taken back",
        .enabled(if: FullDiskTests.canMount),
        arguments: ["resumed", "taken back"])
    func fullInTheMiddle(_ end: String) async throws {
        try await withMove(.sqlite) { move in
            let before = try move.rootTree()
            let place = "\(move.root)/usr/local/share/teleclaude"
            // The disk has room for the folders, but not for all documents.
            let run = try await run(move, #"mount -t tmpfs -o nr_inodes=6,mode=755 tmpfs "$place""#, on: place)
            expectRefusal(run, saying: "No space left", "continue with --resume", "telec system rollback")
            expectRefusal(try await move.migrate("--quiet"), saying: "did not finish", "--resume")
            if end == "resumed" {
                let run = try await move.migrate("--resume", "--quiet")
                #expect(run.code == 0 && run.output.contains("migrated: the originals are unchanged"), "\(run)")
            }
            // The rollback restores even a file that was removed meanwhile, because it existed before the move.
            if end == "resumed" { unlink("\(move.root)/etc/teleclaude/config.yml") }
            let back = try await move.telec("system", "rollback", "--root", move.root)
            #expect(back.code == 0 && !back.error.contains("has changed since"), "\(back)")
            #expect(try move.rootTree() == before)
        }
    }

    @Test(
        "what fails and can't be taken back says both, and what to do; a rollback then leaves nothing",
        .enabled(if: FullDiskTests.canMount))
    func notTakenBack() async throws {
        try await withMove(.sqlite) { move in
            let before = try move.rootTree()
            // The new database does not fit below the limit, and what is mounted can't be removed.
            let run = try await run(move, "trap '' XFSZ; ulimit -f 1700; \(Self.holding)", on: held(move))
            #expect(run.code == 2, "\(run)")
            for words in [
                "; and what the run has begun can't be taken back: ", "migration/held is a separate file system",
                "correct that and run this again",
            ] {
                #expect(run.error.contains(words), "\(run)")
            }
            #expect(try await move.telec("system", "rollback", "--root", move.root).code == 0)
            #expect(try move.rootTree() == before)
        }
    }

    @Test(
        "a rollback that breaks off while it removes its own files is completed",
        .enabled(if: FullDiskTests.canMount))
    func brokenRollback() async throws {
        try await withMove(.sqlite) { move in
            let before = try move.rootTree()
            #expect(try await move.migrate("--quiet").code == 0)
            let rollback = ["system", "rollback", "--root", move.root]
            let broken = try await self.run(move, Self.holding, on: held(move), rollback)
            expectRefusal(broken, saying: "migration/held is a separate file system")
            let back = try await move.box.run(move.program, rollback)
            #expect(back.code == 0, "\(back)")
            #expect(try move.rootTree() == before)
        }
    }

    private static let holding = #"mkdir -p "$place" && mount -t tmpfs tmpfs "$place""#

    private func held(_ move: Move) -> String { "\(move.root)/etc/teleclaude/migration/held" }

    private func run(_ move: Move, readOnly path: String) async throws -> Run {
        try await run(move, #"mount --bind "$place" "$place" && mount -o remount,bind,ro "$place""#, on: path)
    }

    /// Runs the migration, or another command, with a mount that other processes do not see.
    private func run(
        _ move: Move, _ mount: String, on path: String, _ arguments: [String]? = nil
    ) async throws -> Run {
        let script = #"place=$1; shift; \#(mount) || exit 99; exec "$@""#
        return try await move.box.run(
            Program(inPath: "unshare"),
            ["--mount", "--", "bash", "-c", script, "bash", path, move.program.path]
                + (arguments ?? move.arguments(["--quiet"])))
    }

    @Test("six at once: one does it, the others say what is in the way or that it is done")
    func atOnce() async throws {
        try await withMove(.sqlite) { move in
            let runs = try await withThrowingTaskGroup(of: Run.self) { group in
                for _ in 0..<6 { group.addTask { try await move.migrate("--quiet") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(runs.filter { $0.output.contains("migrated: the originals are unchanged") }.count == 1)
            for run in runs where !run.output.contains("migrated: ") {
                expectRefusal(run)
            }
            #expect(try query("SELECT CAST(count(*) AS TEXT) FROM sessions", on: move.url) == ["200"])
        }
    }

    @Test("a server that lets nobody in, lacks rights, is filled by somebody else, or only follows another one")
    func servers() async throws {
        try await withMove(.sqlite) { move in
            try await OwnServer.with(in: move.box) { server in
                let open = #"chmod 711 "$cluster" && chmod 777 "$cluster"/.s.PGSQL.5432"#
                try await server.bash(open)
                try await expectRefused(move, named("nowhere", server), saying: "database \"nowhere\" does not exist")

                try execute("CREATE ROLE guest LOGIN", on: server.url)
                for name in ["closed", "filled", "follower"] { try execute("CREATE DATABASE \(name)", on: server.url) }
                try execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC", on: named("closed", server))
                try await expectRefused(move, named("closed", server, as: "guest"), saying: "may not create tables")
                #expect(try tables(named("closed", server)) == [])

                try execute("CREATE TABLE sessions (mine int)", on: named("filled", server))
                try await expectRefused(move, named("filled", server), saying: "it holds sessions")
                #expect(try tables(named("filled", server)) == ["sessions"])

                try await server.stop()
                try await expectRefused(move, named("follower", server), saying: "can't be reached")
                try await server.bash(#"control touch "$cluster/data/standby.signal""#)
                try await server.start()
                try await server.bash(open)
                try await expectRefused(move, named("follower", server), saying: "is a standby")
                #expect(try tables(named("follower", server)) == [])
            }
        }
    }

    private func expectRefused(_ move: Move, _ url: String, saying words: String) async throws {
        let (originals, before) = (try Originals(move.home), try move.rootTree())
        expectRefusal(try await move.migrate("--database", url, "--quiet"), saying: words)
        #expect(try Originals(move.home) == originals)
        #expect(try move.rootTree() == before)
    }

    private func named(_ database: String, _ server: OwnServer.RunningServer, as user: String = "tc") -> String {
        "postgresql://\(user)@/\(database)?host=\(server.folder)"
    }
}
