import Dialects
import Foundation
import TestSupport
import Testing

/// The routes for adapters, tested by an independent client with real OS users.
@Suite(.enabled(if: TestUser.areWanted, TestUser.skipReason), .serialized)
struct AdapterTests {
    @Test(arguments: Backend.available)
    func aSessionForSomebodyIsRunByHisOwnHost(backend: Backend) async throws {
        try await withAdapters(backend) { door in
            let (machine, alice) = (door.machine, AdapterMachine.alice)
            let wanted = ["title": "From a chat", "project_path": machine.alice.home, "agent": "robot"]
            // No process of hers is connected that could run the session.
            let before = try await door.chat("whoami", alice)
            #expect(before.document["person"] as? String == "Alice" && before.document["can_start"] as? Bool == false)
            let refused = try await door.chat("sessions/start", alice, wanted)
            #expect(refused.summary == "409 not_running")
            #expect(refused.text.contains("only one of Alice's own can start a session as Alice"), "\(refused)")
            #expect(refused.text.contains("telec sessions start"), "\(refused)")
            #expect(try await machine.titles(machine.alice) == [])

            let own = try await machine.start(machine.alice, title: "Alice's own")
            let bobs = try await machine.start(machine.bob, title: "Bob's own")
            #expect(try await door.chat("whoami", alice).document["can_start"] as? Bool == true)
            let started = try await door.chat("sessions/start", alice, wanted)
            #expect(started.status == 201, "\(started)")
            #expect(started.session["owner_person"] as? String == "Alice")
            #expect(started.session["owner_uid"] as? Int == Int(machine.alice.uid))
            #expect(!started.text.contains("tcs_") && !started.text.contains("tca_"))
            let id = try #require(started.session["session_id"] as? String)
            try await waitForText("robot of \(machine.alice.name)", in: id, machine)
            #expect(try await Set(door.chat("sessions/list", alice).sessionIDs) == [id, own])
            #expect(
                try await door.chat("sessions/get", alice, ["session_id": id]).session["status"] as? String == "active")

            let both = ["session_id": id, "text": "hello", "keys": ["Enter"]] as [String: Any]
            let mixed = try await door.chat("sessions/send", alice, both)
            #expect(mixed.summary == "400 bad_request" && mixed.text.contains("a text or keys, not both"), "\(mixed)")
            #expect(try await door.chat("sessions/send", alice, ["session_id": id, "text": "hello"]).status == 200)
            try await waitForText("hello", in: id, machine)
            for what in ["sessions/get", "sessions/send", "sessions/end"] {
                let more = what == "sessions/send" ? ["text": "x"] : [:]
                let foreign = try await door.chat(what, alice, more.merging(["session_id": bobs]) { $1 })
                let unknown = try await door.chat(what, alice, more.merging(["session_id": "no-such"]) { $1 })
                #expect(foreign.summary == "404 not_found" && unknown.summary == "404 not_found")
            }
            #expect(try await door.chat("sessions/end", alice, ["session_id": id]).status == 200)
            // Through an adapter, an admin counts as a member and sees only what a member sees.
            let ada = AdapterMachine.ada
            #expect(try await door.chat("whoami", ada).document["role"] as? String == "member")
            #expect(try await door.chat("sessions/list", ada).sessionIDs == [])
            #expect(try await door.chat("sessions/end", ada, ["session_id": own]).summary == "404 not_found")

            let log = try await door.log().filter { $0.contains("adapter:") }
            #expect(
                log == [
                    "Alice start allowed adapter:chat", "Alice send allowed adapter:chat",
                    "Alice send refused adapter:chat", "Alice send refused adapter:chat",
                    "Alice end refused adapter:chat", "Alice end refused adapter:chat",
                    "Alice end allowed adapter:chat", "Ada end refused adapter:chat",
                ])
            #expect(try await machine.telec(machine.admin, "audit", "verify").code == 0)
            let seen = try await machine.telec(machine.alice, "audit", "list")
            #expect(seen.output.contains("Alice by adapter:chat"), "\(seen)")
        }
    }

    @Test(arguments: Backend.available)
    func aCommandThatCanNotRunIsNotStarted(backend: Backend) async throws {
        try await withAdapters(backend) { door in
            let (machine, alice) = (door.machine, AdapterMachine.alice)
            _ = try await machine.start(machine.alice, title: "Alice's own")
            let places = [("/nonexistent", "No such file or directory"), (machine.bob.home, "Permission denied")]
            chmod(machine.bob.home, 0o700)
            for (place, words) in places {
                let wanted = ["title": "From a chat", "project_path": place, "agent": "robot"]
                let refused = try await door.chat("sessions/start", alice, wanted)
                #expect(refused.summary == "409 not_running", "\(refused)")
                #expect(refused.text.contains("could not start the session: \(place): \(words)"), "\(refused)")
            }
            let log = try await door.log().filter { $0.contains("adapter:") }
            let each = ["Alice start allowed adapter:chat", "Alice start failed adapter:chat"]
            #expect(log == each + each)
        }
    }

    /// If the log fails together with the start, the session is over all the same, and the adapter hears why it did not start.
    @Test func aSessionThatIsNotStartedDoesNotStayOpen() async throws {
        try await withAdapters(.sqlite) { door in
            let (machine, alice) = (door.machine, AdapterMachine.alice)
            _ = try await machine.start(machine.alice, title: "Alice's own")
            try execute(
                """
                CREATE TRIGGER no BEFORE INSERT ON audit_log WHEN NEW.outcome = 'failed' BEGIN SELECT RAISE(ABORT, 'no'); END
                """, on: machine.database)
            let wanted = ["title": "From a chat", "project_path": "/nonexistent", "agent": "robot"]
            let refused = try await door.chat("sessions/start", alice, wanted)
            #expect(refused.document["code"] as? String == "not_running", "\(refused)")
            let open = try query("SELECT title FROM sessions WHERE closed_at IS NULL", on: machine.database)
            #expect(open == ["Alice's own"])
        }
    }

    private func waitForText(_ words: String, in id: String, _ machine: SharedMachine) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while try await !machine.telec(machine.alice, "transcript", id).output.contains(words) {
            try #require(ContinuousClock.now < deadline, "\(words)")
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    @Test(arguments: Backend.available) func whoIsNobodyMayDoNothing(backend: Backend) async throws {
        try await withAdapters(backend) { door in
            let start = ["title": "x", "project_path": "/", "agent": "robot"]
            let one = ["session_id": "x"]
            let message = ["session_id": "x", "text": "x"]
            let stranger = try await door.chat("whoami", "999888777")
            #expect(stranger.status == 200 && stranger.document["person"] is NSNull)
            #expect(stranger.document["can_start"] as? Bool == false)
            #expect(stranger.text.contains("this person has no sessions and may see none"), "\(stranger)")
            let carol = try await door.chat("whoami", AdapterMachine.carol)
            #expect(carol.document["person"] as? String == "Carol" && carol.text.contains("no account on this machine"))
            for user in ["999888777", AdapterMachine.carol] {
                for (what, more) in [
                    ("sessions/list", [:]), ("sessions/start", start), ("sessions/get", one),
                    ("sessions/send", message),
                    ("sessions/end", one),
                ] { #expect(try await door.chat(what, user, more).summary == "403 not_allowed") }
            }
            let rows = try await door.log()
            #expect(rows == Array(repeating: "- speak_for refused adapter:chat", count: 10))
            let log = try await door.machine.telec(door.machine.admin, "audit", "list", "--json")
            #expect(!log.output.contains("999888777"), "who it was is not in the log")
            #expect(try await door.machine.titles(door.machine.admin) == [])
        }
    }

    @Test(arguments: Backend.available) func tokens(backend: Backend) async throws {
        try await withAdapters(backend) { door in
            let (machine, alice) = (door.machine, AdapterMachine.alice)
            let good = door.request("whoami", alice)
            var (none, inURL, session) = (good, good, good)
            none["token"] = nil
            inURL["path"] = "/adapter/whoami?token=\(AdapterMachine.tokens["chat"] ?? "")"
            session["token"] = "tcs_" + String(repeating: "a", count: 64)
            var wrong = good
            wrong["token"] = "tca_" + String(repeating: "c4a6", count: 16)
            var longer = good
            longer["token"] = (AdapterMachine.tokens["chat"] ?? "") + "c"
            let ordinary: [String: Any] = [
                "path": "/whoami", "method": "GET", "token": AdapterMachine.tokens["chat"] ?? "",
            ]
            let inPath: [String: Any] = ["path": "/adapter/\(AdapterMachine.tokens["chat"] ?? "")"]
            let answers = try await door.ask(
                machine.stranger,
                [
                    good, none, wrong, longer, session, inURL, door.request("whoami", alice, as: "mail"),
                    door.request("whoami", alice, as: "other"), ordinary, inPath,
                ])
            #expect(
                answers.map(\.summary) == [
                    "200 -", "401 unknown_token", "401 unknown_token", "401 unknown_token", "401 unknown_token",
                    "400 bad_request", "403 not_allowed", "401 unknown_token", "401 unknown_token", "404 not_found",
                ])
            #expect(answers.dropFirst().allSatisfy { !$0.text.contains("tca_") })
            // An adapter's token works only for the adapter's account: not for root, a person, or an admin.
            let root = TestUser(name: "root", uid: 0, home: "/root")
            for user in [root, machine.alice, machine.bob, machine.admin] {
                #expect(try await door.ask(user, [good]).map(\.summary) == ["401 unknown_token"], "\(user)")
            }
            // Without a token, the adapter's account counts as an ordinary one.
            let own = try await door.ask(machine.stranger, [["path": "/whoami", "method": "GET"]])
            #expect(own.first?.document["role"] as? String == "public")
            let log = try await door.log()
            #expect(log.count == 11 && log.allSatisfy { $0.contains(" speak_for refused ") }, "\(log)")
            #expect(log.filter { $0 == "- speak_for refused adapter:mail" }.count == 1)
        }
    }

    @Test func identitiesAreWhatTheyAre() async throws {
        try await withAdapters(.sqlite) { door in
            let alice = AdapterMachine.alice
            let long = String(repeating: "1", count: 10_240)
            let cases: [(platform: String, user: Any, expected: String)] = [
                ("telegram", alice, "Alice"), ("telegram", "0" + alice, "400"), ("telegram", "+" + alice, "400"),
                ("telegram", " " + alice, "400"), ("telegram", alice + "\n", "400"),
                ("telegram", alice + "\u{0}", "400"),
                ("telegram", "", "400"), ("telegram", "-1", "400"), ("telegram", "1e9", "400"),
                ("telegram", long, "400"),
                ("telegram", "\u{FF11}\u{FF12}", "400"), ("telegram", 111_000_111, "400"),
                ("telegram", NSNull(), "400"),
                ("telegram", "Alice", "400"), ("telegram", "' OR 1=1 --", "400"), ("whatsapp", "31612345678", "Alice"),
                ("whatsapp", "+31612345678", "Alice"), ("whatsapp", "0612345678", "400"), ("Telegram", alice, "400"),
                ("irc", alice, "400"), ("", alice, "400"), ("discord", alice, "403"),
                ("email", "alice@example.org", "403"),
            ]
            let answers = try await door.ask(
                door.machine.stranger, cases.map { door.request("whoami", $0.user, platform: $0.platform) })
            for (one, answer) in zip(cases, answers) {
                #expect(
                    (answer.document["person"] as? String ?? "\(answer.status)") == one.expected, "\(one) \(answer)")
                #expect(answer.text.utf8.count < 1_000)
            }
            let addresses: [(user: String, expected: String)] = [
                ("alice@example.org", "Alice"), ("ALICE@Example.ORG", "Alice"), ("alice@example.org ", "400"),
                ("al\u{131}ce@example.org", "400"), ("alice@@example.org", "400"), ("@example.org", "400"),
                ("alice\u{200B}@example.org", "400"), (String(repeating: "a", count: 10_240) + "@example.org", "400"),
            ]
            let mails = try await door.ask(
                door.machine.stranger,
                addresses.map { door.request("whoami", $0.user, platform: "email", as: "mail") })
            for (one, answer) in zip(addresses, mails) {
                #expect(
                    (answer.document["person"] as? String ?? "\(answer.status)") == one.expected, "\(one) \(answer)")
            }
            let token = AdapterMachine.tokens["chat"] ?? ""
            let path = "/adapter/sessions/list"
            let odd: [[String: Any]] = [
                ["path": path, "token": token, "raw": ""], ["path": path, "token": token, "raw": "[]"],
                ["path": path, "token": token, "raw": "{\"platform\": \"telegram\""],
                door.request("sessions/list", alice, ["limit": 0]),
                door.request("sessions/list", alice, ["limit": 501]),
                door.request("sessions/list", alice, ["state": "gone"]),
                door.request("sessions/list", alice, ["after": "nowhere"]),
                door.request("sessions/list", alice, ["project": "a\u{0}"]),
                door.request("sessions/start", alice, ["title": "x", "project_path": "here", "agent": "robot"]),
                door.request("sessions/start", alice, ["title": "x", "project_path": "/", "agent": "nobody"]),
                door.request("sessions/start", alice, ["title": "x", "project_path": "/"]),
                door.request("sessions/get", alice),
                ["path": path, "token": token, "method": "GET"], ["path": "/adapter/audit", "token": token],
                ["path": path, "token": token, "raw": String(repeating: "x", count: 1_100_000)],
            ]
            let refusals = try await door.ask(door.machine.stranger, odd)
            #expect(
                refusals.map(\.status) == [400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 405, 404, 413],
                "\(refusals)")
            for refusal in refusals {
                let code = refusal.document["code"] as? String
                #expect(code != nil && refusal.document["detail"] is String, "\(refusal)")
            }
        }
    }

    @Test func settingsThatAreReadAnewHoldAtOnce() async throws {
        try await withAdapters(.sqlite) { door in
            let fresh = "tca_" + String(repeating: "f4e5", count: 16)
            #expect(try await door.chat("whoami", AdapterMachine.alice).status == 200)
            try door.settings(chat: fresh)
            try door.reload()
            #expect(try await door.chat("whoami", AdapterMachine.alice).summary == "401 unknown_token")
            let known = door.request("whoami", AdapterMachine.alice, as: fresh)
            #expect(try await door.ask(door.machine.stranger, [known]).map(\.status) == [200])
            // Two people have the same identity: the message names both, and the earlier settings stay in force.
            try door.settings(more: "  - {name: Eve, email: Alice@Example.org}")
            try door.reload(until: "settings were not read anew")
            let words = "Eve and Alice (line 3) have the same identity, email alice@example.org"
            #expect(try door.machine.daemon.errorText().contains(words))
            #expect(try await door.ask(door.machine.stranger, [known]).map(\.status) == [200])
        }
    }

    @Test func aThousandWrongTokensFillNoLog() async throws {
        try await withAdapters(.sqlite) { door in
            var wrong = door.request("whoami", AdapterMachine.alice)
            wrong["token"] = "tca_" + String(repeating: "0", count: 64)
            wrong["times"] = 1_000
            let answers = try await door.ask(
                door.machine.stranger, [wrong, door.request("whoami", AdapterMachine.alice)])
            let counts = answers[0].statuses
            #expect(counts["401", default: 0] >= 600 && counts["403", default: 0] > 0, "\(counts)")
            #expect(counts["401", default: 0] + counts["403", default: 0] == 1_000)
            // A caller with the right token is not kept out by that.
            #expect(answers[1].status == 200)
            let rows = try await door.machine.telec(door.machine.admin, "audit", "list", "--limit", "1", "--json")
                .entries()
            #expect((rows.first?["seq"] as? Int ?? 0) == counts["401", default: 0])
            #expect(try await door.machine.telec(door.machine.admin, "audit", "verify").code == 0)
        }
    }

    /// Runs the program of docs/adapters.md exactly as the page has it.
    @Test func theExampleOfThePageWorks() async throws {
        try await withAdapters(.sqlite) { door in
            let machine = door.machine
            let blocks = try TestSources.text(of: "docs/adapters.md").components(separatedBy: "```python\n")
            let program = try #require(blocks.dropFirst().first?.components(separatedBy: "```").first)
            let token = "\(machine.stranger.home)/token"
            try #require(AdapterMachine.tokens["chat"]).write(toFile: token, atomically: true, encoding: .utf8)
            chown(token, machine.stranger.uid, machine.stranger.uid)
            let own: [String: String?] = ["TOKEN_FILE": token]
            func say(_ user: String, _ line: String) async throws -> String {
                // Python may be installed for root only, so root starts it, and it then changes to the user.
                let become = """
                    import http.client, json, os, socket, sys
                    uid = int(sys.argv.pop(1))
                    os.setgroups([]), os.setgid(uid), os.setuid(uid)

                    """
                let run = try await machine.box.run(
                    Program(inPath: "python3"), ["-c", become + program, String(machine.stranger.uid), user, line],
                    machine.variables.merging(own) { $1 }, in: "/")
                #expect(run.code == 0 && run.error == "", "\(run)")
                return run.output.trimmingCharacters(in: .newlines)
            }
            let alice = AdapterMachine.alice
            // The commands that the page says to try first.
            let page = try TestSources.text(of: "docs/adapters.md")
            let tried = page.matches(of: /(?m)^python3 chat\.py (\d+) (.+)$/).map { (String($0.1), String($0.2)) }
            #expect(tried.map(\.0) == [alice, alice])
            for (user, line) in tried {
                #expect(try await say(user, line) == (line == "hello" ? "You are Alice." : "none"))
            }
            #expect(try await say("999888777", "hello") == "You are nobody here.")
            #expect(try await say("999888777", "/list").hasPrefix("the settings know nobody with this identity"))
            #expect(try await say(alice, "/start robot \(machine.alice.home)").contains("telec sessions start"))
            _ = try await machine.start(machine.alice, title: "Alice's own")
            let id = try await say(alice, "/start robot \(machine.alice.home)")
            #expect(try await say(alice, "/list").contains("\(id) From a chat"))
            #expect(try await say(alice, "/send \(id) hello there") == "sent")
            #expect(try await say(alice, "/end \(id)") == id)
        }
    }

    /// A list waits in the database for long enough that somebody else gets the daemon's lock meanwhile.
    @Test(.enabled(if: Backend.available.contains(.postgresql)))
    func whatWasReadWithoutTheLockIsNotAnswered() async throws {
        try await withAdapters(.postgresql) { door in
            let url = try DatabaseURL(parsing: door.machine.database)
            let (blocker, holder) = (try connect(to: url), try connect(to: url))
            defer { for connection in [blocker, holder] { connection.close() } }
            try blocker.begin()
            try blocker.execute("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE")
            async let answer = door.chat("sessions/list", AdapterMachine.alice)
            try waitUntil("the list waits") {
                let waiting = """
                    SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
                        AND query LIKE '%ORDER BY last_activity DESC%'
                    """
                return try holder.queryValue(SQL(trusted: waiting))?.integer != 0
            }
            var held: (any HeldLock)?
            try waitUntil("somebody else has the lock") {
                _ = try holder.query(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    """)
                held = try holder.hold(AdvisoryLock("daemon"))
                return held != nil
            }
            try waitUntil("the daemon knows") {
                try door.machine.daemon.errorText().contains("lock is not confirmed")
            }
            try blocker.rollback()
            let found = try await answer
            // That the table is locked for too long would be told in other words.
            #expect(found.summary == "503 database_unavailable" && !found.text.contains("be used now"), "\(found)")
            held?.release()
            try waitUntil("the daemon serves again") {
                try door.machine.daemon.errorText().contains("the daemon's lock is held again")
            }
            #expect(try await door.chat("sessions/list", AdapterMachine.alice).status == 200)
        }
    }
}
