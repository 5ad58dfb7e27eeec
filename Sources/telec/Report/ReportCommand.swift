import ArgumentParser
import TCRuntime
import TCTerminal

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show how everybody uses this installation, in numbers, or write it as a page.",
        usage: "telec report [--html <file>] [<options>]",
        discussion: """
            For admins: sessions by state and agent, owners, activity by day, the audit log by person and action, its verification, \
            and room. Nothing of what was said in sessions, no titles, no places. Each report is in the audit log before it is made.

            The page is one file, for its owner alone, that loads nothing and runs nothing. The same is at GET /report of the socket.

            The whole log is verified with --verify only, which reads it all; without, the report says what the last verification \
            found and what was written since.

            EXAMPLES:
              telec report
              telec report --html report.html --days 90
              telec report --html report.html --force --verify
              telec report --json --reason "the board asked"

            Exit code 1 when --verify finds the log broken.
            """)

    @Option(help: ArgumentHelp("Write a page to this file.", valueName: "file")) var html: String?
    @Flag(help: "Replace a file that is there.") var force = false
    @Option(help: "Show the activity of so many days, 1 to 366.") var days = 30
    @Flag(help: "Verify the whole audit log first.") var verify = false
    @Option(help: "Why you want it; it is logged.") var reason: String?
    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard html != nil || !force else { throw ValidationError("--force is for the file of --html.") }
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
