import Foundation
import TestSupport
import Testing

@Suite("which database is meant")
struct DefaultDatabaseTests {
    @Test("without a word it is the embedded file in the home folder, for its owner only")
    func embedded() async throws {
        try await withSandbox { box in
            let up = try await box.migrate("up")
            let file = "\(box.home)/.teleclaude/teleclaude.db"
            #expect(up.ending == .exit(0), "\(up)")
            #expect(up.error == "database: sqlite:\(file) (the default)\n")
            let modes = try [file, "\(box.home)/.teleclaude"].map {
                try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int
            }
            #expect(modes == [0o600, 0o700])
            let status = try await box.migrate("status", "--json")
            #expect(try status.document(StatusDocument.self).position == "current")
        }
    }

    @Test("TC_DATABASE_URL comes before the default, and --database before both")
    func order() async throws {
        try await withSandbox { box in
            let variables = ["TC_DATABASE_URL": "sqlite:\(box("variable.db"))"]
            let variable = try await box.migrate("up", variables: variables)
            #expect(variable.error == "database: sqlite:\(box("variable.db")) (TC_DATABASE_URL)\n", "\(variable)")
            let option = try await box.migrate("up", "--database", box("option.db"), variables: variables)
            #expect(option.error == "database: sqlite:\(box("option.db")) (--database)\n", "\(option)")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: box.files).sorted() == ["option.db", "variable.db"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: box.home).isEmpty)
        }
    }

    @Test("an empty TC_DATABASE_URL is none")
    func emptyVariable() async throws {
        try await withSandbox { box in
            let run = try await box.migrate("up", variables: ["TC_DATABASE_URL": ""])
            #expect(run.error.hasSuffix("/.teleclaude/teleclaude.db (the default)\n"), "\(run)")
        }
    }

    @Test("what the settings say comes before the default, and after TC_DATABASE_URL")
    func settings() async throws {
        try await withSandbox { box in
            let file = "\(box.home)/.teleclaude/config.yml"
            try FileManager.default.createDirectory(
                atPath: "\(box.home)/.teleclaude", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try "\ndatabase: {path: data/own.db}\n".write(toFile: file, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
            let up = try await box.migrate("up")
            #expect(up.ending == .exit(0), "\(up)")
            #expect(up.error == "database: sqlite:\(box.home)/.teleclaude/data/own.db (\(file):2)\n")
            let variable = try await box.migrate(
                "up", "--dry-run", variables: ["TELECLAUDE_DATABASE_URL": "sqlite:\(box("other.db"))"])
            #expect(variable.error == "database: sqlite:\(box("other.db")) (TELECLAUDE_DATABASE_URL)\n", "\(variable)")
            let first = try await box.migrate(
                "up", "--dry-run", variables: ["TC_DATABASE_URL": "sqlite:\(box("first.db"))"])
            #expect(first.error.hasSuffix("(TC_DATABASE_URL)\n"), "\(first)")
        }
    }

    @Test("settings that can't be used are a refusal, unless the database is named")
    func badSettings() async throws {
        try await withSandbox { box in
            let file = box("config.yml")
            try "database: {engine: oracle}\n".write(toFile: file, atomically: false, encoding: .utf8)
            let variables = ["TELECLAUDE_CONFIG_PATH": file]
            let run = try await box.migrate("status", variables: variables)
            #expect(run.ending == .exit(2) && run.error.contains("\(file):1: database.engine is one of"), "\(run)")
            #expect(try await box.migrate("up", "-d", box("x.db"), variables: variables).ending == .exit(0))
        }
    }

    @Test("an unknown key of the database is a refusal, as the programs of the daemon refuse it; others are warnings")
    func unknownKeys() async throws {
        try await withSandbox { box in
            let file = box("config.yml")
            let variables = ["TELECLAUDE_CONFIG_PATH": file]
            try "database:\n  host: /nowhere\n  dbnam: shop\n".write(toFile: file, atomically: false, encoding: .utf8)
            let run = try await box.migrate("status", variables: variables)
            let refusal = "error: \(file):3: database.dbnam is not a known key; did you mean database.dbname?"
            #expect(run.error == "\(refusal) Or pass --database URL\n", "\(run)")
            #expect(run.ending == .exit(2) && run.output.isEmpty)
            for (program, arguments) in [(Program.telec, ["config", "check"]), (Program.teleclauded, ["--check"])] {
                let other = try await box.run(program, arguments, variables)
                #expect(other.ending == .exit(2), "\(other)")
                #expect(other.error.contains("database.dbnam is not a known key"), "\(other)")
            }
            try "databse: {path: x.db}\nserver: {}\n".write(toFile: file, atomically: false, encoding: .utf8)
            let other = try await box.migrate("up", "--dry-run", variables: variables)
            #expect(
                other.error.hasPrefix(
                    "warning: \(file):1: databse.path is not a known key: did you mean database.path?\ndatabase: "),
                "\(other)")
            let document = try await box.migrate("up", "--dry-run", "--json", variables: variables)
            #expect(document.ending == .exit(0) && document.error.isEmpty, "\(document)")
        }
    }

    @Test("without HOME it is the home folder of the user database", arguments: [nil, ""])
    func noHome(_ home: String?) async throws {
        try await withSandbox { box in
            let run = try await box.migrate("up", "--dry-run", variables: ["HOME": home])
            let folder = try #require(getpwuid(geteuid()).map { String(cString: $0.pointee.pw_dir) })
            #expect(
                run.error.hasPrefix("database: sqlite:\(folder)/.teleclaude/teleclaude.db (the default)\n"), "\(run)")
        }
    }

