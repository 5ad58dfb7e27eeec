import Foundation
import TCPOSIX
import TestSupport
import Testing

/// Tests `telec adopt`, which imports the data of an existing single-user install. An independent Python program counts and compares
/// the expected data (Tests/Fixtures/legacy/compare.py).
@Suite("an existing install is adopted")
struct AdoptTests {
    private func adopt(_ box: Sandbox, _ home: String, _ url: String, _ more: String...) async throws -> Run {
        try await box.run(.telec, ["adopt", "--from", home, "--database", url] + more)
    }

    @Test("every value comes over, owned by who adopts; the originals stay as they are", arguments: Backend.available)
    func home(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let home = try await box.legacyHome()
            let sources = try await box.legacySources(home)
            let before = try Originals(home)

            let dry = try await adopt(box, home, url, "--dry-run", "--quiet")
            #expect(dry.error.isEmpty, "\(dry)")
            #expect(dry.code == 0 && dry.output.contains("nothing was written"), "\(dry)")
            #expect(try Originals(home) == before)
            if backend == .sqlite { #expect(!FileManager.default.fileExists(atPath: box("test.db"))) }

            let run = try await adopt(box, home, url)
            #expect(run.code == 0 && run.output.contains("verified: 200 sessions are "), "\(run)")
            #expect(try Originals(home) == before)

            try await box.expectLegacyData(in: url, as: sources)
            try expectOwned(url)
            #expect(try query("SELECT value FROM system_settings WHERE key = 'only_in_wal'", on: url) == ["yes"])
            let drift = try await box.migrate("drift", "-d", url)
            #expect(drift.output == "no drift\n", "\(drift)")

            try expectFound(url, backend, asIn: sources[0])

            for place in [home, "\(home)/../home/"] {
                let again = try await adopt(box, place, url)
                let words = "already taken over: from \(home)/teleclaude/"
                #expect(again.code == 0 && again.output.hasPrefix(words), "\(again)")
            }
        }
    }

    @Test("a database below the working folder gets its folder there")
    func relativeDatabase() async throws {
        try await withDatabase(.sqlite) { box, _ in
            let home = try await box.legacyHome()
            let name = "adopted-\(UInt64.random(in: 0 ... .max))"
            defer { rmdir("/\(name)") }
            let run = try await adopt(box, home, "sqlite:\(name)/tc.db", "--quiet")
            #expect(run.code == 0, "\(run)")
            #expect(access(box("\(name)/tc.db"), F_OK) == 0)
            #expect(access("/\(name)", F_OK) != 0)
        }
    }

