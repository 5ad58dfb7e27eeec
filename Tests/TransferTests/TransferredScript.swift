import Dialects
import TestSupport
import Testing

@testable import Transfer

extension TransferTests {
    /// Transfers the database that a script makes, and passes the target to `check`. If `isCompared`, a verification must then find both
    /// databases equal.
    static func transferred(
        isCompared: Bool = false, _ script: String, _ check: (TransferReport, any Connection) throws -> Void
    ) async throws {
        let fixture = try SQLiteFixture(script)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await transfer(fixture, into: url)
            #expect(report.verdict == .verified)
            if isCompared {
                let source = try Database(fixture.url, options: ConnectionOptions(access: .readOnly))
                let verification = try await Verification(of: source, against: try Database(url)).run()
                #expect(verification.isEqual, "\(verification.missing)")
            }
            try withBothEnds(fixture, url) { _, target in try check(report, target) }
        }
    }
}
