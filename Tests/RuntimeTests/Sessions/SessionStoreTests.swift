import Dialects
import TCMigrations
import Migrator
import TCSettings
import TestSupport
import Testing

@testable import TCRuntime

@Suite struct SessionStoreTests {
    private let alice = Identity(person: "Alice", role: .member, uid: 1_001, osUsername: "alice")

    private func withStore(_ backend: Backend, _ body: (SessionStore, Database) async throws -> Void) async throws {
        try await backend.withDatabase { database in
            try await Migrator(history: try .teleclaude(), database: database).up()
            let epoch = try await Epoch.begin(database, holder: "test")
            try await body(SessionStore(Fence(database: database, epoch: epoch)), database)
        }
    }

    private func session(
        _ number: Int, of owner: Owner, _ visibility: Session.Visibility = .private, state: Session.State = .active
    ) -> Session {
        let digits = String(number + 100)
        let moment = "2026-11-25T10:\(digits.suffix(2)):00.000000Z"
        return Session(
            id: "s\(digits)", title: "Session \(number) 100%_!", owner: owner, state: state, visibility: visibility,
            projectPath: "/p\(number % 2)", agent: number % 2 == 0 ? "claude" : nil, thinkingMode: "slow",
            computer: "here", tmuxName: nil,
            createdAt: moment, lastActivity: moment, closedAt: nil)
    }

    private func fill(_ store: SessionStore) async throws {
        let (own, other) = (Owner(person: "Alice", uid: 1_001), Owner(person: "Bob", uid: 1_002))
        for number in 0..<20 {
            switch number % 4 {
            case 0, 1: try await store.insert(session(number, of: own))
            case 2: try await store.insert(session(number, of: other, .shared))
            default: try await store.insert(session(number, of: other))
            }
        }
        // One session has Alice's uid with another person's name, and one has no owner.
        try await store.insert(session(30, of: Owner(person: "Zoe", uid: 1_001), .shared))
        try await store.insert(session(31, of: Owner(person: nil, uid: nil), .shared))
    }

    @Test(arguments: Backend.available)
    func aSessionIsReadBackAsItWasWritten(backend: Backend) async throws {
        try await withStore(backend) { store, _ in
            let session = session(1, of: Owner(person: "Ælice \"x\"", uid: .max), .shared)
            try await store.insert(session)
            #expect(try await store.find(session.id) == session)
            #expect(try await store.find("none") == nil)
        }
    }

    @Test(arguments: Backend.available)
    func headlessSessionsOfAnExistingInstallAreNotOpenOnes(backend: Backend) async throws {
        try await withStore(backend) { store, database in
            for (number, state) in Session.State.allCases.enumerated() {
                try await store.insert(session(number, of: Owner(person: "Alice", uid: 1_001), state: state))
            }
            try await database.withConnection { connection in
                _ = try connection.execute(
                    """
                    UPDATE sessions SET closed_at = '2026-11-26T10:00:00.000000Z'
                    WHERE lifecycle_status IN ('closed', 'lost')
                    """)
            }
            try await store.insert(session(20, of: Owner(person: "Alice", uid: 1_001)))
            try await database.withConnection { connection in
                _ = try connection.execute("UPDATE sessions SET lifecycle_status = NULL WHERE session_id = 's120'")
            }
            // The three states of a session that a host runs, and the state that an old row may lack.
            #expect(try await store.open(of: alice, upTo: 10) == 4)
            #expect(try await store.open(of: alice, upTo: 3) == 3)
        }
    }

