import Testing

@Suite("help, version and slips of the keyboard")
struct HelpTests {
    @Test(
        "the help of every command is the golden one, and has examples",
        arguments: [
            "", "up", "baseline", "down", "status", "drift", "repair", "plan", "inspect", "transfer",
            "transfer abandon", "verify", "new",
        ])
    func help(_ command: String) async throws {
        try await withSandbox { box in
            let run = try await box.run(
                .tcMigrate, command.split(separator: " ").map(String.init) + ["--help"])
            #expect(run.ending == .exit(0) && run.error.isEmpty, "\(run)")
            #expect(run.output.contains("EXAMPLES:"))
            expectNarrow(run.output)
            try expectGolden(
                run.output, "cli/\(command.isEmpty ? "tc-migrate" : command.replacing(" ", with: "-")).txt")
        }
    }

    @Test("without a command it shows the help")
    func noCommand() async throws {
        try await withSandbox { box in
            let run = try await box.migrate()
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.output == (try await box.migrate("--help")).output)
        }
    }

    @Test("--version is one line")
    func version() async throws {
        try await withSandbox { box in
            let run = try await box.migrate("--version")
            #expect(run.ending == .exit(0) && run.error.isEmpty)
            #expect(run.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(run)")
        }
    }

    @Test(
        "what is misspelt is named, with what was probably meant",
        arguments: [
            (["status", "--exit-cod"], "'--exit-code'"), (["up", "--dry-rum"], "'--dry-run'"),
            (["down", "--step", "2"], "'--steps'"),
        ])
    func unknownOption(_ arguments: [String], meant: String) async throws {
        try await withSandbox { box in
            let run = try await box.run(.tcMigrate, arguments)
            #expect(run.ending == .exit(64) && run.output.isEmpty, "\(run)")
            #expect(run.error.contains("Did you mean \(meant)?") && run.error.contains("Usage:"), "\(run)")
        }
    }

    @Test(
        "arguments that make no sense are refused before anything is opened",
        arguments: [
            ["upp"], ["down", "--steps", "0"], ["down", "--steps", "1", "--to", "none"],
            ["up", "--lock-timeout", "-1"],
            ["up", "--lock-timeout", "nan"], ["up", "--to"], ["plan", "--dialect", "oracle"], ["inspect"],
            ["transfer", "a.db"], ["transfer", "abandon"], ["transfer", "abandon", "a.db", "--resume"],
            ["inspect", "a.db", "--format", "xml"], ["status", "extra"],
        ])
    func usage(_ arguments: [String]) async throws {
        try await withSandbox { box in
            let before = try box.contents()
            let run = try await box.run(.tcMigrate, arguments)
            #expect(run.ending == .exit(64) && run.output.isEmpty, "\(run)")
            #expect(run.error.contains("Error: ") && run.error.contains("Usage:"), "\(run)")
            #expect(try box.contents() == before)
        }
    }
}

/// Expects that no line of the help is longer than 80 columns.
func expectNarrow(_ help: String, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(help.split(separator: "\n").filter { $0.count > 80 } == [], sourceLocation: sourceLocation)
}
