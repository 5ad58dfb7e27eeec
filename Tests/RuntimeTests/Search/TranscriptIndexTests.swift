import Dialects
import Migrator
import TCMigrations
import TestSupport
import Testing

@testable import TCRuntime

/// Tests the index and searches in it, on both databases. `SearchCommandTests` tests who may see which passages.
@Suite struct TranscriptIndexTests {
    private let alice = Identity(person: "Alice", role: .member, uid: 1_001, osUsername: nil)
    private let bob = Identity(person: "Bob", role: .member, uid: 1_002, osUsername: nil)

    private func withIndex(
        _ backend: Backend, _ body: (TranscriptIndex, SessionStore, Database) async throws -> Void
    ) async throws {
        try await backend.withDatabase { database in
            try await Migrator(history: try .teleclaude(), database: database).up()
            let fence = Fence(database: database, epoch: try await Epoch.begin(database, holder: "test"))
            try await body(TranscriptIndex(fence: fence), SessionStore(fence), database)
        }
    }

    private func session(_ id: String, of owner: Identity, _ visibility: Session.Visibility = .private) -> Session {
        let moment = "2026-11-25T10:00:00.000000Z"
        return Session(
            id: id, title: id, owner: Owner(person: owner.person, uid: owner.uid), state: .active,
            visibility: visibility,
            projectPath: "/p", agent: nil, thinkingMode: nil, computer: "here", tmuxName: nil, createdAt: moment,
            lastActivity: moment, closedAt: nil)
    }

    private func passage(_ text: String, _ minute: Int = 0) -> Passage {
        Passage(text: text, saidAt: Timestamp(parsing: "2026-11-25T10:\(minute < 10 ? "0" : "")\(minute):00Z")!)
    }

    private func progress(_ readTo: Int64, _ session: Session) -> PassageProgress {
        PassageProgress(
            readTo: readTo, clock: passage("").saidAt, parser: "text", scope: TranscriptScope.marks(of: session),
            passages: 0)
    }

    private func find(
        _ words: String, _ index: TranscriptIndex, _ scope: SessionScope, session: String? = nil, limit: Int = 100
    ) async throws -> [FoundPlace] {
        let words = words.split(separator: " ").map(String.init)
        return try await index.find(TranscriptQuery(words: words, session: session, limit: limit), scope)
    }

    /// A session whose old text waits to be read is not taken for one whose text has only just been recorded.
    @Test func oldTextIsNoNews() {
        let news = TranscriptNews()
        news.note("old", isLive: false)
        news.note("new", isLive: true)
        for id in ["old", "new"] { news.note(id, isLive: true) }
        news.note("shared", isLive: true)
        news.note("shared", isLive: false)
        #expect(news.take().map { "\($0.id) \($0.isLive)" } == ["old false", "new true", "shared false"])
        news.note("old", isLive: true)
        #expect(news.take().map(\.isLive) == [true])
    }

    @Test(arguments: Backend.available)
    func aPassageGrowsAndIsFoundAsItIs(_ backend: Backend) async throws {
        try await withIndex(backend) { index, sessions, _ in
            let one = session("one", of: alice)
            try await sessions.insert(one)
            #expect(try await index.progress(of: "one") == nil)
            #expect(try await index.add([passage("the dep")], of: "one", from: nil, to: progress(10, one)))
            let begun = try #require(try await index.progress(of: "one"))
            #expect(begun.open?.passage == passage("the dep") && begun.passages == 1 && begun.readTo == 10)
            // The same piece is not added twice.
            #expect(try await !index.add([passage("x")], of: "one", from: nil, to: progress(10, one)))
            let grown = [passage("the deployment\n"), passage("second u1001 shared\n", 1)]
            #expect(try await index.add(grown, of: "one", from: begun, to: progress(20, one)))
            #expect(try await !index.add(grown, of: "one", from: begun, to: progress(30, one)))
            #expect(try await find("DEPLOYMENT", index, .ownAndShared(alice)).map(\.session) == ["one"])
            #expect(try await find("dep", index, .ownAndShared(alice)).isEmpty)
            #expect(try await index.progress(of: "one")?.passages == 2)
            // Marks can't be found as words, and words do not act as marks.
            for words in ["u1001", "shared", "second shared"] {
                #expect(try await find(words, index, .ownAndShared(alice)).count == 1, "\(words)")
                #expect(try await find(words, index, .ownAndShared(bob)).isEmpty, "\(words)")
            }
            #expect(try await find("the", index, .all).count == 1)
            #expect(try await find("the second", index, .all).isEmpty)
            #expect(try await !index.add([passage("x")], of: "gone", from: nil, to: progress(10, one)))
        }
    }

