import ArgumentParser
import TCRuntime
import TCTerminal

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show figures on how this installation is used, or write them as a page.",
        usage: "telec report [--html <file>] [<options>]",
        discussion: """
            For admins: sessions by state and agent, owners, activity by day, the audit log by person and action, its verification, \
            and disk space. It contains no contents, titles or folders of sessions. Each report is logged in the audit log first.

            The page is one file, readable by its owner only, that loads nothing and runs nothing. GET /report on the socket answers the same.

            --verify reads and verifies the whole log; without it, the report says what the last verification \
            found and what was written since.

            EXAMPLES:
              telec report
              telec report --html report.html --days 90
              telec report --html report.html --force --verify
              telec report --json --reason "the board asked"

            Exit code 1 if --verify finds the log broken.
            """)

    @Option(help: ArgumentHelp("Write a page to this file.", valueName: "file")) var html: String?
    @Flag(help: "Replace an existing file.") var force = false
    @Option(help: "Show the activity of this many days, 1 to 366.") var days = 30
    @Flag(help: "Verify the whole audit log first.") var verify = false
    @Option(help: "Why you want the report; it is logged.") var reason: String?
    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard html != nil || !force else { throw ValidationError("--force needs --html.") }
    }

    func run() async throws {
        try await options.guarding {
            let client = try options.client()
            let query: [(String, String?)] = [
                ("format", "json"), ("days", String(days)), ("verify", verify ? "1" : nil), ("reason", reason),
            ]
            guard let html else {
                let reply = try await client.get("/report", query, as: Report.self)
                options.show(reply) { ReportText(width: Console.outputSize?.columns).of(reply.value) }
                return try conclude(reply.value)
            }
            let file = try WholeFile(html, replaces: force)
            let reply = try await client.get("/report", query, as: Report.self)
            try file.finish(reply.value.page)
            options.show(reply) { "wrote \(html)" }
            try conclude(reply.value)
        }
    }

    private func conclude(_ report: Report) throws {
        if verify, report.verification.last?.flaw != nil { throw ExitCode(1) }
    }
}
