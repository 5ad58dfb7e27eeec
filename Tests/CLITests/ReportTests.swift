import Foundation
import TestSupport
import Testing

/// Tests `telec report` and `GET /report` with real users and both databases.
@Suite("telec report")
struct ReportTests {
    /// Hostile names: markup, an entity, reversed text, an escape sequence, and very long ones.
    static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "&lt;b&gt;", "\u{202E}gnp.exe",
        "\u{1B}]52;c;!\u{7}",
        "'; DROP TABLE sessions; --", "<\u{338}b>", String(repeating: "long ", count: 60), "</bdi></td></table></svg>",
    ]

    private static func quoted(_ text: String) -> String { "'\(text.replacingOccurrences(of: "'", with: "''"))'" }

    /// Inserts sessions whose people, agents and folders have hostile names.
    private static func fill(_ url: String) throws {
        for (at, name) in hostile.enumerated() {
            try execute(
                """
                INSERT INTO sessions (session_id, computer_name, title, project_path, active_agent, owner_person, owner_uid,
                lifecycle_status, created_at, last_activity, last_output_raw) VALUES ('h\(at)', 'here', 'secret-title',
                \(quoted("/secret-place/" + name)), \(quoted(name)), \(quoted(name)), \(5_000 + at), 'active',
                CURRENT_TIMESTAMP_OF_TEST, CURRENT_TIMESTAMP_OF_TEST, 'secret-output')
                """.replacingOccurrences(of: "CURRENT_TIMESTAMP_OF_TEST", with: "'\(now)'"), on: url)
        }
    }

    private static var now: String { Date.now.ISO8601Format().replacingOccurrences(of: "Z", with: ".000000Z") }

    /// Checks what must be true for every page.
    private static func check(_ page: String) throws {
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
        #expect(page.contains("default-src 'none'; style-src 'sha256-"))
        for word in [
            "<script", "<img", "<b>", "secret-", "style=\"", "http:", "https:", "\u{1B}", "\u{202E}", "\u{7}",
            "<bdi></bdi>",
        ] {
            #expect(!page.contains(word), "\(word)")
        }
        // The page is well-formed, so no name has opened or closed an element.
        let body = try #require(page.components(separatedBy: "<body>").last).replacingOccurrences(
            of: "</html>", with: "")
        #expect(XMLScanner.isBalanced("<body>" + body), "\(page)")
        #expect(page.contains("<svg") && page.contains("role=\"img\"") && page.contains("<caption>"))
    }

    @Test(
        "an admin gets the page, everybody else one sentence, and both are in the log",
        .enabled(if: TestUser.areWanted, TestUser.skipReason),
        arguments: Backend.available)
    func readers(_ backend: Backend) async throws {
        try await withSharedMachine(backend) { machine in
            try Self.fill(machine.database)
            let id = try await machine.start(machine.alice, title: "secret-title")
            let file = "\(machine.admin.home)/report.html"
            let run = try await machine.telec(
                machine.admin, "report", "--html", file, "--reason", "the board asked")
            #expect(run.code == 0 && run.output == "wrote \(file)\n" && run.error == "", "\(run)")
            let page = try String(contentsOfFile: file, encoding: .utf8)
            try Self.check(page)
            for word in [MultiUserTests.canary, id, machine.alice.home] { #expect(!page.contains(word), "\(word)") }
            #expect(
                page.contains("<bdi>Alice</bdi>") && page.contains("<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>"))
            let facts = try FileManager.default.attributesOfItem(atPath: file)
            #expect(facts[.posixPermissions] as? Int == 0o600)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: machine.admin.home).filter { $0.hasSuffix(".part") }
                    == [])
            let json = try await machine.telec(machine.admin, "report", "--json")
            let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
            let (sessions, owners) = (report["sessions"] as? [String: Any], report["owners"] as? [String: Any])
            #expect(sessions?["all"] as? Int == Self.hostile.count + 1, "\(json)")
            #expect(owners?["all"] as? Int == Self.hostile.count + 1 && owners?["orphaned"] as? Int == 0, "\(json)")
            let audit = report["audit"] as? [String: Any]
            let people = audit?["people"] as? [[String: Any]]
            #expect(people?.first { $0["name"] as? String == "Ada" }?["entries"] as? Int == 2, "\(json)")
            for word in ["secret-", MultiUserTests.canary] { #expect(!json.output.contains(word), "\(word)") }

            for user in [machine.alice, machine.bob, machine.stranger] {
                let file = "\(user.home)/report.html"
                let run = try await machine.telec(user, "report", "--html", file)
                let why =
                    user.name == machine.stranger.name
                    ? "this account is not in the settings" : "the role member does not include it"
                #expect(run.code == 2 && run.error == "error: making a report is not allowed: \(why)\n", "\(run)")
                #expect(run.output == "" && !FileManager.default.fileExists(atPath: file))
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: user.home).filter { $0.hasSuffix(".part") }
                        == [])
            }
            let log = try query(
                """
                SELECT coalesce(person, '-') || ' ' || outcome || ' ' || coalesce(reason, '-') FROM audit_log
                WHERE action = 'report' ORDER BY seq
                """, on: machine.database)
            #expect(
                log == [
                    "Ada allowed the board asked", "Ada allowed -", "Alice refused the role member does not include it",
                    "Bob refused the role member does not include it",
                    "- refused this account is not in the settings",
                ])
        }
    }

    @Test("the socket gives the page itself, with words for what can't be asked", arguments: Backend.available)
    func socket(_ backend: Backend) async throws {
        try await withDaemon(backend) { daemon in
            try Self.fill(try #require(daemon.variables["TELECLAUDE_DATABASE_URL"] ?? nil))
            func get(_ path: String) async throws -> String {
                let socket = "\(daemon.box.folder)/d.sock"
                return try await daemon.box.run(
                    Program(inPath: "curl"), ["-si", "--unix-socket", socket, "http://localhost\(path)"]
                ).output
            }
            let answer = try await get("/report")
            let head = answer.lowercased()
            #expect(head.hasPrefix("http/1.1 200") && head.contains("content-type: text/html; charset=utf-8"))
            #expect(head.contains("cache-control: no-store"))
            try Self.check(String(answer[try #require(answer.range(of: "<!DOCTYPE")).lowerBound...]))
            for (path, words) in [
                ("/report?days=0", "a number from 1 to 366"), ("/report?days=367", "a number from 1 to 366"),
                ("/report?days=x", "a number"), ("/report?format=pdf", "html, json"), ("/report?verify=2", "0 to 1"),
                ("/report?reason=%00", "NUL"),
            ] {
                let answer = try await get(path)
                #expect(answer.hasPrefix("HTTP/1.1 400") && answer.contains(words), "\(path) \(answer)")
            }
            // An invalid request does not count as a report.
            #expect(
                try query(
                    "SELECT count(*) FROM audit_log WHERE action = 'report'",
                    on: try #require(daemon.variables["TELECLAUDE_DATABASE_URL"] ?? nil))
                    == ["1"])
        }
    }

    @Test("an installation that nobody has used yet has a report too", arguments: Backend.available)
    func empty(_ backend: Backend) async throws {
        try await withDaemon(backend) { daemon in
            let file = "\(daemon.box.files)/empty.html"
            #expect(try await daemon.telec("report", "--html", file, "--days", "1").code == 0)
            let page = try String(contentsOfFile: file, encoding: .utf8)
            #expect(
                page.contains("All sessions by state: 0") && page.contains("0 owners.")
                    && page.contains("None in this time."))
            #expect(page.contains("No verification of this log is on record."))
            let text = try await daemon.telec("report")
            #expect(
                text.code == 0 && text.output.contains("LAST ACTIVE (UTC)") && text.output.contains("No verification"),
                "\(text)")
        }
    }

    @Test("the page says what is known of the log, and no more", arguments: Backend.available)
    func verification(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            let before = try await daemon.telec("report")
            #expect(before.output.contains("No verification of this log is on record."), "\(before)")
            let verified = try await daemon.telec("report", "--verify")
            #expect(
                verified.code == 0 && verified.output.contains("found 2 entries intact, up to number 2."), "\(verified)"
            )
            #expect(!verified.output.contains("not checked"), "\(verified)")
            let later = try await daemon.telec("report")
            #expect(later.output.contains("1 entry that was written since then is not checked."), "\(later)")
            // `audit verify` is recorded as well, but not a verification against a checkpoint that the caller gives.
            #expect(try await daemon.telec("audit", "verify").code == 0)
            let wrong = "1:" + String(repeating: "0", count: 64)
            #expect(try await daemon.telec("audit", "verify", "--checkpoint", wrong).code == 1)
            let again = try await daemon.telec("report")
            #expect(again.output.contains("found 3 entries intact, up to number 3."), "\(again)")
            // A user with rights in the database changes a row and circumvents the triggers.
            let drop =
                backend == .sqlite
                ? "DROP TRIGGER audit_log_no_update"
                : "ALTER TABLE audit_log DISABLE TRIGGER audit_log_refuse, DISABLE TRIGGER audit_log_keep"
            try execute(
                "\(drop); UPDATE audit_log SET hash = '\(String(repeating: "a", count: 64))' WHERE seq = 3", on: url)
            let unverified = try await daemon.telec("report")
            #expect(unverified.code == 0, "\(unverified)")
            #expect(unverified.output.contains("guards have been changed"), "\(unverified)")
            #expect(unverified.output.contains("has been removed or replaced"), "\(unverified)")
            let file = "\(box.files)/broken.html"
            let broken = try await daemon.telec("report", "--verify", "--html", file)
            #expect(broken.code == 1 && broken.output == "wrote \(file)\n", "\(broken)")
            #expect(try String(contentsOfFile: file, encoding: .utf8).contains("found the log broken: row 3"))
            let known = try await daemon.telec("report")
            #expect(known.code == 0 && known.output.contains("found the log broken: row 3"), "\(known)")
            // The stored note may have been changed to anything; it must not end the daemon.
            for note in [#"{"at":"x","entries":1,"hash":"","seq":-9223372036854775808}"#, "{", ""] {
                try execute("UPDATE system_settings SET value = '\(note)' WHERE key = 'audit_verification'", on: url)
                let run = try await daemon.telec("report")
                #expect(run.code == 0 && run.output.contains("No verification of this log is on record."), "\(run)")
            }
            #expect(try await daemon.stop().code == 0)
        }
    }

    @Test(
        "of many owners, agents and people the largest are shown and the rest is summed", arguments: Backend.available)
    func many(_ backend: Backend) async throws {
        try await withDatabase(backend) { box, url in
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            // Owner 1 has one session, owner 2 has two, … owner 100 has a hundred: 5,050 in all. Three more have no owner.
            try execute(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100),
                m(a, b) AS (SELECT x.i, y.i FROM n x JOIN n y ON y.i <= x.i)
                INSERT INTO sessions (session_id, computer_name, owner_person, owner_uid, active_agent, lifecycle_status, created_at,
                last_activity, closed_at) SELECT 's' || a || '-' || b, 'here', 'Owner ' || a, 1000 + a, 'agent-' || a, 'closed',
                '2026-01-01T00:00:00.000000Z', '2026-01-02T00:00:00.000000Z', '2026-01-02T00:00:00.000000Z' FROM m
                """, on: url)
            try execute(
                """
                INSERT INTO sessions (session_id, computer_name, lifecycle_status, closed_at) VALUES ('x', 'here', NULL, NULL),
                ('y', 'here', 'strange', '2026-01-02T00:00:00.000000Z'), ('z', 'here', 'active', NULL)
                """, on: url)
            let file = "\(box.files)/many.html"
            #expect(try await daemon.telec("report", "--html", file).code == 0)
            let page = try String(contentsOfFile: file, encoding: .utf8)
            #expect(page.contains("All sessions by state: 5,053"))
            #expect(
                page.contains(
                    "Of 100 owners the 20 with the most sessions are shown; the other 80 have 3,240 sessions together. Sessions without a known owner: 3."
                ))
            #expect(page.contains("<bdi>Owner 81</bdi>") && !page.contains("<bdi>Owner 80</bdi>"))
            #expect(page.contains("80 other agents") && page.contains("no agent: a command"))
            let report = try await daemon.json("report")
            let states = (report["sessions"] as? [String: Any])?["states"] as? [[String: Any]] ?? []
            func count(_ name: String) -> Int? { states.first { $0["name"] as? String == name }?["count"] as? Int }
            #expect(count("active") == 2 && count("closed") == 5_051 && count("lost") == 0, "\(states)")
            #expect(try await daemon.stop().code == 0)
        }
    }

    @Test("on a terminal it fits, whatever people are called and however much they did; into a pipe nothing is cut")
    func onATerminal() async throws {
        try await withDaemon(.sqlite) { daemon in
            try Self.fill(try #require(daemon.variables["TELECLAUDE_DATABASE_URL"] ?? nil))
            for words in [
                ["sessions", "get", "h0"], ["sessions", "share", "h0"], ["sessions", "unshare", "h0"],
                ["sessions", "send", "h0", "x"], ["transcript", "h0", "--reason", "a test"], ["sessions", "end", "h0"],
            ] { _ = try await daemon.box.run(.telec, words, daemon.variables) }
            let piped = try await daemon.telec("report")
            #expect(piped.output.contains(String(repeating: "long ", count: 59)), "\(piped)")
            let did = try #require(
                piped.output.split(separator: "\n").first { $0.contains("read_transcript 1,") }, "\(piped)")
            #expect(did.count > 60, "\(did)")
            for columns in [132, 80, 60, 40] {
                let run = try await daemon.box.run(
                    onTerminalOf: columns, [Program.telec.path, "report"], daemon.variables)
                #expect(run.code == 0 && run.output.contains("OWNER"), "\(run)")
                for line in run.output.split(separator: "\n") { #expect(line.count <= columns, "\(line)") }
                #expect(run.output.contains("…") && run.output.contains("long l"), "\(run)")
            }
        }
    }

    @Test(
        "a file that is there stays, whole, unless somebody says so; a file that can't be made costs no row of the log")
    func files() async throws {
        try await withDatabase(.sqlite) { box, url in
            let daemon = try await box.startDaemon(box.daemonVariables(url))
            let file = "\(box.files)/r.html"
            try "mine".write(toFile: file, atomically: true, encoding: .utf8)
            let kept = try await daemon.telec("report", "--html", file)
            #expect(
                kept.code == 2
                    && kept.error == "error: \(file) exists: name another file, or pass --force to replace it\n"
                    || kept.error.contains("--force"), "\(kept)")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
            for (path, words) in [
                ("\(box.files)/no/r.html", "can't be written"), (box.files, "exists"), ("", "names no file"),
                ("\(box.files)/new/", "names no file"),
            ] {
                let run = try await daemon.telec("report", "--html", path)
                #expect(run.code == 2 && run.error.contains(words) && run.output == "", "\(run)")
            }
            for path in [box.files, "/dev/null"] {
                let run = try await daemon.telec("report", "--html", path, "--force")
                #expect(run.code == 2 && run.error.contains("is not a file"), "\(run)")
            }
            let link = "\(box.files)/link.html"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
            #expect(try await daemon.telec("report", "--html", link, "--force").code == 2)
            #expect(try query("SELECT count(*) FROM audit_log", on: url) == ["0"])
            #expect(try await daemon.telec("report", "--html", file, "--force").code == 0)
            #expect(try String(contentsOfFile: file, encoding: .utf8).hasSuffix("</html>\n"))
            #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
            #expect(try await daemon.telec("report", "--force").code == 64)
            #expect(try await daemon.telec("report", "--days", "400").code == 64)
            let both = try await daemon.json("report", "--html", "\(box.files)/both.html")
            #expect(both["version"] as? Int == 1 && FileManager.default.fileExists(atPath: "\(box.files)/both.html"))
            // If there is no daemon, no file is written, not even a part of it.
            #expect(try await daemon.stop().code == 0)
            let gone = try await daemon.telec("report", "--html", "\(box.files)/gone.html")
            #expect(gone.code == 2 && gone.error.contains("no daemon"), "\(gone)")
            let names = try FileManager.default.contentsOfDirectory(atPath: box.files)
            #expect(!names.contains("gone.html") && names.allSatisfy { !$0.hasSuffix(".part") }, "\(names)")
        }
    }

    @Test("a disk without room leaves what was there; of many at once one makes the file")
    func noRoomAndAtOnce() async throws {
        try await withDaemon(.sqlite) { daemon in
            let (box, file) = (daemon.box, "\(daemon.box.files)/r.html")
            try "mine".write(toFile: file, atomically: true, encoding: .utf8)
            // The limit is in blocks of 512 bytes. SIGXFSZ, which would end the program, is ignored.
            let limited = #"trap '' XFSZ; ulimit -f 2; exec "$0" "$@""#
            let run = try await box.run(
                Program(path: "/bin/sh"), ["-c", limited, Program.telec.path, "report", "--html", file, "--force"],
                daemon.variables)
            #expect(run.code == 2 && run.error.contains("was not written: File too large"), "\(run)")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
            try FileManager.default.removeItem(atPath: file)
            let codes = try await withThrowingTaskGroup(of: Int32?.self) { group in
                for _ in 0..<5 {
                    group.addTask { try await daemon.telec("report", "--html", file).code }
                }
                return try await group.reduce(into: [Int32?]()) { $0.append($1) }
            }
            #expect(codes.count { $0 == 0 } == 1 && codes.count { $0 == 2 } == 4, "\(codes)")
            #expect(try String(contentsOfFile: file, encoding: .utf8).hasSuffix("</html>\n"))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: box.files).allSatisfy { !$0.hasSuffix(".part") })
        }
    }
}

/// Checks that elements are closed in the reverse order of their opening.
private enum XMLScanner {
    private static let void: Set<Substring> = ["meta", "rect"]

    static func isBalanced(_ text: String) -> Bool {
        var open: [Substring] = []
        for match in text.matches(of: /<(\/?)([a-z0-9]+)((?:[^>"]|"[^"]*")*)>/) {
            if void.contains(match.2) { continue }
            if match.1.isEmpty {
                open.append(match.2)
            } else if open.popLast() != match.2 {
                return false
            }
        }
        return open.isEmpty
    }
}