    @Test(arguments: Backend.available)
    func marksFollowAndTheRowDecides(_ backend: Backend) async throws {
        try await withIndex(backend) { index, sessions, _ in
            let one = session("one", of: alice)
            try await sessions.insert(one)
            let many = (0..<450).map { passage("word number\($0)\n", $0 / 60) }
            #expect(try await index.add(many, of: "one", from: nil, to: progress(10, one)))
            #expect(try await find("word", index, .ownAndShared(bob)).isEmpty)
            try await sessions.setVisibility("one", .shared)
            // The passages are marked in batches.
            let marks = "=u1001 =shared"
            for _ in 1...2 { #expect(try await !index.mark("one", with: marks)) }
            #expect(try await index.mark("one", with: marks))
            #expect(try await index.progress(of: "one")?.scope == marks)
            let places = try await find("word", index, .ownAndShared(bob))
            #expect(places.count == 3 && places.allSatisfy { $0.matches == 450 })
            #expect(try await find("word", index, .ownAndShared(bob), session: "one", limit: 500).count == 450)
            // A session that is not shared any more is at once not found, whatever marks its passages still have.
            try await sessions.setVisibility("one", .private)
            #expect(try await find("word", index, .ownAndShared(bob)).isEmpty)
            #expect(try await find("word", index, .ownAndShared(alice)).count == 3)
        }
    }

    @Test(arguments: Backend.available)
    func pagesHoldEachPlaceOnce(_ backend: Backend) async throws {
        try await withIndex(backend) { index, sessions, _ in
            for number in 0..<7 {
                let one = session("s\(number)", of: alice)
                try await sessions.insert(one)
                // Some passages have the same time.
                let many = (0..<5).map { passage("common\n", number / 2 + $0 * 7) }
                #expect(try await index.add(many, of: one.id, from: nil, to: progress(1, one)))
            }
            let all = try await find("common", index, .all)
            #expect(all.count == 21 && all.map(\.saidAt) == all.map(\.saidAt).sorted(by: >))
            var (paged, cursor): ([Int64], TranscriptCursor?) = ([], nil)
            while true {
                let page = try await index.find(TranscriptQuery(words: ["common"], cursor: cursor, limit: 4), .all)
                paged += page.prefix(4).map(\.id)
                guard page.count > 4 else { break }
                cursor = TranscriptCursor(TranscriptCursor(saidAt: page[3].saidAt, id: page[3].id).text)
            }
            #expect(paged == all.map(\.id))
            #expect(TranscriptCursor("x~1") == nil && TranscriptCursor("2026-11-25T10:00:00.000000Z~x") == nil)
        }
    }

    /// The last line of a passage may be newer than its first one, whose time it has.
    @Test(arguments: Backend.available)
    func whatWasSaidSinceIsFound(_ backend: Backend) async throws {
        try await withIndex(backend) { index, sessions, _ in
            let one = session("one", of: alice)
            try await sessions.insert(one)
            let said = [passage("word\n"), passage("word again\n", 10)]
            #expect(try await index.add(said, of: "one", from: nil, to: progress(1, one)))
            let span = Passage.longestSpan
            let cases: [(Int64, Int)] = [(0, 2), (span, 2), (span + 1, 1), (600 + span, 1), (601 + span, 0)]
            for (seconds, count) in cases {
                let since = passage("").saidAt.advanced(seconds: seconds)
                let query = TranscriptQuery(words: ["word"], since: since, limit: 100)
                #expect(try await index.find(query, .all).count == count, "\(seconds)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func whatIsForgottenIsNotFound(_ backend: Backend) async throws {
        try await withIndex(backend) { index, sessions, database in
            for id in ["one", "two", "three"] {
                try await sessions.insert(session(id, of: alice))
                let many = (0..<450).map { passage("word\($0) common\n") }
                #expect(try await index.add(many, of: id, from: nil, to: progress(1, session(id, of: alice))))
            }
            try await index.forget("one")
            #expect(try await index.progress(of: "one") == nil)
            #expect(try await Set(find("common", index, .all).map(\.session)) == ["two", "three"])
            // Deleting a session's row deletes its remaining passages.
            try await database.withConnection { connection throws in
                _ = try connection.execute("DELETE FROM sessions WHERE session_id = 'two'")
                #expect(try connection.queryValue("SELECT count(*) FROM transcript_passages")?.integer == 450)
                #expect(try connection.queryValue("SELECT count(*) FROM transcript_readings")?.integer == 1)
            }
            #expect(try await Set(find("common", index, .all).map(\.session)) == ["three"])
            #expect(try await index.sessions(after: "", limit: 1).first?.session.id == "one")
            #expect(try await index.sessions(after: "one", limit: 9).map(\.readTo) == [1])
        }
    }
}