    @Test("with --json nothing but the document is printed, and the database only with --verbose")
    func json() async throws {
        try await withSandbox { box in
            #expect(try await box.migrate("up", "--json").error.isEmpty)
            let verbose = try await box.migrate("status", "--json", "--verbose")
            #expect(verbose.error.hasPrefix("database: sqlite:"))
            #expect(try verbose.document(StatusDocument.self).version == 1)
        }
    }

    @Test(
        "a file may be called anything",
        arguments: [
            "with space.db", "ünïcödé 数据.db", "what?.db", "a#b.db", "100%41.db", "?mode=memory", "it's \"so\".db",
            "deep/down/below.db",
        ])
    func fileName(_ name: String) async throws {
        try await withSandbox { box in
            try FileManager.default.createDirectory(atPath: box("deep/down"), withIntermediateDirectories: true)
            let url = "sqlite:\(box(name))"
            let up = try await box.migrate("up", "-d", url)
            #expect(up.ending == .exit(0), "\(up)")
            #expect(FileManager.default.fileExists(atPath: box(name)))
            #expect(try await box.migrate("drift", "-d", url).output == "no drift\n")
            let status = try await box.migrate("status", "--json", "-d", url)
            #expect(try status.document(StatusDocument.self).position == "current", "\(status)")
            #expect(try await box.migrate("inspect", url).output.contains("Table(\"sessions\")"))
        }
    }

    @Test("a relative path is one from the working folder")
    func relativePath() async throws {
        try await withSandbox { box in
            try FileManager.default.createDirectory(atPath: box("there"), withIntermediateDirectories: false)
            let path = try await box.migrate("up", "-d", "here.db")
            let url = try await box.migrate("up", "-d", "sqlite:there/here.db")
            #expect(path.ending == .exit(0) && url.ending == .exit(0), "\(path) \(url)")
            let found = try FileManager.default.subpathsOfDirectory(atPath: box.files).sorted()
            #expect(found == ["here.db", "there", "there/here.db"])
        }
    }

    @Test("an empty file is an empty database")
    func emptyFile() async throws {
        try await withSandbox { box in
            try "".write(toFile: box("empty.db"), atomically: false, encoding: .utf8)
            #expect(try await box.migrate("up", "-d", box("empty.db")).ending == .exit(0))
        }
    }

    @Test("what libpq understands is understood", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func postgreSQLURLs() async throws {
        try await TestPostgreSQL.withFreshDatabase { url in
            try await withSandbox { box in
                let (path, query) = try split("\(url)")
                let folder = try #require(query.firstMatch(of: /host=([^&]+)/)?.1)
                let encoded = folder.replacing("/", with: "%2F")
                let port = query.firstMatch(of: /port=(\d+)/).map { ":\($0.1)" } ?? ""
                for spelling in [
                    "PostgreSQL://\(path)?\(query)", "postgres://\(path)?\(query)",
                    "postgresql://" + path.replacing("@", with: "@\(encoded)\(port)"),
                    // With several hosts, the first one that answers is used.
                    "postgresql://\(path)?host=/nowhere,\(folder)",
                ] {
                    let run = try await box.migrate("up", "-d", spelling)
                    #expect(run.ending == .exit(0), "\(spelling) \(run)")
                }
            }
        }
    }

    /// Returns the parts of the URL before and after the `?`.
    private func split(_ url: String) throws -> (path: String, query: String) {
        let match = try #require(url.wholeMatch(of: /postgresql:\/\/([^?]*)\?(.*)/))
        return (String(match.1), String(match.2))
    }
}

@Suite("a program for somebody else's history")
struct NoDefaultDatabaseTests {
    @Test("without a word it migrates nothing: no file of another program is touched")
    func none() async throws {
        try await withSandbox { box in
            for command in [["up"], ["down"], ["status"], ["drift"], ["up", "--dry-run"]] {
                let run = try await box.fixture("plain", command)
                #expect(run.ending == .exit(64) && run.output.isEmpty, "\(run)")
                #expect(
                    run.error == "error: no database is named; pass --database URL, or set TC_DATABASE_URL\n", "\(run)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: box.home).isEmpty)
            let help = try await box.fixture("plain", ["up", "--help"])
            #expect(help.output.contains("Default: TC_DATABASE_URL.") && !help.output.contains("teleclaude"), "\(help)")
        }
    }
}
