import Foundation
import TestSupport

/// A PostgreSQL server of a test's own, which a script may stop, kill and start: the one that all tests share must stay.
enum OwnServer {
    private static let ci = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("ci").path

    /// The server stands beside the sandbox: where tests run as root it is another user's.
    private static let prelude = #"""
        set -eu
        cluster=$(mktemp -u /tmp/tc-own-XXXXXX)
        trap 'bash "$CI/postgres" stop "$cluster"' EXIT
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
            (inNamespace ? ["--mount", "--"] : []) + ["bash", "-c", prelude + script],
            own.merging(variables) { _, new in new }, timeout: 120)
    }
}