    @Test("an empty TMPDIR is none", .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func emptyTemporaryFolder() async throws {
        try await withSandbox { box in
            try await box.withUsers(["alex"]) { users in
                let (program, alex) = (try await box.published(.telec), users[0])
                let home = try await box.legacyHome(in: alex.home)
                for name in [""] + (try FileManager.default.subpathsOfDirectory(atPath: home)) {
                    lchown("\(home)/\(name)", alex.uid, alex.uid)
                }
                let words = ["adopt", "--from", home, "--database", "sqlite:\(alex.home)/own.db", "--quiet"]
                let run = try await box.run(as: alex, program, words, ["TMPDIR": ""])
                #expect(run.code == 0, "\(run)")
            }
        }
    }

    @Test("names in the old database reach no terminal as control sequences")
    func hostileNames() async throws {
        try await withDatabase(.sqlite) { box, url in
            let home = try await box.legacyHome()
            try execute(
                """
                CREATE TABLE "x\u{1B}[31mRED\u{9B}2J" (id INTEGER PRIMARY KEY, "c\u{1B}]0;pwn\u{7}" TEXT);
                INSERT INTO "x\u{1B}[31mRED\u{9B}2J" VALUES (1, 'v');
                ALTER TABLE sessions ADD COLUMN "d\u{1B}[8m" TEXT DEFAULT 'e';
                """, on: "sqlite:\(home)/teleclaude/teleclaude.db")
            for more in [["--dry-run"], []] {
                let run = try await box.run(.telec, ["adopt", "--from", home, "--database", url] + more)
                #expect(run.code == 0 && run.output.contains("RED"), "\(run)")
                #expect(HostileText.isHarmless(run.output + run.error), "\(run)")
            }
        }
    }

    @Test(
        "what a killed run left is removed, what a living one holds stays; another install does not count as taken over"
    )
    func leftovers() async throws {
        try await withDatabase(.sqlite) { box, url in
            let home = try await box.legacyHome()
            try box.write("work/teleclaude-import-dead00/main.db", "token")
            try box.write("work/teleclaude-import-living/main.db", "token")
            let living = open(box("work/teleclaude-import-living"), O_RDONLY)
            defer { close(living) }
            #expect(flock(living, LOCK_EX) == 0)
            let run = try await box.run(
                .telec, ["adopt", "--from", home, "--database", url, "--quiet"], ["TMPDIR": box("work")])
            #expect(run.code == 0, "\(run)")
            let left = try FileManager.default.contentsOfDirectory(atPath: box("work"))
            #expect(left == ["teleclaude-import-living"])

            try FileManager.default.copyItem(atPath: home, toPath: box("other"))
            let other = try await adopt(box, box("other"), url)
            #expect(other.code == 2 && other.error.contains("the database was filled from \(home)/"), "\(other)")
            #expect(other.error.contains("name an empty one with --database"), "\(other)")
        }
    }

    @Test("a run that is stopped leaves no copy", arguments: [SIGINT, SIGTERM, SIGHUP])
    func stopped(by number: Int32) async throws {
        try await withDatabase(.sqlite) { box, url in
            let home = try await box.legacyHome()
            try FileManager.default.createDirectory(atPath: box("work"), withIntermediateDirectories: true)
            let run = try box.start(
                .telec, ["adopt", "--from", home, "--database", url, "--quiet"], ["TMPDIR": box("work")])
            try waitUntil("there is a copy") {
                try !FileManager.default.contentsOfDirectory(atPath: box("work")).isEmpty
            }
            run.kill(number)
            let ended = try await run.finish()
            #expect(try FileManager.default.contentsOfDirectory(atPath: box("work")).isEmpty, "\(ended)")
        }
    }

    /// Expects that a word is found in as many memories and mirrors as the old full-text search found.
    private func expectFound(_ url: String, _ backend: Backend, asIn source: String) throws {
        let texts = [
            "memory_observations": ["title", "subtitle", "narrative", "facts", "concepts"],
            "mirrors": ["title", "conversation_text"],
        ]
        for (table, columns) in texts {
            let old = "SELECT CAST(count(*) AS TEXT) FROM \(table)_fts WHERE \(table)_fts MATCH 'null'"
            let words = columns.map { "coalesce(\($0), '')" }.joined(separator: " || ' ' || ")
            let new =
                switch backend {
                case .sqlite: old
                case .postgresql: "SELECT count(*)::text FROM \(table) WHERE search_words(\(words)) @> ARRAY['null']"
                }
            let before = try query(old, on: "sqlite:\(source)")
            #expect(before != ["0"])
            #expect(try query(new, on: url) == before, "\(table)")
        }
    }

    private func expectOwned(_ url: String) throws {
        let owners = try query("SELECT DISTINCT owner_uid || ' ' || owner_person FROM sessions", on: url)
        #expect(owners.count == 1 && owners[0].hasPrefix("\(geteuid()) "), "\(owners)")
        #expect(try query("SELECT token FROM session_tokens WHERE revoked_at IS NULL", on: url).isEmpty)
        #expect(try query("SELECT title FROM sessions WHERE title = 'changed only in the WAL'", on: url).count == 1)
    }

    /// Tests databases that the old program's own reader rejects, and databases of other versions.
    @Test("values that no column takes are kept beside, and their rows come along", arguments: Backend.available)
    func hostile(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let home = try await box.legacyHome()
            try execute(
                """
                UPDATE sessions SET created_at = '' WHERE rowid = 1;
                UPDATE sessions SET last_activity = 'yesterday', adapter_metadata = '{broken' WHERE rowid = 2;
                UPDATE sessions SET initiated_by_ai = 'true', char_offset = 'many' WHERE rowid = 3;
                UPDATE sessions SET transcript_files = x'ff00' WHERE rowid = 4;
                UPDATE agent_availability SET available = 'perhaps' WHERE agent = 'codex';
                UPDATE webhook_contracts SET created_at = 'never' WHERE id = (SELECT min(id) FROM webhook_contracts);
                ALTER TABLE sessions ADD COLUMN user_role TEXT DEFAULT 'admin';
                ALTER TABLE sessions DROP COLUMN principal;
                CREATE TABLE recordings (id INTEGER PRIMARY KEY, session_id TEXT, path TEXT);
                INSERT INTO recordings VALUES (1, 's', '/tmp/a.cast'), (2, NULL, NULL);
                DROP TABLE conversation_links;
                DROP TABLE voice_assignments;
                CREATE TABLE voice_assignments (id TEXT PRIMARY KEY, voice_name TEXT NOT NULL, elevenlabs_id TEXT);
                INSERT INTO voice_assignments VALUES ('v', 'nova', '21m00');
                """, on: "sqlite:\(home)/teleclaude/teleclaude.db")
            let run = try await adopt(box, home, url, "--json")
            #expect(run.code == 0, "\(run)")

            let kept = try query(
                """
                SELECT source_table || coalesce('.' || column_name, '') || ' ' || record FROM import_quarantine
                WHERE source_table IN ('recordings', 'voice_assignments') OR column_name IS NOT NULL ORDER BY 1
                """, on: url)
            for expected in [
                #"agent_availability.available "perhaps""#, #"sessions.created_at """#,
                #"sessions.last_activity "yesterday""#,
                #"sessions.adapter_metadata "{broken""#, #"sessions.char_offset "many""#,
                #"sessions.transcript_files {"blob": "/wA="}"#,
                #"recordings {"id": 1, "session_id": "s", "path": "/tmp/a.cast"}"#,
                #"recordings {"id": 2, "session_id": null, "path": null}"#,
                #"voice_assignments {"voice_name": "nova", "elevenlabs_id": "21m00"}"#,
            ] { #expect(kept.contains(expected), "\(expected) in \(kept)") }
            // The column requires a value, and no similar value exists, so the whole row is kept aside.
            #expect(kept.contains { $0.hasPrefix("webhook_contracts.created_at {") })
            #expect(try query("SELECT count(*) FROM webhook_contracts", on: url) == ["5"])
            #expect(try query("SELECT count(*) FROM sessions", on: url) == ["200"])
            #expect(try query("SELECT count(*) FROM sessions WHERE initiated_by_ai", on: url) != ["0"])
            let roles = try query(
                "SELECT record FROM import_quarantine WHERE source_table = 'sessions' AND column_name IS NULL", on: url)
            #expect(roles.count == 200 && Set(roles) == [#"{"user_role": "admin"}"#])
            #expect(try query("SELECT id FROM voice_assignments", on: url) == ["v"])
            try expectOwned(url)
        }
    }

    @Test("a session without a time of its activity is in the lists", arguments: Backend.available)
    func withoutActivity(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let home = try await box.legacyHome()
            try execute(
                """
                UPDATE sessions SET last_activity = 'yesterday', created_at = '2026-01-02 03:04:05' WHERE rowid = 1;
                UPDATE sessions SET last_activity = NULL, created_at = NULL, closed_at = '2026-01-03 03:04:05'
                    WHERE rowid = 2;
                UPDATE sessions SET last_activity = NULL, created_at = 'never', closed_at = '' WHERE rowid = 3;
                """, on: "sqlite:\(home)/teleclaude/teleclaude.db")
            let run = try await adopt(box, home, url)
            #expect(run.code == 0 && run.output.contains("sessions: 3 without a usable last_activity"), "\(run)")
            #expect(try query("SELECT count(*) FROM sessions WHERE last_activity IS NULL", on: url) == ["0"])
            for time in ["2026-01-02 03:04:05", "2026-01-03 03:04:05", "1970-01-01 00:00:00"] {
                let found = try query(
                    """
                    SELECT count(*) FROM sessions
                    WHERE replace(CAST(last_activity AS TEXT), 'T', ' ') LIKE '\(time)%'
                    """, on: url)
                #expect(found == ["1"], "\(time)")
            }
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            let listed = try await daemon.json("sessions", "list", "--limit", "500")["sessions"] as? [Any]
            #expect(listed?.count == 200)
            #expect(try await daemon.stop().code == 0)
        }
    }

