import Foundation
import TestSupport
import Testing

/// A PostgreSQL server for one test, which may stop, kill and start it. The server that all tests share must keep running.
enum OwnServer {
    private static let ci = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("ci").path

    /// The beginning of the scripts. The server's folder is outside of the sandbox, because another user owns it if tests run as root.
    private static let prelude = #"""
        cluster=$(mktemp -u /tmp/tc-own-XXXXXX)
        trap 'bash "$CI/postgres" stop "$cluster"' EXIT

        """#

    private static let tools = #"""
        set -eu
        programs=$(source "$CI/setup"; postgresql_programs)
        control() (
          cd /
          [ "$(id -u)" != 0 ] || set -- setpriv --reuid="$(stat -c %U "$cluster")" --clear-groups -- "$@"
          "$@"
        )

        """#

    /// Runs a bash script that has `cluster` (its folder), `programs`, `control` (a command as the server's user), and `CI`,
    /// `TC`, `TELEC`, `TELECLAUDED` in its environment.
    static func run(
        _ script: String, in box: Sandbox, _ variables: [String: String?] = [:], inNamespace: Bool = false
    ) async throws -> Run {
        let own: [String: String?] = [
            "CI": ci, "TC": Program.tcMigrate.path, "TELEC": Program.telec.path,
            "TELECLAUDED": Program.teleclauded.path,
        ]
        return try await box.run(
            try Program(inPath: inNamespace ? "unshare" : "env"),
            (inNamespace ? ["--mount", "--"] : []) + ["bash", "-c", prelude + tools + script],
            own.merging(variables) { _, new in new }, timeout: 120)
    }

    /// Starts a server, and stops it when `body` is done.
    static func with<T>(
        in box: Sandbox, options: String = "", _ body: (RunningServer) async throws -> T
    ) async throws -> T {
        let server = RunningServer(box: box, folder: "/tmp/tc-own-\(UInt32.random(in: 0 ... .max))")
        do {
            try await server.bash(#"bash "$CI/postgres" start "$cluster""#, ["PG_OPTIONS": options])
            let result = try await body(server)
            try await server.bash(#"bash "$CI/postgres" stop "$cluster""#)
            return result
        } catch {
            try await server.bash(#"bash "$CI/postgres" stop "$cluster""#)
            throw error
        }
    }

    /// A running server that a test can stop and start.
    struct RunningServer: Sendable {
        let box: Sandbox
        let folder: String
        var url: String { "postgresql://tc@/postgres?host=\(folder)" }

        /// Runs a script that has `cluster`, `programs` and `control`, as in `OwnServer.run`.
        func bash(_ script: String, _ variables: [String: String?] = [:]) async throws {
            let run = try await box.run(
                try Program(inPath: "bash"), ["-c", "cluster=\(folder)\n" + OwnServer.tools + script],
                ["CI": OwnServer.ci].merging(variables) { _, new in new }, timeout: 120)
            try #require(run.code == 0, "\(run)")
        }

        /// Stops the server as an administrator does.
        func stop() async throws {
            try await bash(#"control "$programs/pg_ctl" stop -m fast -w -s -D "$cluster/data""#)
        }

        func start() async throws {
            try await bash(#"control "$programs/pg_ctl" start -w -s -D "$cluster/data" -l "$cluster/log""#)
        }
    }
}
