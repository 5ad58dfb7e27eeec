import Foundation
import TestSupport
import Testing

@Suite("telec config")
struct ConfigTests {
    /// Sets up a system-wide installation in the test's own folder.
    private func withSystem<T>(_ body: (Sandbox, [String: String]) async throws -> T) async throws -> T {
        try await withSandbox { box in
            try box.write(
                "config.yml", "server: {body_bytes: 2048}\ndatabase: {host: db.example.org, dbname: tc, user: tc}\n")
            try box.write("secrets.yml", "database: {password: FAKE-password}\n", mode: 0o600)
            try box.write("user.yml", "thinking_mode: fast\n")
            let variables = [
                "TELECLAUDE_CONFIG_PATH": box("config.yml"), "TELECLAUDE_USER_CONFIG_PATH": box("user.yml"),
            ]
            return try await body(box, variables)
        }
    }

    @Test("a mark of byte order is no fault, and a reference's variable is known")
    func mark() async throws {
        try await withSystem { box, variables in
            try box.write("config.yml", "\u{FEFF}server: {body_bytes: 2048}\nlanguage: '${REDIS_URL_PASSWORD}'\n")
            try box.write("secrets.yml", "REDIS_URL_PASSWORD: FAKE\n", mode: 0o600)
            let run = try await box.run(.telec, ["config", "check"], variables)
            #expect(run.code == 0 && !"\(run)".contains("REDIS_URL_PASSWORD is not"), "\(run)")
        }
    }

    /// A member's names are printed by root, who splits and checks his settings.
    @Test("names of others reach no terminal as control sequences")
    func hostileNames() async throws {
        try await withSandbox { box in
            let name = #""\e[31mA\e]0;pwn\a\u009b2J\u202e""#
            let settings = "ui: {\(name): 1}\n\(name): {x: 1}\n"
            try box.write("old/config.yml", settings)
            let variables: [String: String?] = ["TELECLAUDE_CONFIG_PATH": box("old/config.yml")]
            for words in [
                ["check"], ["show"], ["split", "--from", box("old"), "--into", box("new"), "--dry-run"],
                ["explain", "\u{1B}[31m"],
            ] {
                let run = try await box.run(.telec, ["config"] + words, variables)
                #expect(HostileText.isHarmless(run.output + run.error), "\(run)")
                #expect(words[0] == "explain" || run.output.contains("A"), "\(run)")
            }
            try box.write("old/config.yml", "people: [{name: \(name), role: zzz}]\n")
            let run = try await box.run(.telec, ["config", "check"], variables)
            #expect(run.code == 2 && run.error.contains("has the role zzz"), "\(run)")
            #expect(HostileText.isHarmless(run.output + run.error), "\(run)")
        }
    }

    @Test("preferences that no daemon would take are named, by the check and by the start alike")
    func tooMuch() async throws {
        try await withDaemon(.sqlite) { daemon in
            let box = daemon.box
            let variables = daemon.variables.merging(["TELECLAUDE_CONFIG_PATH": box("config.yml")]) { $1 }
            let deep = String(repeating: "{a: ", count: 18) + "1" + String(repeating: "}", count: 18)
            let wide = "[" + Array(repeating: "1", count: 3_000).joined(separator: ",") + "]"
            func nested(_ count: Int) -> String {
                String(repeating: "[", count: count) + "1" + String(repeating: "]", count: count)
            }
            let keys = (0..<2_500).map { "k\($0): 1" }.joined(separator: ", ")
            for (text, words) in [
                ("ui: \(deep)", "is nested more than 16 sections deep"), ("ui: \(wide)", "may hold 2000 values"),
                ("ui: {\(keys)}", "may hold 2000 values"), ("ui: \(nested(16))", "more than 16 sections"),
                ("ui: {a: \(String(repeating: "x", count: 70_000))}", "may have 65536 bytes"),
            ] {
                try box.write("config.yml", "thinking_mode: fast\n\(text)\n")
                for arguments in [["config", "check"], ["sessions", "start", "--title", "T", "--", "true"]] {
                    let run = try await box.run(.telec, arguments, variables)
                    #expect(run.code == 2 && run.error.contains("\(box("config.yml")):2: ui"), "\(run)")
                    #expect(run.error.contains(words), "\(run)")
                }
            }
            // What is just small enough is taken by the daemon, too.
            let most = Array(repeating: "1", count: 1_997).joined(separator: ",")
            for text in ["ui: [\(most)]", "ui: \(nested(15))"] {
                try box.write("config.yml", "\(text)\n")
                for arguments in [["config", "check"], ["sessions", "start", "--title", "T", "--", "true"]] {
                    let run = try await box.run(.telec, arguments, variables)
                    #expect(run.code == 0, "\(text.prefix(20)) \(run)")
                }
            }
            try box.write("config.yml", "default_agent: nope\n")
            let run = try await box.run(.telec, ["config", "check"], variables)
            #expect(run.code == 0 && run.output.contains("default_agent is nope, but there is no such agent"), "\(run)")
        }
    }