    /// A project's count is the number of its sessions that the user sees in the list.
    @Test(arguments: Backend.available)
    func projectsAreCountedAsTheyAreListed(backend: Backend) async throws {
        try await withStore(backend) { store, database in
            try await fill(store)
            for (number, path) in [(40, nil), (41, "")] as [(Int, String?)] {
                var session = session(number, of: Owner(person: "Alice", uid: 1_001))
                session.projectPath = path
                try await store.insert(session)
            }
            let closed = SessionFilter(state: .closed)
            for scope in [SessionScope.all, .ownAndShared(alice)] {
                let projects = try await store.projects(scope, SessionFilter(), limit: 10)
                #expect(projects.map(\.path) == [nil] + (scope == .all ? ["/p1", "/p0"] : ["/p0", "/p1"]))
                for project in projects {
                    let listed = try await store.page(
                        scope, SessionFilter(project: project.path ?? ""), after: nil, limit: 100
                    ).sessions
                    #expect(listed.count == project.sessions && listed.first?.lastActivity == project.newest)
                }
                #expect(try await store.projects(scope, closed, limit: 10) == [])
                // Another way of counting gives the same result.
                let active = SessionFilter(state: .active)
                #expect(try await store.projects(scope, active, limit: 10) == projects)
                #expect(try await store.projects(scope, SessionFilter(), limit: 1).count == 1)
            }
        }
    }

    /// An admin's view includes every session, so a query within a project uses the index by project and reads only the page's
    /// sessions. A query for one person's sessions uses the index by owner, because the sessions of all others are more numerous.
    @Test func aProjectIsFoundByItsIndex() async throws {
        try await withStore(.sqlite) { _, database in
            func plan(_ sql: SQL) async throws -> String {
                let rows = try await database.withConnection { try $0.query("EXPLAIN QUERY PLAN \(sql)") }
                return rows.compactMap { $0[3].text }.joined(separator: "\n")
            }
            func query(_ filter: SessionFilter) -> SessionQuery { SessionQuery(filter: filter, cursor: nil, limit: 50) }
            let byProject = "sessions_project_path_last_activity_session_id_idx (project_path=?"
            let ofOne = "sessions_owner_person_last_activity_session_id_idx (owner_person=?"
            let inProject = SessionFilter(project: "/p0")
            let wholly = try await plan(query(inProject).statement(.all))
            #expect(wholly.contains(byProject))
            let asMember = try await plan(query(inProject).statement(.ownAndShared(alice)))
            #expect(asMember.contains(ofOne))
            let ofBob = try await plan(query(SessionFilter(project: "/p0", owner: "Bob")).statement(.all))
            #expect(ofBob.contains(ofOne))
            let counted = try await plan(query(SessionFilter()).projects(.all))
            let index = "sessions_project_path_last_activity_session_id_idx"
            #expect(counted.contains("SCAN sessions USING COVERING INDEX \(index)"))
        }
    }

