import Foundation
import TestSupport
import Testing

/// Tests what the scripts in ci/ share (`ci/setup`), and the cluster that they start (`ci/postgres`).
@Suite("the scripts' workshop and cluster")
struct WorkshopTests {
    /// Runs a script of bash in the sandbox. Its `$1` is the project's folder.
    private func bash(_ box: Sandbox, _ script: String) async throws -> Run {
        try await box.run(Program(inPath: "bash"), ["-c", script, "story", Built.project])
    }

    private static var hasServer: Bool { (try? Program(inPath: "initdb")) != nil }

    @Test("a workshop opens where no PostgreSQL server is installed")
    func withoutServer() async throws {
        try await withSandbox { box in
            let run = try await bash(
                box,
                """
                source "$1/ci/setup"
                postgresql_programs() { return 1; }
                open_workshop
                echo went on
                """)
            #expect(run.ending == .exit(0) && run.output == "went on\n", "\(run)")
        }
    }

    @Test("who is not root is told what works: the package lists first, and elsewhere what to look for")
    func missingPackages() async throws {
        try await withSandbox { box in
            let common = "source \"$1/ci/setup\"; is_root() { false; }; has() { false; };"
            let debian = try await bash(box, "\(common) apt-get() { :; }; require_packages tmux pgbouncer")
            #expect(debian.ending == .exit(2), "\(debian)")
            #expect(
                debian.error.contains(
                    "As root: apt-get update && apt-get install -y --no-install-recommends tmux pgbouncer; ci/setup"),
                "\(debian)")
            let other = try await bash(box, "\(common) PATH=/nonexistent; require_packages tmux")
            #expect(
                other.ending == .exit(2)
                    && other.error.hasSuffix(
                        "not a Debian system. Please install what these packages hold: tmux\n"),
                "\(other)")
        }
    }

    @Test("ci/setup asks for packages before it asks for Swift, which root may not have")
    func packagesFirst() async throws {
        try await withSandbox { box in
            for (name, script) in [("id", "echo 1000"), ("apt-get", ":")] {
                try await box.writeProgram("bin/\(name)", "#!/bin/sh\n\(script)\n")
            }
            let run = try await bash(
                box,
                """
                for name in dirname basename sort tail readlink; do ln -s "$(command -v $name)" bin/; done
                bash="$(command -v bash)"
                PATH="$PWD/bin" "$bash" "$1/ci/setup"
                """)
            #expect(run.ending == .exit(2) && run.error.contains("packages are missing. As root: "), "\(run)")
        }
    }

    @Test("a user without an account has a home in the workshop")
    func withoutAccount() async throws {
        try await withSandbox { box in
            let run = try await bash(
                box,
                """
                source "$1/ci/setup"
                getent() { return 2; }
                work="$PWD/work" HOME=/nonexistent/home
                use_own_home
                [[ $HOME == "$work/home" && -d $HOME ]] && echo made
                """)
            #expect(run.ending == .exit(0) && run.output == "made\n", "\(run)")
        }
    }

    /// Root can write to everybody's home, and its owner can move away what root keeps there.
    @Test("root does not take the home of another user for its own")
    func homeOfAnother() async throws {
        try await withSandbox { box in
            let run = try await bash(
                box,
                """
                source "$1/ci/setup"
                work="$PWD/work" HOME="$PWD/theirs"
                mkdir "$HOME"
                use_own_home; [[ $HOME == "$PWD/theirs" ]] && echo own
                if [[ $(id -u) == 0 ]]; then chown 12345 "$HOME"; else chmod 500 "$HOME"; fi
                use_own_home; [[ $HOME != "$PWD/theirs" ]] && echo other
                """)
            #expect(run.ending == .exit(0) && run.output == "own\nother\n", "\(run)")
        }
    }

    @Test("of two runs in one folder one builds at a time, and what a command leaves behind keeps no lock")
    func turns() async throws {
        try await withSandbox { box in
            try await box.writeProgram(
                "bin/swift",
                """
                #!/bin/sh
                sleep 20 >/dev/null 2>&1 &
                echo $! >> stayed
                echo begin >> log; sleep 0.3; echo end >> log

                """)
            let run = try await bash(
                box,
                """
                source "$1/ci/setup"
                scratch="$PWD/scratch" package="$PWD" PATH="$PWD/bin:$PATH"
                in_swift build & in_swift build & wait
                flock --nonblock scratch/.turn echo free
                kill $(cat stayed)
                cat log
                """)
            #expect(run.ending == .exit(0) && run.output == "free\nbegin\nend\nbegin\nend\n", "\(run)")
        }
    }

    @Test("what goes on beside other steps says its part when it is awaited, fails the run, and ends with it")
    func beside() async throws {
        try await withSandbox { box in
            let prelude = """
                source "$1/ci/setup"
                postgresql_programs() { return 1; }
                open_workshop
                build() { echo built >&2; return "$1"; }
                """
            let good = try await bash(box, prelude + "\nbeside build 0; echo other; await_beside; echo on")
            #expect(good.ending == .exit(0) && good.output == "other\nbuilt\non\n", "\(good)")
            let bad = try await bash(box, prelude + "\nstep one; beside build 3; step two; await_beside; echo on")
            #expect(bad.ending == .exit(3) && bad.output == "\n== one\n\n== two\nbuilt\n", "\(bad)")
            #expect(bad.error.hasSuffix("FAILED (exit 3) in: two\n"), "\(bad)")
            let early = try await bash(
                box, prelude + "\nhang() { sleep 1000; }; beside hang; echo $companion; step one; exit 4")
            let pid = try #require(early.output.split(separator: "\n").first.flatMap { pid_t($0) }, "\(early)")
            #expect(early.ending == .exit(4), "\(early)")
            try waitUntil("nothing of it is left") { kill(-pid, 0) != 0 }
        }
    }

    @Test("what is kept for the next run, programs too, is in a folder that nobody else can write to")
    func keptFolder() async throws {
        try await withSandbox { box in
            let run = try await bash(
                box,
                """
                source "$1/ci/setup"
                set +e
                umask 000
                export XDG_CACHE_HOME="$PWD/cache"
                ask() { local place; place="$(kept_folder kept 2>/dev/null)" || place=refused; echo "$1: $place"; }
                ask new; ask again
                stat -c %a cache/kept
                chmod 777 cache/kept; ask open
                chmod 755 cache/kept; ask readable
                mv cache/kept elsewhere; ln -s "$PWD/elsewhere" cache/kept; ask link
                rm cache/kept; mkdir -m 700 cache/kept
                if [[ $(id -u) == 0 ]]; then chown 12345 cache/kept; ask foreign; else echo "foreign: refused"; fi
                rmdir cache/kept
                if [[ $(id -u) == 0 ]]; then chown 12345 cache; ask theirs; else echo "theirs: refused"; fi
                export XDG_CACHE_HOME="$PWD/cache/below/it"
                if [[ $(id -u) == 0 ]]; then ask below; else echo "below: refused"; fi
                """)
            let kept = "\(box.files)/cache/kept"
            #expect(
                run.output == """
                    new: \(kept)
                    again: \(kept)
                    700
                    open: refused
                    readable: \(kept)
                    link: refused
                    foreign: refused
                    theirs: refused
                    below: refused

                    """,
                "\(run)")
        }
    }

    @Test("every program that is fetched for a soak or a bench is in such a folder")
    func nothingBelowTmp() throws {
        for file in ["ci/soak", "ci/bench"] {
            let text = try TestSources.text(of: file)
            #expect(text.contains("$(kept_folder teleclaude-") && !text.contains("/tmp/teleclaude"), "\(file)")
        }
    }

    @Test(
        "a soak that takes root says so before its first step",
        arguments: ["runtime", "floods", "mcp", "takeover", "packages", "container", "systemd"])
    func soaksOfRoot(_ subject: String) async throws {
        try await withSandbox { box in
            try await box.writeProgram("bin/id", "#!/bin/sh\necho 1000\n")
            let run = try await bash(box, "PATH=\"$PWD/bin:$PATH\" bash \"$1/ci/soak\" \(subject)")
            #expect(run.ending == .exit(2), "\(run)")
            #expect(run.error == "ci/soak: \(subject) takes root: run it as root\n", "\(run)")
        }
    }

    @Test("SwiftPM's lock is the developer's own in `.build`, and the run's elsewhere")
    func lockFolder() async throws {
        try await withSandbox { box in
            try await box.writeProgram("bin/swift", "#!/bin/sh\necho \"$TMPDIR\"\n")
            let run = try await bash(
                box,
                """
                source "$1/ci/setup"
                postgresql_programs() { return 1; }
                callers="$TMPDIR" PATH="$PWD/bin:$PATH"
                open_workshop
                ( project="$PWD/theirs"; mkdir theirs
                  share_release_folder; [[ $(in_swift build) == "$callers" ]] && echo shared
                  scratch="$PWD/own"; [[ $(in_swift build) == "$work/tmp" ]] && echo own )
                """)
            #expect(run.ending == .exit(0) && run.output == "shared\nown\n", "\(run)")
        }
    }

    @Test(
        "a cluster's folder is taken only from root or the server's user, and never if others can write to it",
        .enabled(if: geteuid() == 0, "only root can give folders away"))
    func foreignFolder() async throws {
        try await withSandbox { box in
            let run = try await bash(
                box,
                """
                mkdir pg && touch pg/.teleclaude-cluster && chown -R 12345 pg
                "$1/ci/postgres" stop "$PWD/pg"; echo "foreign: $?"
                chown -R 0 pg && chmod 777 pg
                "$1/ci/postgres" stop "$PWD/pg"; echo "open: $?"
                chmod 700 pg
                "$1/ci/postgres" stop "$PWD/pg"; echo "ours: $?"
                ls
                """)
            #expect(run.output == "foreign: 2\nopen: 2\nours: 0\n", "\(run)")
        }
    }

    @Test(
        "starts at once make one cluster, and each URL can be used at once",
        .enabled(if: hasServer, "initdb is missing"))
    func startsAtOnce() async throws {
        try await withSandbox { box in
            // The server is another user, who has to pass.
            chmod(box.folder, 0o711)
            let run = try await bash(
                box,
                """
                trap '"$1/ci/postgres" stop "$PWD/pg"; ls -A' EXIT
                start() { url="$("$1/ci/postgres" start "$PWD/pg")" && psql -XAtqd "$url" -c 'SELECT 1'; }
                start "$1" & start "$1" & start "$1" & wait
                """)
            #expect(run.ending == .exit(0) && run.output == "1\n1\n1\n", "\(run)")
        }
    }
}