    @Test(
        "bytes in columns of texts become texts, and keys that become the same are kept beside",
        arguments: Backend.available)
    func bytesInTexts(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let home = try await box.legacyHome()
            try execute(
                """
                UPDATE sessions SET title = x'610062' WHERE rowid = 1;
                INSERT INTO system_settings (key, value) VALUES (x'ff', 'one'), (x'fe', 'two'), (x'6b006b', 'three');
                """, on: "sqlite:\(home)/teleclaude/teleclaude.db")
            let run = try await adopt(box, home, url, "--quiet")
            #expect(run.code == 0 && run.output.contains("verified: 200 sessions are "), "\(run)")
            #expect(try query("SELECT count(*) FROM sessions WHERE title = 'a\u{2400}b'", on: url) == ["1"])
            #expect(try query("SELECT count(*) FROM system_settings WHERE key = '\u{FFFD}'", on: url) == ["1"])
            #expect(try query("SELECT count(*) FROM system_settings WHERE key = 'k\u{2400}k'", on: url) == ["1"])
            let aside = try query(
                """
                SELECT column_name FROM import_quarantine
                WHERE source_table = 'system_settings' AND reason LIKE '%another row has the value%'
                """, on: url)
            #expect(aside == ["key"], "\(run)")
        }
    }

    @Test("a -wal that is damaged is named, since what is behind the damage is lost")
    func damagedWAL() async throws {
        try await withDatabase(.sqlite) { box, url in
            let home = try await box.legacyHome()
            let wal = "\(home)/teleclaude/teleclaude.db-wal"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: wal))
            // A byte of the first frame's page.
            bytes[100] ^= 0xFF
            try bytes.write(to: URL(fileURLWithPath: wal))
            let run = try await adopt(box, home, url, "--quiet")
            let remark = " frames of its -wal: a damaged one's transaction, and all behind it"
            #expect(run.code == 0 && run.output.contains(remark), "\(run)")
        }
    }

    @Test("virtual tables with rows of their own are named, and no others")
    func virtualTables() async throws {
        try await withDatabase(.sqlite) { box, url in
            let home = try await box.legacyHome()
            let plain = try await adopt(box, home, url, "--dry-run", "--quiet")
            #expect(plain.code == 0 && !plain.output.contains("virtual table"), "\(plain)")
            try execute(
                """

                CREATE VIRTUAL TABLE notes USING fts5(body);
                INSERT INTO notes VALUES ('one'), ('two');
                CREATE VIRTUAL TABLE places USING rtree(id, x0, x1);
                INSERT INTO places VALUES (1, 0, 1);
                CREATE VIRTUAL TABLE bare USING fts5(body);
                PRAGMA writable_schema = ON;
                INSERT INTO sqlite_master
                VALUES ('table', 'vectors', 'vectors', 0, 'CREATE VIRTUAL TABLE vectors USING vec0(of float[3])');
                PRAGMA writable_schema = RESET;
                """, on: "sqlite:\(home)/teleclaude/teleclaude.db")
            let run = try await adopt(box, home, url, "--quiet")
            #expect(run.code == 0 && !run.output.contains("bare is a virtual"), "\(run)")
            for (name, rows) in [("notes", 2), ("places", 1)] {
                #expect(run.output.contains("\(name) is a virtual table: its rows (\(rows)) stay"), "\(run)")
            }
            // Its module is the application's own, and nobody else can read it.
            #expect(run.output.contains("vectors is a virtual table: its rows stay"), "\(run)")
        }
    }

    /// A backup of what was taken over into SQLite can be restored into PostgreSQL (docs/operations.md).
    @Test("texts that PostgreSQL does not hold are mended, whatever the database is", arguments: Backend.available)
    func unportableTexts(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let home = try await box.legacyHome()
            try execute(
                "UPDATE sessions SET title = CAST(x'61ff62' AS TEXT) WHERE rowid = 1",
                on: "sqlite:\(home)/teleclaude/teleclaude.db")
            let run = try await adopt(box, home, url, "--quiet")
            #expect(run.code == 0, "\(run)")
            for title in ["a\u{FFFD}b", "nul\u{2400}byte title"] {
                #expect(try query("SELECT count(*) || '' FROM sessions WHERE title = '\(title)'", on: url) == ["1"])
            }
            let kept = try query(
                "SELECT reason FROM import_quarantine WHERE source_table = 'sessions' AND column_name = 'title' ORDER BY 1",
                on: url)
            #expect(kept == ["holds a NUL character, which PostgreSQL texts can't hold", "is not UTF-8"])
        }
    }

    /// The values are mended in batches, in the order of a key of two columns and of the numbers of rows.
    @Test("values by the thousand that no column takes are all kept beside", arguments: Backend.available)
    func manyHostile(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let home = try await box.legacyHome()
            try execute(
                """
                DROP TABLE agent_availability;
                CREATE TABLE agent_availability (agent TEXT NOT NULL, reason TEXT NOT NULL, available INTEGER,
                    unavailable_until TEXT, degraded_until TEXT, PRIMARY KEY (reason, agent)) WITHOUT ROWID;
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
                INSERT INTO agent_availability SELECT 'a' || i, 'r' || (i % 7), 1, 'yesterday ' || i, 'perhaps' FROM n;
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
                INSERT INTO webhook_contracts (id, contract_json, created_at, updated_at)
                    SELECT 'many' || i, '{}', 'some day', '2026-01-01T00:00:00Z' FROM n;
                """, on: "sqlite:\(home)/teleclaude/teleclaude.db")
            let run = try await adopt(box, home, url, "--quiet")
            #expect(run.code == 0, "\(run)")
            let kept = try query(
                """
                SELECT source_table || ' ' || coalesce(column_name, '') || ' ' || count(*) FROM import_quarantine
                WHERE source_table = 'agent_availability' OR row_key LIKE 'id=many%'
                GROUP BY source_table, column_name ORDER BY 1
                """, on: url)
            #expect(
                kept == [
                    "agent_availability degraded_until 3000", "agent_availability unavailable_until 3000",
                    "webhook_contracts created_at 3000",
                ])
            let agents = try query(
                "SELECT count(*) FROM agent_availability WHERE unavailable_until IS NULL AND degraded_until IS NULL",
                on: url)
            #expect(agents == ["3000"])
            #expect(try query("SELECT count(*) FROM webhook_contracts WHERE id LIKE 'many%'", on: url) == ["0"])
        }
    }

    @Test("what the page says is what happens")
    func page() async throws {
        try await withSandbox { box in
            let home = try await box.legacyHome()
            let page = try TestSources.text(of: "docs/migrate-from-single-user.md")
            let script = try #require(page.firstMatch(of: /```sh\n((?:.|\n)*?)```/)?.1)
            let folder = URL(fileURLWithPath: Program.telec.path).deletingLastPathComponent().path
            let run = try await box.run(
                Program(inPath: "bash"), ["-ec", "PATH='\(folder)':$PATH\n\(script)"], ["HOME": home])
            #expect(run.code == 0, "\(run)")
            let ends = run.output.split(separator: "\n").filter {
                $0.hasPrefix("nothing was written") || $0.hasPrefix("verified: 200 sessions are ")
            }
            #expect(ends.count == 2, "\(run)")
            let kept = try #require(page.firstMatch(of: /```sql\n((?:.|\n)*?)```/)?.1)
            try expectOwned("sqlite:\(home)/.teleclaude/teleclaude.db")
            #expect(throws: Never.self) { try query(String(kept), on: "sqlite:\(home)/.teleclaude/teleclaude.db") }
        }
    }

    @Test("a database that is migrated and holds nothing yet is filled", arguments: Backend.available)
    func migrated(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let home = try await box.legacyHome()
            #expect(try await box.migrate("up", "-d", url).code == 0)
            let run = try await adopt(box, home, url)
            #expect(run.code == 0 && run.output.contains("verified: 200 sessions are "), "\(run)")
            try expectOwned(url)
            #expect(try await box.migrate("drift", "-d", url).output == "no drift\n")

            // A target that holds other sessions is refused, and those sessions stay.
            try execute("DELETE FROM imports", on: url)
            let second = try await adopt(box, home, url)
            #expect(second.code == 2 && second.error.contains("sessions"), "\(second)")
            #expect(try query("SELECT CAST(count(*) AS TEXT) FROM sessions", on: url) == ["200"])
        }
    }

    @Test("numbers go on past every one that was ever given", arguments: Backend.available)
    func sequences(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let home = try await box.legacyHome()
            let source = "sqlite:\(home)/teleclaude/teleclaude.db"
            try execute(
                "UPDATE sqlite_sequence SET seq = 100000 WHERE name = 'hook_outbox'; DELETE FROM inbound_queue WHERE id > 300",
                on: source)
            let highest = try query(
                "SELECT CAST(seq AS TEXT) FROM sqlite_sequence WHERE name = 'inbound_queue'", on: source)
            #expect(try await adopt(box, home, url).code == 0)
            try execute(
                """
                INSERT INTO hook_outbox (session_id, event_type, payload) VALUES ('s', 'e', '{}');
                INSERT INTO inbound_queue (session_id, origin, created_at) VALUES ('s', 'o', '2026-01-01 00:00:00');
                """, on: url)
            #expect(try query("SELECT CAST(max(id) AS TEXT) FROM hook_outbox", on: url) == ["100001"])
            let next = try #require(Int(highest[0])) + 1
            #expect(try query("SELECT CAST(max(id) AS TEXT) FROM inbound_queue", on: url) == ["\(next)"])
        }
    }

    @Test("a checkout that is not beside ~/.teleclaude comes with the events that are there")
    func checkoutElsewhere() async throws {
        try await withSandbox { box in
            let home = try await box.legacyHome()
            let (checkout, target) = ("\(home)/src/teleclaude", "sqlite:\(box("new.db"))")
            try FileManager.default.createDirectory(atPath: "\(home)/src", withIntermediateDirectories: false)
            try FileManager.default.moveItem(atPath: "\(home)/teleclaude", toPath: checkout)
            // The settings' link leads into the checkout.
            let link = "\(home)/.teleclaude/.env"
            try FileManager.default.removeItem(atPath: link)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../src/teleclaude/.env")
            let without = try await adopt(box, checkout, target, "--dry-run", "--quiet")
            #expect(without.code == 0 && without.output.contains("events.db was looked for in vain"), "\(without)")
            for place in [checkout, "\(home)/src", box.home] {
                #expect(without.output.contains("\(place)/.teleclaude/events.db"), "\(place) in \(without)")
            }
            let run = try await box.run(
                .telec, ["adopt", "--from", checkout, "--database", target, "--quiet"], ["HOME": home])
            #expect(run.code == 0 && run.output.contains("events: \(home)/.teleclaude/events.db"), "\(run)")
            #expect(try query("SELECT CAST(count(*) AS TEXT) FROM notifications", on: target) == ["300"])
        }
    }

    @Test("the old daemon's lock refuses; a file that it left behind does not")
    func lock() async throws {
        try await withSandbox { box in
            let home = try await box.legacyHome()
            let before = try Originals(home)
            let descriptor = open("\(home)/teleclaude/teleclaude.pid", O_RDWR | O_CLOEXEC)
            #expect(flock(descriptor, LOCK_EX) == 0)
            expectRefusal(
                try await adopt(box, home, "sqlite:\(box("new.db"))"),
                saying: "the existing daemon or another adoption is running", "stop it")
            close(descriptor)
            #expect(!FileManager.default.fileExists(atPath: box("new.db")))
            #expect(try Originals(home) == before)
            #expect(try await adopt(box, home, "sqlite:\(box("new.db"))").code == 0)
        }
    }

    @Test("what can't be adopted is refused in one sentence, and nothing is left behind")
    func refused() async throws {
        try await withSandbox { box in
            let home = try await box.legacyHome()
            let target = "sqlite:\(box("new.db"))"
            expectRefusal(try await adopt(box, box("nowhere"), target), saying: "there is no teleclaude.db", "--from")
            let same = try await adopt(box, home, "sqlite:\(home)/teleclaude/teleclaude.db")
            #expect(same.code == 64 && same.error.contains("the existing install's own database"), "\(same)")

            let broken = box("broken/teleclaude.db")
            try FileManager.default.createDirectory(atPath: box("broken"), withIntermediateDirectories: true)
            for bytes in [
                Data(repeating: 0xA7, count: 8192), Data("SQLite format 3\0".utf8) + Data(repeating: 1, count: 500),
            ] {
                try bytes.write(to: URL(fileURLWithPath: broken))
                let run = try await adopt(box, box("broken"), target)
                #expect(run.code == 2 && run.error.contains(broken) && run.output.isEmpty, "\(run)")
                #expect(try Data(contentsOf: URL(fileURLWithPath: broken)) == bytes)
            }

            for (statement, words) in [
                ("CREATE TABLE a (b)", "no table sessions"),
                (
                    "CREATE TABLE sessions (session_id TEXT); CREATE TABLE audit_log (a)",
                    "already a database of the new daemon"
                ),
            ] {
                let folder = box("other-\(words.count)")
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try execute(statement, on: "sqlite:\(folder)/teleclaude.db", creating: true)
                expectRefusal(try await adopt(box, folder, target, "--quiet"), saying: words)
            }
            try execute("CREATE TABLE notifications (a)", on: "sqlite:\(home)/teleclaude/teleclaude.db")
            expectRefusal(try await adopt(box, home, target, "--quiet"), saying: "both have a table notifications")
            try execute("DROP TABLE notifications", on: "sqlite:\(home)/teleclaude/teleclaude.db")

            try execute("CREATE TABLE mine (a)", on: "sqlite:\(box("full.db"))", creating: true)
            let full = try await adopt(box, home, "sqlite:\(box("full.db"))")
            #expect(full.code == 2 && full.error.contains("mine"), "\(full)")
            expectRefusal(
                try await adopt(box, home, "sqlite:\(box("no/such/folder/new.db"))"), saying: "can't be created")
            #expect(!FileManager.default.fileExists(atPath: box("new.db")))
            // No working copy is left.
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(box.folder)/tmp").isEmpty)
        }
    }

    @Test(
        "whatever moment it is killed at, it is all there or nothing, and it can be run again",
        arguments: Backend.available)
    func kill(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let home = try await box.legacyHome()
            let before = try Originals(home)
            for milliseconds in [40, 120, 200, 280, 360] {
                let victim = try box.start(.telec, ["adopt", "--from", home, "--database", url])
                try await Task.sleep(for: .milliseconds(milliseconds))
                victim.kill(SIGKILL)
                _ = try await victim.finish()
                #expect(try Originals(home) == before)
                guard backend == .postgresql || FileManager.default.fileExists(atPath: box("test.db")) else { continue }
                let names = try tables(url)
                if names.contains("sessions") {
                    #expect(
                        ["0", "200"].contains(try query("SELECT CAST(count(*) AS TEXT) FROM sessions", on: url)[0]))
                }
            }
            let last = try await adopt(box, home, url)
            #expect(last.code == 0, "\(last)")
            #expect(try query("SELECT CAST(count(*) AS TEXT) FROM sessions", on: url) == ["200"])
            #expect(try query("SELECT CAST(count(*) AS TEXT) FROM imports", on: url) == ["1"])
            try expectOwned(url)
        }
    }

    /// Multiplies the fixture's rows to 5,000 sessions and 100,000 rows of queues.
    private func grow(_ home: String) throws {
        let url = "sqlite:\(home)/teleclaude/teleclaude.db"
        for (table, key, times) in [
            ("sessions", "session_id", 24), ("hook_outbox", "id", 56), ("inbound_queue", "id", 83),
        ] {
            let columns = try query("SELECT name FROM pragma_table_info('\(table)')", on: url).filter { $0 != key }
            // The column is unique, so the copies get NULL.
            let values = columns.map { $0 == "source_message_id" ? "NULL" : $0 }.joined(separator: ", ")
            let new = key == "id" ? "NULL" : "\(key) || '-' || i"
            try execute(
                """
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(times))
                INSERT INTO \(table) (\(key), \(columns.joined(separator: ", "))) SELECT \(new), \(values) FROM \(table), n
                """, on: url)
        }
    }

    @Test(
        "a large install comes over, whatever the zones are, in little memory (checks 12, 48, 50)",
        arguments: Backend.available)
    func large(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let home = try await box.legacyHome()
            try grow(home)
            let sources = try await box.legacySources(home)
            let before = try Originals(home)
            let measured = """
                import resource, subprocess, sys
                code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
                print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
                sys.exit(code)
                """
            let run = try await box.run(
                Program(inPath: "python3"),
                ["-c", measured, Program.telec.path, "adopt", "--from", home, "--database", url, "--quiet"],
                ["TZ": "America/New_York", "PGTZ": "Asia/Kolkata"], timeout: 240)
            #expect(run.code == 0, "\(run)")
            let kilobytes = try #require(Int(run.output.trimmingCharacters(in: .newlines)))
            #expect(kilobytes < 200_000, "\(kilobytes) KB")
            #expect(try Originals(home) == before)
            #expect(try query("SELECT CAST(count(*) AS TEXT) FROM sessions", on: url) == ["5000"])
            let queues = ["hook_outbox", "inbound_queue"].map { "(SELECT count(*) FROM \($0))" }.joined(
                separator: " + ")
            #expect(try Int(query("SELECT CAST(\(queues) AS TEXT)", on: url)[0]) ?? 0 > 100_000)
            try await box.expectLegacyData(in: url, as: sources, grown: true)
        }
    }

    @Test("what is written meanwhile ends it before anything is changed (check 2)")
    func writtenMeanwhile() async throws {
        try await withSandbox { box in
            let home = try await box.legacyHome()
            try grow(home)
            let writer = """
                import sqlite3, sys, time
                c = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
                while True:
                    c.execute("INSERT INTO system_settings (key, value) VALUES (?, 'x')", (str(time.time_ns()),))
                    print("wrote", flush=True)
                    time.sleep(0.02)
                """
            let hook = try box.start(
                Program(inPath: "python3"), ["-c", writer, "\(home)/teleclaude/teleclaude.db"])
            try waitUntil("a hook writes") { try hook.outputText().contains("wrote") }
            let run = try await adopt(box, home, "sqlite:\(box("new.db"))", "--quiet")
            hook.kill(SIGKILL)
            _ = try await hook.finish()
            expectRefusal(run, saying: "was opened or written to during the copy", "stop its writers")
            #expect(!FileManager.default.fileExists(atPath: box("new.db")))
            #expect(try await adopt(box, home, "sqlite:\(box("new.db"))", "--quiet").code == 0)
        }
    }

    /// Adopts into `new.db`. The run is stopped, while `meanwhile` runs, once the target is being filled, which begins when the copy was
    /// proven.
    private func adopt(_ box: Sandbox, _ home: String, meanwhile: () throws -> Void) async throws -> Run {
        let run = try box.start(
            .telec, ["adopt", "--from", home, "--database", "sqlite:\(box("new.db"))", "--quiet"])
        try waitUntil("the target is being filled") { FileManager.default.fileExists(atPath: box("new.db")) }
        run.kill(SIGSTOP)
        try meanwhile()
        run.kill(SIGCONT)
        return try await run.finish(timeout: 60)
    }

    /// Writes a row to a database and ends like a program that is killed, so that the row stays in the -wal.
    private func writeAndBeKilled(_ box: Sandbox, _ database: String) async throws {
        let writer = """
            import os, sqlite3, sys
            c = sqlite3.connect(sys.argv[1], isolation_level=None)
            c.execute("INSERT INTO system_settings (key, value) VALUES ('written', 'x')")
            os._exit(0)
            """
        let killed = try await box.run(Program(inPath: "python3"), ["-c", writer, database])
        #expect(killed.code == 0 && FileManager.default.fileExists(atPath: "\(database)-wal"), "\(killed)")
    }

    @Test(
        "what is written after the copy makes the run fail, which names the database",
        arguments: ["teleclaude/teleclaude.db", ".teleclaude/events.db"])
    func writtenLater(_ name: String) async throws {
        try await withSandbox { box in
            let home = try await box.legacyHome()
            try grow(home)
            let ended = try await adopt(box, home) {
                try execute("CREATE TABLE late (x)", on: "sqlite:\(home)/\(name)")
            }
            let words = "not complete: \(home)/\(name) was written to after it was copied"
            #expect(ended.code == 1 && ended.output.contains(words), "\(ended)")
            #expect(ended.output.contains("stop its writers") && !ended.output.contains("verified"), "\(ended)")
            let again = try await adopt(box, home, "sqlite:\(box("new.db"))", "--quiet")
            #expect(again.code == 1 && again.output.contains("already taken over"), "\(again)")
            #expect(again.output.contains("was written to since it was taken over"), "\(again)")
        }
    }

    /// The reader is the last one to close the database, and copies the -wal, which the old daemon left, into the file.
    @Test("who only reads the old database after the copy has not written to it")
    func readLater() async throws {
        try await withSandbox { box in
            let home = try await box.legacyHome()
            try grow(home)
            let source = "\(home)/teleclaude/teleclaude.db"
            try await writeAndBeKilled(box, source)
            let ended = try await adopt(box, home) {
                let before = try Originals(home)
                #expect(try query("SELECT CAST(count(*) AS TEXT) FROM sessions", on: "sqlite:\(source)") == ["5000"])
                #expect(try Originals(home) != before)
            }
            #expect(ended.code == 0 && ended.output.contains("verified: "), "\(ended)")
            #expect(try await adopt(box, home, "sqlite:\(box("new.db"))", "--quiet").code == 0)
        }
    }

    @Test("an events.db without a table, or one that can't be compared, was not written to since")
    func emptyEvents() async throws {
        try await withSandbox { box in
            let home = try await box.legacyHome()
            let (events, url) = ("\(home)/.teleclaude/events.db", "sqlite:\(box("new.db"))")
            for suffix in ["", "-wal", "-shm"] { unlink(events + suffix) }
            try Data().write(to: URL(fileURLWithPath: events))
            let first = try await adopt(box, home, url, "--quiet")
            #expect(first.code == 0 && first.output.contains("verified: "), "\(first)")
            let second = try await adopt(box, home, url, "--quiet")
            #expect(second.code == 0 && !second.output.contains("compared"), "\(second)")
            try Data("no database".utf8).write(to: URL(fileURLWithPath: events))
            let third = try await adopt(box, home, url, "--quiet")
            #expect(third.code == 0 && third.output.contains("the data of \(events) can't be compared"), "\(third)")
        }
    }

    /// The -wal of a linked database is beside the file that the link means. The first reader copies it into the file.
    @Test("a linked database was written to if its -wal has a new row, and not if somebody has read it")
    func linked() async throws {
        try await withSandbox { box in
            let home = try await box.legacyHome()
            let (link, source) = ("\(home)/teleclaude/teleclaude.db", box("elsewhere.db"))
            for suffix in ["", "-wal"] {
                try FileManager.default.moveItem(atPath: link + suffix, toPath: source + suffix)
            }
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: source)
            let url = "sqlite:\(box("new.db"))"
            #expect(try await adopt(box, home, url, "--quiet").code == 0)
            _ = try query("SELECT CAST(count(*) AS TEXT) FROM sessions", on: "sqlite:\(source)")
            let read = try await adopt(box, home, url, "--quiet")
            #expect(read.code == 0 && read.output.contains("already taken over"), "\(read)")
            try await writeAndBeKilled(box, source)
            let written = try await adopt(box, home, url, "--quiet")
            #expect(written.code == 1 && written.output.contains("\(link) was written to since"), "\(written)")
        }
    }

    @Test("without the old daemon's file there is no lock to take, and the report says so")
    func withoutLock() async throws {
        try await withSandbox { box in
            let home = try await box.legacyHome()
            let with = try await adopt(box, home, "sqlite:\(box("new.db"))", "--dry-run", "--quiet")
            #expect(with.code == 0 && !with.output.contains("teleclaude.pid"), "\(with)")
            try FileManager.default.removeItem(atPath: "\(home)/teleclaude/teleclaude.pid")
            let without = try await adopt(box, home, "sqlite:\(box("new.db"))", "--dry-run", "--quiet")
            let words = "there is no \(home)/teleclaude/teleclaude.pid"
            #expect(without.code == 0 && without.output.contains(words), "\(without)")
        }
    }

    @Test(
        "a server that stops in the middle: one sentence, and nothing brought over (check 45)",
        .enabled(if: Backend.available.contains(.postgresql)))
    func serverStops() async throws {
        try await withSandbox { box in
            try await OwnServer.with(in: box) { server in
                let home = try await box.legacyHome()
                try grow(home)
                let run = try box.start(.telec, ["adopt", "--from", home, "--database", server.url, "--quiet"])
                try waitUntil("the target is migrated") { try tables(server.url).contains("sessions") }
                try await server.stop()
                let ended = try await run.finish(timeout: 60)
                #expect(ended.code == 2 && ended.error.hasPrefix("error: "), "\(ended)")
                try await server.start()
                #expect(try query("SELECT count(*)::text FROM sessions", on: server.url) == ["0"])
                let again = try await adopt(box, home, server.url, "--quiet")
                #expect(again.code == 0 && again.output.contains("verified: 5,000 sessions are "), "\(again)")
            }
        }
    }
}
