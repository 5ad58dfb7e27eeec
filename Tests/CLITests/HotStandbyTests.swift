import TestSupport
import Testing

/// Tests a server that follows another one. Commands that only read work there, and other commands say why they don't.
struct HotStandbyTests {
    private static let follow = #"""
        control "$programs/pg_basebackup" -h "$cluster" -U tc -D "$cluster/standby" -c fast -R
        control mkdir "$cluster/s"
        echo "unix_socket_directories = '$cluster/s'" >>"$cluster/standby/postgresql.conf"
        control "$programs/pg_ctl" start -w -s -D "$cluster/standby" -l "$cluster/standby.log"
        """#

    @Test(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func whatTakesNoWritesIsReadAndSaysWhatItCanNotDo() async throws {
        try await withSandbox { box in
            // The authentication rules of ci/postgres cover databases only, so replication needs a rule.
            try await OwnServer.with(in: box, options: "wal_level = replica") { server in
                try await server.bash(
                    #"echo 'local replication all trust' >>"$cluster/data/pg_hba.conf"; control "$programs/pg_ctl" reload -s -D "$cluster/data""#
                )
                #expect(try await box.migrate("up", "-d", server.url).ending == .exit(0))
                try await server.bash(Self.follow)
                let standby = "postgresql://tc@/postgres?host=\(server.folder)/s"
                let status = try await box.migrate("status", "--exit-code", "-d", standby)
                #expect(status.ending == .exit(0), "\(status)")
                let drift = try await box.migrate("drift", "-d", standby)
                #expect(drift.ending == .exit(2) && drift.output.isEmpty, "\(drift)")
                #expect(drift.error.contains("server accepts no writes: "), "\(drift)")
                #expect(drift.error.contains("connect to the primary server"), "\(drift)")
                #expect(!drift.error.contains("aborted"), "\(drift)")
                let up = try await box.migrate("up", "-d", standby)
                #expect(up.ending == .exit(0) || up.error.contains("read-only"), "\(up)")
                try await server.bash(#"control "$programs/pg_ctl" stop -m immediate -w -s -D "$cluster/standby""#)
            }
        }
    }
}