    /// Activities that are written together keep their order, whatever the ids are, and no time goes backwards.
    @Test(arguments: Backend.available)
    func sessionsAreOrderedByWhenTheyWereActive(backend: Backend) async throws {
        try await withStore(backend) { store, _ in
            let me = Owner(person: "Alice", uid: 1_001)
            for number in 1...3 { try await store.insert(session(number, of: me)) }
            try await store.insert(session(4, of: me, state: .closed))
            let activity = Activity()
            let times = try ["09:00", "11:00", "11:30", "11:20"].map {
                try #require(Timestamp(parsing: "2026-11-25T\($0):00.000000Z"))
            }
            activity.note("s101", at: times[2])
            activity.note("s101", at: times[1])
            activity.note("s102", at: times[3])
            activity.note("s103", at: times[0])
            // The database was unavailable: the activities that could not be written wait together with newer ones.
            let waiting = activity.take()
            activity.note("s102", at: times[1])
            activity.putBack(waiting)
            try await store.touch(activity.take())
            #expect(activity.take() == [:])
            let page = try await store.page(.all, SessionFilter(), after: nil, limit: 10).sessions
            #expect(page.map(\.id) == ["s101", "s102", "s104", "s103"])
            #expect(
                page.map(\.lastActivity) == [
                    "2026-11-25T11:30:00.000000Z", "2026-11-25T11:20:00.000000Z", "2026-11-25T10:04:00.000000Z",
                    "2026-11-25T10:03:00.000000Z",
                ])
        }
    }

    /// An object on the table suppresses writes without an error. A write that did not happen must not be reported as done.
    @Test(arguments: Backend.available)
    func whatIsSwallowedIsAFailure(backend: Backend) async throws {
        let swallow =
            backend == .sqlite
            ? """
            CREATE TRIGGER a BEFORE INSERT ON sessions BEGIN SELECT RAISE(IGNORE); END;
            CREATE TRIGGER b BEFORE UPDATE ON sessions BEGIN SELECT RAISE(IGNORE); END;
            CREATE TRIGGER c BEFORE INSERT ON session_tokens BEGIN SELECT RAISE(IGNORE); END;
            """
            : """
            CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
            CREATE TRIGGER a BEFORE INSERT OR UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION swallow();
            CREATE TRIGGER c BEFORE INSERT ON session_tokens FOR EACH ROW EXECUTE FUNCTION swallow();
            """
        try await withStore(backend) { store, database in
            let shared = session(1, of: Owner(person: "Alice", uid: 1_001), .shared)
            try await store.insert(shared)
            try await database.withConnection { try $0.executeScript(swallow) }
            let other = session(2, of: Owner(person: "Alice", uid: 1_001))
            await #expect(throws: DatabaseError.self) { try await store.insert(other) }
            await #expect(throws: DatabaseError.self) { try await store.setVisibility(shared.id, .private) }
            await #expect(throws: DatabaseError.self) {
                _ = try await SessionTokens(database: database).issue(
                    sessionID: shared.id, principal: "x", role: .member)
            }
            #expect(try await store.find(shared.id)?.visibility == .shared)
        }
    }

    /// Pages of any size give the rows of the whole list in the same order, each exactly once.
    @Test(arguments: Backend.available)
    func pagesAreTheList(backend: Backend) async throws {
        try await withStore(backend) { store, _ in
            try await fill(store)
            for (scope, count) in [(SessionScope.all, 22), (.ownAndShared(alice), 15)] {
                for limit in [1, 3, 7, 100] {
                    var (found, cursor) = ([String](), SessionCursor?.none)
                    repeat {
                        let page = try await store.page(scope, SessionFilter(), after: cursor, limit: limit)
                        found += page.sessions.map(\.id)
                        cursor = page.next.flatMap { SessionCursor($0.text) }
                        #expect((page.next == nil) == (cursor == nil))
                    } while cursor != nil
                    #expect(found == found.sorted(by: >))
                    #expect(Set(found).count == count && found.count == count)
                }
            }
        }
    }

    @Test(arguments: Backend.available)
    func filtersNarrowTheList(backend: Backend) async throws {
        try await withStore(backend) { store, _ in
            try await fill(store)
            func count(_ filter: SessionFilter) async throws -> Int {
                try await store.page(.ownAndShared(alice), filter, after: nil, limit: 100).sessions.count
            }
            #expect(try await count(SessionFilter(agent: "claude")) == 10)
            #expect(try await count(SessionFilter(project: "/p1")) == 5)
            #expect(try await count(SessionFilter(owner: "Bob")) == 5)
            #expect(try await count(SessionFilter(state: .closed)) == 0)
            // The wildcards of LIKE have no special meaning.
            #expect(try await count(SessionFilter(text: "100%_!")) == 15)
            #expect(try await count(SessionFilter(text: "SESSION 1 ")) == 1)
            #expect(try await count(SessionFilter(text: "1_0")) == 0)
            // A title is given as a whole, and the caller's own are found by the caller's index.
            func own(_ title: String) async throws -> [String] {
                try await store.page(.own(alice), SessionFilter(title: title), after: nil, limit: 9).sessions.map(\.id)
            }
            #expect(try await own("Session 1 100%_!") == ["s101"])
            for other in [
                "Session 2 100%_!", "Session 30 100%_!", "Session 31 100%_!", "session 1 100%_!", "Session 1",
            ] {
                #expect(try await own(other) == [], "\(other)")
            }
            #expect(try await store.page(.own(alice), SessionFilter(), after: nil, limit: 99).sessions.count == 10)
            var accent = session(51, of: Owner(person: "Alice", uid: 1_001))
            accent.title = "1 cafe\u{301}"
            try await store.insert(accent)
            #expect(try await count(SessionFilter(text: "cafe\u{301}")) == 1)
            #expect(try await count(SessionFilter(text: "1%\u{301}")) == 0)
            // A text finds the title from which it was copied, in whatever script.
            var study = session(50, of: Owner(person: "Alice", uid: 1_001))
            study.title = "ÉTUDE Nr. 1"
            try await store.insert(study)
            for text in ["ÉTUDE", "ÉTUDE NR"] { #expect(try await count(SessionFilter(text: text)) == 1, "\(text)") }
        }
    }

    /// The sessions of a hundred hosts that don't go keep no other session from being removed.
    @Test(arguments: Backend.available)
    func whoseHostStaysIsPassedOver(backend: Backend) async throws {
        try await withStore(backend) { store, database in
            let end = "2026-01-02T00:00:00.000000Z"
            for number in 0..<250 {
                var ended = session(1, of: Owner(person: "Alice", uid: 1_001), state: .closed)
                ended.id = "e\(number + 1_000)"
                try await store.insert(ended)
            }
            try await database.withConnection { connection in
                _ = try connection.execute("UPDATE sessions SET closed_at = \(end)")
                _ = try connection.execute(
                    "UPDATE sessions SET closed_at = '2026-01-03T00:00:00.000000Z' WHERE session_id = 'e1000'")
            }
            let (hosts, moment) = (HostRegistry(), Timestamp.now)
            func removable() async throws -> [String] {
                try await Expiry.removable(in: store, hosts, before: moment)
            }
            #expect(try await removable() == (1_001...1_100).map { "e\($0)" })
            var connected: [ConnectedHost] = []
            for number in 1_001..<1_240 { connected.append(await hosts.connect("e\(number)", of: 1_001)) }
            #expect(try await removable() == (1_240..<1_250).map { "e\($0)" } + ["e1000"])
            withExtendedLifetime(connected) {}
        }
    }

    @Test(arguments: Backend.available)
    func aClosedSessionStaysClosed(backend: Backend) async throws {
        try await withStore(backend) { store, _ in
            let session = session(1, of: Owner(person: "Alice", uid: 1_001))
            try await store.insert(session)
            #expect(try await store.move(session.id, to: .closed))
            #expect(try await !store.move(session.id, to: .active))
            #expect(try await store.find(session.id)?.state == .closed)
            #expect(try await store.reopen(session.id)?.closedAt == nil)
        }
    }

    @Test(arguments: Backend.available)
    func theAgentsTranscriptsAreKept(backend: Backend) async throws {
        try await withStore(backend) { store, database in
            let session = session(1, of: Owner(person: "Alice", uid: 1_001))
            try await store.insert(session)
            #expect(try await store.follow(session.id, transcript: "/t/a.jsonl"))
            #expect(try await !store.follow(session.id, transcript: "/t/a.jsonl"))
            #expect(try await store.follow(session.id, transcript: "/t/b.jsonl"))
            #expect(try await !store.follow("none", transcript: "/t/b.jsonl"))
            #expect(try await store.find(session.id)?.nativeSessionID == "b")
            let row = try await database.withConnection { connection in
                try connection.values("SELECT native_log_file, transcript_files FROM sessions")
            }.first
            #expect(row?[0].text == "/t/b.jsonl" && row?[1].text == #"["/t/a.jsonl"]"#)
        }
    }

    /// A daemon that lost its lock writes nothing, and a daemon that takes over waits for writes of the old one that are in progress.
    @Test(arguments: Backend.available)
    func anOldEpochWritesNothing(backend: Backend) async throws {
        try await withStore(backend) { store, database in
            let session = session(1, of: Owner(person: "Alice", uid: 1_001))
            try await store.insert(session)
            let epoch = try await Epoch.begin(database, holder: "second")
            let new = SessionStore(Fence(database: database, epoch: epoch))
            let error = await #expect(throws: RuntimeError.self) { try await store.move(session.id, to: .closed) }
            #expect(error?.code == .fenced)
            #expect(try await store.find(session.id)?.state == .active)
            #expect(try await new.move(session.id, to: .closed))
        }
    }
}
