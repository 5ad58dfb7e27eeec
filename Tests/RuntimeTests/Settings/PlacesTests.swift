import Dialects
import Testing

@testable import TCSettings

@Suite("where settings, socket, state and database are")
struct PlacesTests {
    private let home = ProcessContext(home: "/h", uid: 0, systemFolder: "/nowhere")

    @Test("without a word")
    func defaults() throws {
        let loaded = try LoadedSettings.load(home, for: .client)
        #expect(loaded.settings.mode == .singleUser && loaded.files.isEmpty && loaded.remarks.isEmpty)
        #expect("\(loaded.settings.database)" == "sqlite:/h/.teleclaude/teleclaude.db")
        #expect(loaded.originOfDatabase == nil)
        #expect(try home.socketPath(argument: nil) == "/h/.teleclaude/run/teleclaude.sock")
        #expect(try home.stateFolder() == "/h/.teleclaude")
    }

    @Test("variables and arguments")
    func named() throws {
        var context = home
        context.environment = [
            "XDG_RUNTIME_DIR": "/run/user/7", "TELECLAUDE_SOCKET": "", "TELECLAUDE_STATE_PATH": "/s",
        ]
        context.workingFolder = "/w"
        #expect(try context.socketPath(argument: nil) == "/run/user/7/teleclaude.sock")
        #expect(try context.stateFolder() == "/s")
        context.environment["TELECLAUDE_SOCKET"] = "/v.sock"
        #expect(try context.socketPath(argument: nil) == "/v.sock")
        #expect(try context.socketPath(argument: "here.sock") == "/w/here.sock")
    }

    @Test("a file that somebody names has to be there")
    func missing() {
        var context = home
        context.environment = ["TELECLAUDE_CONFIG_PATH": "/nowhere/config.yml"]
        #expect(throws: SettingsError.self) { try LoadedSettings.load(context, for: .client) }
        #expect(throws: SettingsError.self) {
            try LoadedSettings.load(ProcessContext(home: nil, uid: 0, systemFolder: "/nowhere"), for: .client)
        }
    }

    @Test("a named file is a system's when it says so, or has a secrets.yml")
    func modes() async throws {
        try await withSettingsFolder { folder in
            let named = ["TELECLAUDE_CONFIG_PATH": "\(folder.path)/x/config.yml"]
            try folder.write("x/config.yml", "project_name: x\n")
            #expect(try folder.load(named).settings.mode == .singleUser)
            try folder.write("x/config.yml", "mode: system\n")
            let loaded = try folder.load(named)
            #expect(loaded.settings.mode == .system)
            #expect("\(loaded.settings.database)" == "sqlite:/var/lib/teleclaude/teleclaude.db")
            #expect(try folder.context(named).socketPath(argument: nil) == "/run/teleclaude/teleclaude.sock")
            #expect(try folder.context(named).stateFolder() == "/var/lib/teleclaude")
            try folder.write("x/config.yml", "project_name: x\n")
            try folder.write("x/secrets.yml", "", mode: 0o600)
            #expect(try folder.load(named).settings.mode == .system)
        }
    }

    @Test("TELECLAUDE_SECRETS_PATH and TELECLAUDE_USER_CONFIG_PATH name the other two")
    func overrides() async throws {
        try await withSettingsFolder { folder in
            try folder.write("c.yml", "project_name: x\n")
            try folder.write("s.yml", "OPENAI_API_KEY: abc\n", mode: 0o600)
            try folder.write("u.yml", "thinking_mode: med\n")
            let loaded = try folder.load([
                "TELECLAUDE_CONFIG_PATH": "c.yml", "TELECLAUDE_SECRETS_PATH": "s.yml",
                "TELECLAUDE_USER_CONFIG_PATH": "u.yml",
            ])
            #expect(loaded.files == ["c.yml", "s.yml", "u.yml"].map { "\(folder.path)/\($0)" })
            #expect(loaded.settings.preferences.thinkingMode == "med")
        }
    }

    @Test(
        "databases",
        arguments: [
            ("database: {engine: sqlite, path: data/x.db}", "sqlite:/etc-folder/data/x.db"),
            ("database: {path: ~/x.db}", "sqlite:/home-folder/x.db"),
            ("database: {url: 'sqlite:x.db'}", "sqlite:/etc-folder/x.db"),
            ("database: {url: 'sqlite::memory:'}", "sqlite::memory:"),
            ("database: {engine: sqlite}", "sqlite:/var/lib/teleclaude/teleclaude.db"),
            ("database:", "sqlite:/var/lib/teleclaude/teleclaude.db"),
            (
                "database: {engine: postgresql, host: h, port: 5433, dbname: d, user: u, sslmode: require}",
                "postgresql://u:***@h:5433/d?sslmode=require"
            ),
            ("database: {host: /run/pg, dbname: d}", "postgresql://:***@/d?host=/run/pg"),
            ("database: {url: 'postgresql://u@h/d'}", "postgresql://u:***@h/d"),
        ])
    func database(_ text: String, _ url: String) async throws {
        try await withSettingsFolder { folder in
            try folder.write("etc/config.yml", text + "\n")
            if url.contains("***") {
                try folder.write("etc/secrets.yml", "database: {password: 'p@s/s:w'}", mode: 0o600)
            }
            let expected = url.replacing("/etc-folder", with: "\(folder.path)/etc")
                .replacing("/home-folder", with: "\(folder.path)/home")
            #expect("\(try folder.load().settings.database)" == expected)
        }
    }

    @Test("a URL of the environment stands in the place of all parts")
    func urlBeforeParts() async throws {
        try await withSettingsFolder { folder in
            try folder.write("etc/config.yml", "database: {host: h, dbname: d}\n")
            let loaded = try folder.load(["TELECLAUDE_DATABASE_URL": "sqlite:/x.db"])
            #expect("\(loaded.settings.database)" == "sqlite:/x.db")
            #expect(loaded.originOfDatabase == "TELECLAUDE_DATABASE_URL")
        }
    }

    @Test("a password completes the URL of its own layer or of an earlier one, and is no other URL's")
    func passwordOfAnEarlierLayer() async throws {
        try await withSettingsFolder { folder in
            try folder.write("etc/config.yml", "database: {url: 'postgresql://app@h/d'}\n")
            try folder.write("etc/secrets.yml", "database: {password: app-secret}", mode: 0o600)
            func password(_ environment: [String: String]) throws -> String? {
                let database = try folder.load(environment, for: .daemon).settings.database
                guard case .postgresql(let parameters) = database.target else { return "not a server's" }
                return parameters["password"]
            }
            func variable(_ url: String) -> [String: String] { ["TELECLAUDE_DATABASE_URL": url] }
            #expect(try password([:]) == "app-secret")
            #expect(try password(variable("postgresql://migrator:own-secret@h/d")) == "own-secret")
            // libpq finds the password: PGPASSWORD, ~/.pgpass.
            let bare = variable("postgresql://migrator@h/d")
            #expect(try password(bare) == nil)
            let both = bare.merging(["TELECLAUDE_DATABASE_PASSWORD": "own-secret"]) { $1 }
            #expect(try password(both) == "own-secret")
        }
    }
}
