import Dialects
import TCPOSIX
import TestSupport
import Testing

@Suite("kill -9 in the middle of up")
struct KillTests {
    @Test(
        "nothing of the migration stays, the lock is free, and the next up finishes the work",
        arguments: Backend.available)
    func kill(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let victim = try box.startFixture("slow", "up", "-d", url)
            try waitUntil("the slow migration pauses") { try isPaused(backend, url) }
            victim.kill(SIGKILL)
            let killed = try await victim.finish()
            #expect(killed.ending == .signal(SIGKILL))
            #expect(killed.output.contains("applied  0002-notes") && !killed.output.contains("0003-slow"), "\(killed)")

            try expectTables(url, ["notes", "people", "tc_migrations"])
            let status = try await box.fixture("slow", "status", "--json", "-d", url)
            #expect(
                try status.document(StatusDocument.self).migrations.map(\.state) == ["applied", "applied", "pending"])
            if backend == .sqlite { #expect(try !isWriteLocked(url)) }

            // The server may run the killed program's statement to its end; after that the lock is free.
            let next = try await box.fixture("slow", "up", "--lock-timeout", "20", "-d", url)
            #expect(next.ending == .exit(0) && next.output.hasPrefix("applied  0003-slow"), "\(next)")
            #expect(try await box.fixture("slow", "drift", "-d", url).output == "no drift\n")
            #expect(try tables(url).contains("after_the_pause"))
        }
    }

    @Test("Ctrl-C stops it at once, on the server too, and it says what became of it", arguments: Backend.available)
    func stopped(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let up = try box.startFixture("slow", "up", "-d", url)
            try waitUntil("the slow migration pauses") { try isPaused(backend, url) }
            up.kill(SIGINT)
            let stopped = try await up.finish()
            // In a file only the write lock tells of the pause, and that begins with the first statement.
            let statement = backend == .sqlite ? "statement " : "statement 2 and was rolled back"
            expectRefusal(
                stopped, saying: "migration 0003-slow was stopped at \(statement)", " and was rolled back",
                "run it again")
            #expect(stopped.output.contains("applied  0002-notes"), "\(stopped)")
            #expect(try !isPaused(backend, url))
            try expectTables(url, ["notes", "people", "tc_migrations"])
            #expect(try await box.fixture("slow", "up", "--lock-timeout", "1", "-d", url).code == 0)
        }
    }
}

/// Returns whether the fixture `slow` is in the pause of its third migration.
private func isPaused(_ backend: Backend, _ url: String) throws -> Bool {
    switch backend {
    case .postgresql:
        let asleep = try query(
            """
            SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' \
            AND query LIKE 'SELECT pg_sleep(4)%'
            """, on: url)
        return !asleep.isEmpty
    case .sqlite:
        // If two migrations are recorded and the file is being written, the third one runs.
        guard access(url.replacing("sqlite:", with: ""), F_OK) == 0 else { return false }
        guard try tables(url).contains("tc_migrations") else { return false }
        guard try query("SELECT id FROM tc_migrations", on: url).count == 2 else { return false }
        return try isWriteLocked(url)
    }
}

/// Returns whether another process holds a SQLite file's write lock at this moment.
private func isWriteLocked(_ url: String) throws -> Bool {
    let connection = try connect(to: try .init(parsing: url), .init(lockTimeout: 0))
    defer { connection.close() }
    do throws(DatabaseError) {
        try connection.begin()
        try connection.rollback()
        return false
    } catch {
        guard error.kind == .locked else { throw error }
        return true
    }
}