    @Test("a person's file that no daemon would take is named")
    func long() async throws {
        try await withSystem { box, variables in
            try box.write("user.yml", "thinking_mode: fast\n# " + String(repeating: "x", count: 65_536) + "\n")
            let run = try await box.run(.telec, ["config", "check"], variables)
            #expect(run.code != 0 && "\(run)".contains(box("user.yml")), "\(run)")
            #expect("\(run)".contains("longer than 65536 bytes"), "\(run)")
        }
    }

    @Test(
        "the help of every command is the golden one, and has examples",
        arguments: ["", "show", "check", "explain", "split"])
    func help(_ command: String) async throws {
        try await withSandbox { box in
            let run = try await box.run(.telec, ["config"] + (command.isEmpty ? [] : [command]) + ["--help"])
            #expect(run.ending == .exit(0) && run.error.isEmpty && run.output.contains("EXAMPLES:"), "\(run)")
            expectNarrow(run.output)
            try expectGolden(run.output, "cli/telec-config\(command.isEmpty ? "" : "-\(command)").txt")
        }
    }

    @Test("show: every setting with its place, no secret, and one document with --json")
    func show() async throws {
        try await withSystem { box, variables in
            let run = try await box.run(.telec, ["config", "show"], variables)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.output.contains("mode: system\ndatabase: postgresql://tc:***@db.example.org/tc\n"), "\(run)")
            #expect(run.output.contains("system, \(box("config.yml")):1"), "\(run)")
            let json = try await box.run(.telec, ["config", "show", "--json"], variables)
            let document = try json.document(ShownSettings.self)
            #expect(document.version == 1 && document.mode == "system" && document.files.count == 3)
            let password = try #require(document.settings.first { $0.key == "database.password" })
            #expect(password.value == "***" && password.layer == "secrets")
            #expect(!(run.output + json.output).contains("FAKE"))
        }
    }

    @Test(
        "a folder that somebody may not look into is an error, and not another mode",
        .enabled(if: TestUser.areWanted, TestUser.skipReason))
    func closedFolder() async throws {
        try await withSandbox { box in
            try await box.withUsers(["eve"]) { users in
                let folder = "\(box.folder)/closed"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
                try "mode: system\n".write(toFile: "\(folder)/config.yml", atomically: true, encoding: .utf8)
                chmod(folder, 0o700)
                let telec = try await box.published(.telec)
                for arguments in [["config", "check"], ["config", "show"], ["whoami"]] {
                    let run = try await box.run(
                        as: users[0], telec, arguments, ["TELECLAUDE_CONFIG_PATH": "\(folder)/config.yml"])
                    #expect(run.code == 2 && run.error.contains("Permission denied"), "\(arguments) \(run)")
                    #expect(!run.output.contains("single-user"), "\(run)")
                }
            }
        }
    }

    @Test("explain: value, layer, file and line, and the losers")
    func explain() async throws {
        try await withSystem { box, variables in
            let variables = variables.merging(["TELECLAUDE_SERVER_BODY_BYTES": "4096"]) { $1 }
            let run = try await box.run(.telec, ["config", "explain", "server.body_bytes"], variables)
            #expect(
                run.output == """
                    server.body_bytes = 4096
                        from environment, TELECLAUDE_SERVER_BODY_BYTES
                        beats 2048 (system, \(box("config.yml")):1): the environment layer comes before the system one
                        beats 1048576 (default): the system layer comes before the default one
                    server.body_bytes belongs to the system layer; the variable TELECLAUDE_SERVER_BODY_BYTES sets it, too

                    """, "\(run)")
            let json = try await box.run(.telec, ["config", "explain", "database.password", "--json"], variables)
            #expect(
                json.ending == .exit(0) && json.output.contains("\"***\"") && !json.output.contains("FAKE"), "\(json)")
            let unknown = try await box.run(.telec, ["config", "explain", "server.body_byte", "--json"], variables)
            #expect(
                unknown.ending == .exit(64) && unknown.error.contains("did you mean server.body_bytes?"), "\(unknown)")
        }
    }

    @Test("check: 0 when all is well, 1 when something must be put right, 2 when nothing can be loaded")
    func check() async throws {
        try await withSystem { box, variables in
            let good = try await box.run(.telec, ["config", "check"], variables)
            #expect(good.ending == .exit(0) && good.output.hasSuffix(": ok\n"), "\(good)")
            try box.write("secrets.yml", "database: {password: FAKE-password}\n", mode: 0o644)
            let readable = try await box.run(.telec, ["config", "check", "--json"], variables)
            #expect(readable.ending == .exit(1) && readable.output.contains("\"ok\": false"), "\(readable)")
            try box.write("user.yml", "people: []\n")
            let refused = try await box.run(.telec, ["config", "check", "--json"], variables)
            #expect(refused.ending == .exit(2) && refused.output.contains("\"code\": \"system_key\""), "\(refused)")
            #expect(
                refused.error.contains("\(box("user.yml")):1: people belongs in the system's settings"), "\(refused)")
        }
    }

    @Test("split: --dry-run writes nothing, and the real one three layers without a secret but in secrets.yml")
    func split() async throws {
        try await withSandbox { box in
            let home = try LegacyHome.unpack(into: box.files)
            let before = try box.contents()
            let arguments = ["config", "split", "--from", home, "--into", box("out")]
            let dry = try await box.run(.telec, arguments + ["--dry-run"])
            #expect(dry.ending == .exit(0) && dry.output.contains("would write \(box("out"))/secrets.yml"), "\(dry)")
            #expect(try box.contents() == before)
            let run = try await box.run(.telec, arguments + ["--json"])
            #expect(run.ending == .exit(0) && run.error.isEmpty, "\(run)")
            #expect(!(dry.output + run.output).contains("FAKE"))
            let after = try box.contents()
            #expect(after.filter { before[$0.key] != nil } == before)
            for (path, entry) in after where before[path] == nil {
                let text = entry.bytes.map { String(decoding: $0, as: UTF8.self) } ?? ""
                #expect(text.contains("FAKE") == path.hasSuffix("/secrets.yml"), "\(path)")
                if path.hasSuffix("/secrets.yml") { #expect(entry.mode == 0o600) }
            }
            let again = try await box.run(.telec, arguments)
            #expect(again.ending == .exit(2) && again.error.contains("this already exists"), "\(again)")
            #expect(try box.contents() == after)
        }
    }

    @Test("without settings the defaults hold, and a slip of the keyboard is usage")
    func nothing() async throws {
        try await withSandbox { box in
            let run = try await box.run(.telec, ["config", "check"])
            #expect(run.output == "no settings files: the defaults apply: ok\n", "\(run)")
            #expect(try await box.run(.telec, ["config", "split"]).ending == .exit(64))
            #expect(try await box.run(.telec, ["config", "sho"]).ending == .exit(64))
        }
    }

    private struct ShownSettings: Decodable {
        struct Setting: Decodable {
            var key: String
            var value: String
            var layer: String

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                key = try container.decode(String.self, forKey: .key)
                value = (try? container.decode(String.self, forKey: .value)) ?? ""
                layer = try container.decode(String.self, forKey: .layer)
            }

            enum CodingKeys: CodingKey { case key, value, layer }
        }

        var version: Int
        var mode: String
        var files: [String]
        var settings: [Setting]
    }
}
