import Foundation
import TestSupport
import Testing

@Suite("a full disk")
struct FullDiskTests {
    @Test("a file that may not grow further: nothing of the migration stays, and with room the next up goes on")
    func limitedFile() async throws {
        try await withSandbox { box in
            // The limit is in blocks of 512 bytes. SIGXFSZ, which would end the program, is ignored.
            let limited = #"trap '' XFSZ; ulimit -f 120; exec "$0" "$@""#
            let run = try await box.run(
                Program(path: "/bin/sh"), ["-c", limited, Program.tcMigrate.path, "up", "--json", "-d", box("test.db")])
            try await expectStopped(run, box, saying: "could not be read or written", "ulimit -f")
        }
    }

    @Test(
        "a small disk: nothing of the migration stays, and with room the next up goes on",
        .enabled(if: canMount, "only root may mount a small disk"))
    func smallDisk() async throws {
        try await withSandbox { box in
            // The disk disappears with its last process, so its files are copied first.
            let script = """
                mkdir disk && mount -t tmpfs -o size=128k tmpfs disk || exit 99
                "$0" up --json -d disk/test.db
                code=$?
                cp disk/* . 2> cp.log
                exit $code
                """
            let run = try await box.run(
                try Program(inPath: "unshare"), ["--mount", "--", "/bin/sh", "-c", script, Program.tcMigrate.path])
            try await expectStopped(run, box, saying: "no space is left", "free some space")
            #expect(try run.document(ErrorDocument.self).error.context.kind == "diskFull")
        }
    }

    @Test("no room even for an empty database", .enabled(if: canMount, "only root may mount a small disk"))
    func noRoom() async throws {
        try await withSandbox { box in
            let script = """
                mkdir disk && mount -t tmpfs -o size=4k,nr_inodes=2 tmpfs disk || exit 99
                echo x > disk/full
                "$0" up -d disk/test.db
                """
            let run = try await box.run(
                try Program(inPath: "unshare"), ["--mount", "--", "/bin/sh", "-c", script, Program.tcMigrate.path])
            expectRefusal(run, saying: "no space is left", "disk/test.db", "free some space")
        }
    }

    /// The command fills the disk of its owner's home. What it says then, and its exit code, reach the daemon all the same.
    @Test("a full home: the end of a recording is there", .enabled(if: canMount, "only root may mount a small disk"))
    func fullHome() async throws {
        try await withDaemon(.sqlite) { daemon in
            // Only the host and its terminal see the small disk.
            let start = #"mount -t tmpfs -o size=1m,mode=755 tmpfs "$HOME" || exit 99; exec "$0" "$@""#
            let fill = "sleep 1; cat /dev/zero > $HOME/full; echo last words; exit 7"
            let run = try await daemon.box.run(
                try Program(inPath: "unshare"),
                [
                    "--mount", "--", "/bin/sh", "-c", start, Program.telec.path, "sessions", "start", "--title", "Full",
                    "--project", daemon.box.files, "--", "sh", "-c", fill,
                ], daemon.variables)
            #expect(run.code == 0, "\(run)")
            let id = run.output.trimmingCharacters(in: .newlines)
            try await daemon.wait(for: id, toBe: "closed")
            let raw = try await daemon.telec("transcript", id, "--raw").output
            #expect(raw.contains("last words") && raw.contains(#""x","7""#) && !raw.contains("gap:"), "\(raw)")
        }
    }

    /// The daemon's disk is full. Its owner is told so, and the recording is whole once there is room.
    @Test("a full state folder: owners are told why", .enabled(if: canMount, "only root may mount a small disk"))
    func fullState() async throws {
        try await withSandbox { box in
            let variables = box.daemonVariables("sqlite:\(box("a.db"))")
            let folder = "\(box.home)/.teleclaude/transcripts"
            let start = #"mkdir -p "$1" && mount -t tmpfs -o size=1m,mode=700 tmpfs "$1" || exit 99; exec "$0""#
            let process = try box.start(
                try Program(inPath: "unshare"),
                ["--mount", "--", "/bin/sh", "-c", start, Program.teleclauded.path, folder], variables)
            let daemon = TestDaemon(box: box, process: process, variables: variables)
            try waitUntil("the daemon serves") { try process.errorText().contains("ready") }
            let script = "echo begin; until [ -e \(box("go")) ]; do sleep 0.1; done; seq 20000; exit 7"
            let id = try await daemon.start("sh", "-c", script)
            try await daemon.waitForTranscript(of: id, toContain: "begin")
            // Only the daemon sees the small disk.
            let full = "/proc/\(process.pid)/root\(folder)/full"
            _ = try await box.run(Program(path: "/bin/sh"), ["-c", "cat /dev/zero > \(full)"])
            try box.write("go", "")
            let words = "a transcript can't be written: No space left on device"
            let deadline = ContinuousClock.now + .seconds(60)
            while try await !daemon.telec("sessions", "list").error.contains(words) {
                try #require(ContinuousClock.now < deadline, "the owner is not told")
                try await Task.sleep(for: .milliseconds(200))
            }
            let session = try await daemon.json("sessions", "get", id)["session"] as? [String: Any]
            let host = session?["host"] as? [String: Any]
            #expect(host?["state"] as? String == "refused" && host?["reason"] as? String == words, "\(host ?? [:])")
            let log = try String(contentsOfFile: "\(box.home)/.teleclaude/hosts/\(id)/log", encoding: .utf8)
            #expect(log.split(separator: words).count == 2, "\(log)")
            #expect(unlink(full) == 0)
            try await daemon.wait(for: id, toBe: "closed")
            let raw = try await daemon.telec("transcript", id, "--raw").output
            #expect(raw.contains("20000") && raw.contains(#""x","7""#) && !raw.contains("gap:"))
            #expect(try await daemon.stop().code == 0)
        }
    }

    private func expectStopped(_ run: Run, _ box: Sandbox, saying words: String...) async throws {
        expectRefusal(run, saying: "0001-single-user-tables")
        for word in words { #expect(run.error.contains(word), "\(run)") }
        // The file is removed, unless the disk had no room even to check whether it is empty.
        if access(box("test.db"), F_OK) == 0 {
            let status = try await box.migrate("status", "--json", "-d", box("test.db"))
            let lines = try status.document(StatusDocument.self).migrations
            #expect(lines.allSatisfy { $0.state == "pending" }, "\(status)")
            #expect(try tables(box("test.db")).isEmpty)
        }
        let next = try await box.migrate("up", "-d", box("test.db"))
        #expect(next.ending == .exit(0), "\(next)")
        #expect(try await box.migrate("drift", "-d", box("test.db")).output == "no drift\n")
    }

    /// Whether mounts are possible: they need root, and some containers forbid them.
    static let canMount: Bool = {
        guard geteuid() == 0, let unshare = try? Program(inPath: "unshare") else { return false }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: unshare.path)
        process.arguments = ["--mount", "--", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}
