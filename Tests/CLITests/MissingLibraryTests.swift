import Testing

/// libpq and libcrypto are loaded when they are first needed (CPostgreSQL, CCrypto). Commands that don't need them work without
/// them, and commands that do say so at their start.
@Suite(
    "a library that is not installed",
    .enabled(if: FullDiskTests.canMount, "only root may hide a library from a process"))
struct MissingLibraryTests {
    /// Runs a command for whose processes the library's files are empty.
    private func run(without library: String, _ command: [String], in box: Sandbox) async throws -> Run {
        let script = #"""
            PATH="$PATH:/sbin:/usr/sbin"
            for file in $(ldconfig -p | sed -n "s/.*$0.* => //p"); do mount --bind /dev/null "$file" || exit 99; done
            exec "$@"
            """#
        return try await box.run(
            try Program(inPath: "unshare"), ["--mount", "--", "bash", "-c", script, library] + command)
    }

    @Test("without /proc no command is taken for none", arguments: ["tc-migrate", "teleclauded", "telec"])
    func proc(_ name: String) async throws {
        try await withSandbox { box in
            let script = "mount -t tmpfs none /proc && exec \"$@\""
            let run = try await box.run(
                try Program(inPath: "unshare"),
                ["--mount", "--", "bash", "-c", script, "bash", Program(built: name).path, "up"])
            #expect(run.ending == .exit(2) && run.output.isEmpty, "\(run)")
            #expect(run.error.contains("/proc can't be read") && run.error.contains("mount -t proc"), "\(run)")
        }
    }

    @Test("SQLite needs neither")
    func sqlite() async throws {
        try await withSandbox { box in
            for library in ["libpq.so", "libcrypto.so"] {
                let run = try await run(without: library, [Program.tcMigrate.path, "up", "-d", box("a.db")], in: box)
                #expect(run.ending == .exit(0), "\(run)")
            }
        }
    }

    @Test("PostgreSQL asks for libpq")
    func postgresql() async throws {
        try await withSandbox { box in
            let command = [Program.tcMigrate.path, "status", "-d", "postgresql:///app"]
            expectRefusal(
                try await run(without: "libpq.so", command, in: box), saying: "client library", "install libpq")
        }
    }

    @Test("the daemon and a certificate ask for libcrypto before they begin")
    func digests() async throws {
        try await withSandbox { box in
            let source = try makeSource(box, "CREATE TABLE t (a)")
            let before = try box.contents()
            for command in [
                [Program.teleclauded.path, "--check"], [Program.teleclauded.path],
                [Program.tcMigrate.path, "transfer", source, box("target.db"), "--certificate", box("proof.json")],
            ] {
                let run = try await run(without: "libcrypto.so", command, in: box)
                #expect(run.ending == .exit(2), "\(run)")
                #expect(run.error.contains("libcrypto") && run.error.contains("install it"), "\(run)")
            }
            #expect(try box.contents() == before)
        }
    }
}
