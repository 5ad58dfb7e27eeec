import Dialects
import Testing

@testable import TCRuntime

/// Tests when the owner of a session hears that its host waits.
@Suite struct HostStandingTests {
    private func standing(_ code: RuntimeError.Code) -> HostStanding {
        HostStanding(since: "2026-11-29T12:00:00.000000Z", code: code.rawValue, message: "why")
    }

    @Test("a refusal is told at once, and silence once it lasts")
    func news() throws {
        let (soon, later) = (
            try #require(Timestamp(parsing: "2026-11-29T12:00:01Z")),
            try #require(Timestamp(parsing: "2026-11-29T12:00:04Z"))
        )
        #expect(standing(.notFound).isNews(at: soon) && standing(.notFound).isNews(at: later))
        #expect(!standing(.noDaemon).isNews(at: soon) && standing(.noDaemon).isNews(at: later))
    }
}
