import Foundation
import TestSupport
import Testing

/// Tests transfers whose server is stopped or has no room left, on a server of the test's own.
@Suite("a server that fails in a transfer", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct ServerFailureTests {
    private static let transfer = #"""
        transfer() { "$TC" transfer shop.db "$url" --chunk-mb 1 --json "$@" && echo "0" || echo "$?"; }

        """#

    private func run(_ script: String, in box: Sandbox, inNamespace: Bool = false) async throws -> Run {
        try await OwnServer.run(Self.transfer + script, in: box, inNamespace: inNamespace)
    }

    @Test("a stopped server: what is there is gone on with once it runs again")
    func stopped() async throws {
        try await withSandbox { box in
            _ = try makeShop(box, rows: 30_000)
            let script = #"""
                url=$(bash "$CI/postgres" start "$cluster")
                transfer > first &
                until "$programs/psql" -X -At -d "$url" -c "SELECT 'there' FROM tc_transfer_chunks WHERE kind = 'rows'" \
                  2>/dev/null | grep -q there; do sleep 0.02; done
                control "$programs/pg_ctl" stop -m immediate -s -D "$cluster/data"
                wait
                control "$programs/pg_ctl" start -w -s -D "$cluster/data" -l "$cluster/log"
                transfer --resume > second
                "$TC" verify shop.db "$url" > verified && echo equal
                """#
            let run = try await run(script, in: box)
            #expect(run.ending == .exit(0) && run.output == "equal\n", "\(run)")
            let first = try String(contentsOfFile: box("first"), encoding: .utf8)
            #expect(first.hasSuffix("2\n") && first.contains(#""code": "interrupted""#), "\(first)")
            let second = try String(contentsOfFile: box("second"), encoding: .utf8)
            #expect(second.hasSuffix("0\n") && second.contains(#""verdict": "verified""#), "\(second)")
        }
    }

    @Test(
        "a full disk, while loading and while building: with room the next run goes on",
        .enabled(if: FullDiskTests.canMount, "only root may mount a small disk"))
    func fullDisk() async throws {
        try await withSandbox { box in
            _ = try makeShop(box, rows: 8_000)
            let script = #"""
                mkdir "$cluster.disk" && mount -t tmpfs -o size=12m tmpfs "$cluster.disk"
                url=$(bash "$CI/postgres" start "$cluster")
                mkdir "$cluster.disk/space" && chown "$(stat -c %U "$cluster")" "$cluster.disk/space"
                "$programs/psql" -X -q -d "$url" -c "CREATE TABLESPACE small LOCATION '$cluster.disk/space'" \
                  -c "CREATE DATABASE shop TABLESPACE small"
                url=${url/\/postgres?/\/shop?}
                transfer > first
                mount -o remount,size=22m "$cluster.disk"
                transfer --resume > second
                mount -o remount,size=200m "$cluster.disk"
                transfer --resume > third
                "$TC" verify shop.db "$url" > verified && echo equal
                bash "$CI/postgres" stop "$cluster"
                umount "$cluster.disk" && rmdir "$cluster.disk"
                """#
            let run = try await run(script, in: box, inNamespace: true)
            #expect(run.ending == .exit(0) && run.output == "equal\n", "\(run)")
            for name in ["first", "second"] {
                let text = try String(contentsOfFile: box(name), encoding: .utf8)
                #expect(text.hasSuffix("2\n") && text.contains(#""code": "interrupted""#), "\(name): \(text)")
                // PostgreSQL reports the one or the other, depending on whether the last block fits in part or not at all.
                #expect(text.contains(/No space left on device|wrote only \d+ of 8192 bytes/), "\(name): \(text)")
            }
            let third = try String(contentsOfFile: box("third"), encoding: .utf8)
            #expect(third.hasSuffix("0\n") && third.contains(#""verdict": "verified""#), "\(third)")
        }
    }
}
