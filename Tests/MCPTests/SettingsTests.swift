import Dialects
import TCMCP
import TCSettings
import Testing

/// Tests TeleClaude's entry in the settings of agents: nothing else changes, and removing the entry restores the text.
struct SettingsTests {
    private static let entry = ServerEntry(command: "/usr/bin/telec", arguments: ["mcp"])

    private static let jsons = [
        "{}", "{}\n", "{ }", "{\n}\n", #"{"a":1}"#, "{\n  \"a\": {\"b\": [1, {}, \"]}\"]}\n}\n", #"{"mcpServers":{}}"#,
        "{\n  \"mcpServers\": {\n  }\n}", "{\"mcpServers\": {\"x\": {\"command\": \"y\"}}, \"z\": null}",
        "{\r\n\t\"mcpServers\": {\r\n\t\t\"x\": {},\r\n\t\t\"y\": {}\r\n\t}\r\n}\r\n",
        "// settings\n{\n  /* all */ \"a\": \"//\", // b\n  \"b\": \"\\\"}\"\n}", "{\"a\": 1,}", "{\"a\": [1, 2,],\n}",
        "{\n    \"theme\": \"ü\\u00fc\", \"n\": -1.5e+3, \"t\": true\n}",
    ]

    @Test(arguments: [KnownAgent.claude, .gemini]) func whatCameGoes(agent: KnownAgent) throws {
        for text in Self.jsons {
            let added = try agent.adding(Self.entry, to: text)
            let back = try agent.removing(from: added)
            #expect(added != text && back == text, "\(text)\n\(added)")
            #expect(try agent.adding(Self.entry, to: added) == added)
            let moved = try agent.adding(
                ServerEntry(command: "/opt/telec", arguments: ["mcp", "--socket", "/s"]), to: added)
            #expect(try agent.removing(from: moved) == text)
            #expect(try agent.removing(from: text) == text)
            guard let whole = JSON(parsing: added) else { continue }
            let ours = whole["mcpServers"]?["teleclaude"]
            #expect(
                ours?["command"]?.text == "/usr/bin/telec" && ours?["args"]?.items?.first?.text == "mcp", "\(added)")
        }
    }

    @Test(arguments: KnownAgent.allCases) func settingsThatAreNotThere(agent: KnownAgent) throws {
        let made = try agent.adding(Self.entry, to: nil)
        #expect(try agent.removing(from: made) == nil)
        #expect(made.hasSuffix("\n"))
        #expect(try agent.adding(Self.entry, to: made) == made)
    }

    /// A file that was there before stays, however empty it was.
    @Test(arguments: KnownAgent.allCases) func settingsThatAreEmpty(agent: KnownAgent) throws {
        for text in ["", "\n", " \n\n"] {
            let filled = try agent.adding(Self.entry, to: text)
            #expect(try agent.removing(from: filled) == text, "\(filled)")
            #expect(try agent.adding(Self.entry, to: filled) == filled)
        }
    }

    private static let tomls = [
        "model = \"x\"\n", "model = \"x\"\n\n[mcp_servers.other]\ncommand = \"y\"\n", "# a comment\n",
        "[a]\nb = \"\"\"\n[mcp_servers.teleclaude]\n\"\"\"\n", "a = 1\r\n[b]\r\nc = 2\r\n",
        "[[products]]\nname = \"x\"\n",
        "[mcp_servers]\nother = {command = \"x\"}\n", "a = '''\n[x]'''\n",
        "# use \"\"\" for long texts\n", "a = \"it is # no comment: '''\" # but this is: \"\"\"\n",
        "a = \"\"\"\n\\\"\"\"\n[mcp_servers.teleclaude]\n\"\"\"\"\"\n", "a = 'C:\\' # '''\nb = [\n  \"#\", # [x]\n]\n",
        "[mcp_servers.\"teleclaude.io\"]\ncommand = \"node\"\n", "a = [\n  [1, 2],\n  [\"]\"],\n]\n",
        "[\"mcp_servers.teleclaude\"]\ncommand = \"node\"\n", "[[\"a]]#b\"]]\nc = {d = [{e = 1}]}\n",
    ]

    @Test func tablesComeAndGo() throws {
        for text in Self.tomls {
            let added = try KnownAgent.codex.adding(Self.entry, to: text)
            #expect(added.hasPrefix(text) && added.contains("[mcp_servers.teleclaude]\ncommand = \"/usr/bin/telec\"\n"))
            #expect(try KnownAgent.codex.removing(from: added) == text, "\(text)\n\(added)")
            #expect(try KnownAgent.codex.adding(Self.entry, to: added) == added)
        }
    }

    /// The user has added tables after TeleClaude's table, and a subtable to it.
    @Test func tablesBehindOurs() throws {
        let ours = try KnownAgent.codex.adding(Self.entry, to: "a = 1\n")
        let more =
            ours + "startup_timeout_sec = 20\n\n[mcp_servers.teleclaude.env]\nX = \"1\"\n\n# theirs\n[other]\nb = 2\n"
        #expect(try KnownAgent.codex.removing(from: more) == "a = 1\n\n# theirs\n[other]\nb = 2\n")
    }

    /// Tables behind TeleClaude's that have names of others, with characters that mean something in TOML.
    @Test(arguments: [
        "[projects.\"/home/alice/src/C#/shop\"]\ntrust_level = \"trusted\"\n", "[projects.\"/a, b\"]\nc = 1\n",
        "[\"mcp_servers\".\"teleclaude.io\"]\ncommand = \"node\"\n", "[ a . 'b]' ] # [mcp_servers.teleclaude]\nc = 1\n",
        "[\"a\\\"] # b\"]\nc = 1\n", "[[\"x#\"]]\nc = 1\n", "[\"\\u00fc\\U0001F600\"]\n", "\t[a]\r\nb = 1\r\n",
        "[-._1]\n",
    ])
    func tablesOfOthersBehindOurs(table: String) throws {
        let other = ServerEntry(command: "/opt/telec", arguments: ["mcp", "--socket", "/s"])
        let ours = try KnownAgent.codex.adding(Self.entry, to: "a = 1\n")
        let more = ours + "\n" + table + "\n[tui]\nd = 1\n"
        let again = try KnownAgent.codex.adding(other, to: more)
        #expect(again.hasPrefix("a = 1\n\n" + table + "\n[tui]\nd = 1\n\n[mcp_servers.teleclaude]\n"), "\(again)")
        #expect(try KnownAgent.codex.removing(from: more) == "a = 1\n\n" + table + "\n[tui]\nd = 1\n")
    }

    /// Lists of several lines in TeleClaude's table are part of it.
    @Test func listsInOurTable() throws {
        let text = """
            [mcp_servers.teleclaude]
            command = "telec"
            args = [
              "mcp", # [tui]
            ]
            more = [
            [1],
            ]
            [tui]

            """
        #expect(try KnownAgent.codex.removing(from: text) == "[tui]\n")
    }

    @Test func aFileWithoutAnEndOfLine() throws {
        let added = try KnownAgent.codex.adding(Self.entry, to: "a = 1")
        #expect(added.hasPrefix("a = 1\n\n[mcp_servers.teleclaude]"))
        #expect(try KnownAgent.codex.removing(from: added) == "a = 1\n")
    }

    @Test(arguments: [
        "[]", "7", "{", #"{"a" 1}"#, #"{"a": }"#, #"{"mcpServers": []}"#, #"{"mcpServers": {"#, "{} {}",
        "{\"a\": \"\n\"}",
        #"{"mcpServers": {"teleclaude": {"command": "node", "args": ["mcp"]}}}"#,
        #"{"mcpServers": {"teleclaude": {"command": "/usr/bin/telec", "args": []}}}"#,
        #"{"mcpServers": {"teleclaude": 7}}"#,
        // Agents read the last of two members, and a name by what its escapes mean.
        #"{"mcpServers": {}, "mcpServers": {"a": {}}}"#, #"{"mcpServers": {}, "mcp\u0053ervers": {"a": {}}}"#,
        #"{"mcpServers": {"tele\u0063laude": {"command": "node", "args": ["mcp"]}}}"#,
        #"{"mcpServers": {"teleclaude": {"command": "telec", "args": ["mcp"]}, "teleclaude": {"command": "node"}}}"#,
    ])
    func whatIsLeftAlone(text: String) {
        #expect(throws: SettingsObjection.self) { try KnownAgent.claude.adding(Self.entry, to: text) }
    }

    @Test(arguments: [
        "mcp_servers = {}\n", "mcp_servers.teleclaude.command = \"x\"\n",
        "[mcp_servers]\nteleclaude = {command = \"x\"}\n",
        "[mcp_servers]\nteleclaude.command = \"x\"\n",
        "[mcp_servers.teleclaude]\ncommand = \"node\"\nargs = [\"mcp\"]\n",
        "[ mcp_servers . \"teleclaude\" ]\ncommand = \"x\"\n", "[mcp_servers.teleclaude]\nurl = \"x\"\n",
        "[\"mcp_servers\".'teleclaude'] # \"]\ncommand = \"x\"\n", "\"mcp_servers\" . \"teleclaude\" = {}\n",
        "[[mcp_servers]]\na = 1\n", "[[mcp_servers.teleclaude]]\na = 1\n",
        "[mcp_servers.teleclaude.env]\nX = \"1\"\n[other]\ncommand = \"telec\"\nargs = [\"mcp\"]\n",
        "[a\nb = 1\n", "[a] b\n", "[\"a]\n", "[a.]\n", "[a,b]\n", "[[a]\n", "[]\n", "a = \"\"\"\n", "a = [\n",
        "[a]\nb = \"\n", "[a]\nb\n", "= 1\n",
    ])
    func tablesThatAreLeftAlone(text: String) {
        #expect(throws: SettingsObjection.self) { try KnownAgent.codex.adding(Self.entry, to: text) }
        #expect(throws: SettingsObjection.self) { try KnownAgent.codex.removing(from: text) }
    }

    /// Subtables of TeleClaude's that a user has written elsewhere go with it.
    @Test func tablesApart() throws {
        let ours = try KnownAgent.codex.adding(Self.entry, to: "a = 1\n")
        let apart = ours + "\n[other]\nb = 2\n\n[mcp_servers.teleclaude.env]\nX = \"\"\"\n# 1\"\"\"\n# theirs\n"
        #expect(try KnownAgent.codex.removing(from: apart) == "a = 1\n\n[other]\nb = 2\n\n# theirs\n")
    }

    /// What is a name like TeleClaude's, or close to it, is another server.
    @Test func namesLikeOurs() throws {
        for text in ["mcp_servers.teleclaude2 = {}\n", "[mcp_servers]\nteleclaude2.command = \"x\"\n"] {
            let added = try KnownAgent.codex.adding(Self.entry, to: text)
            #expect(try KnownAgent.codex.removing(from: added) == text)
        }
    }

    /// A comma that follows the only member goes with it.
    @Test(arguments: [
        (#"{"mcpServers": {"teleclaude": {"command": "telec", "args": ["mcp"]},}}"#, #"{"mcpServers": {}}"#),
        (
            "{\"mcpServers\": {\n  \"teleclaude\": {\"command\": \"telec\", \"args\": [\"mcp\"]} /* , */ ,\n}}",
            "{\"mcpServers\": {\n   /* , */ \n}}"
        ),
        (#"{"mcpServers": { "teleclaude": {"command": "telec", "args": ["mcp"]} },}"#, "{}"),
        (
            #"{"a": 1, "mcpServers": {"b": {}, "teleclaude": {"command": "telec", "args": ["mcp"]},},}"#,
            #"{"a": 1, "mcpServers": {"b": {},},}"#
        ),
    ])
    func commasBehindTheLast(text: String, rest: String) throws {
        #expect(try KnownAgent.claude.removing(from: text) == rest)
        #expect(try KnownAgent.claude.removing(from: rest) == rest)
        let added = try KnownAgent.claude.adding(Self.entry, to: rest)
        #expect(try KnownAgent.claude.removing(from: added) == rest, "\(added)")
    }

    /// An entry whose name is written with escapes is TeleClaude's own.
    @Test func namesWithEscapes() throws {
        let text = #"{"mcp\u0053ervers": {"b\"": {}, "tele\u0063laude": {"command": "telec", "args": ["mcp"]}}}"#
        let added = try KnownAgent.claude.adding(Self.entry, to: text)
        #expect(JSON(parsing: added)?["mcpServers"]?["teleclaude"]?["command"]?.text == "/usr/bin/telec", "\(added)")
        #expect(try KnownAgent.claude.removing(from: added) == #"{"mcp\u0053ervers": {"b\"": {}}}"#)
    }

    /// A path may contain any character that the file system allows.
    @Test func strangePaths() throws {
        let strange = ServerEntry(command: "/a \"b\"\\c/ü/telec", arguments: ["mcp", "--socket", "/x\ty"])
        let added = try KnownAgent.claude.adding(strange, to: "{}")
        #expect(JSON(parsing: added)?["mcpServers"]?["teleclaude"]?["command"]?.text == strange.command)
        #expect(try KnownAgent.claude.removing(from: added) == "{}")
        let table = try KnownAgent.codex.adding(strange, to: nil)
        #expect(table.contains(#"command = "/a \"b\"\\c/ü/telec""#))
        #expect(try KnownAgent.codex.removing(from: table) == nil)
    }
}
