import ArgumentParser
import TCRuntime
import Synchronization
import TCTerminal

struct ExportAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Print all entries as lines of JSON, oldest first; the checkpoint on standard error.",
        usage: "telec audit export [<options>]",
        discussion: """
            docs/audit.md says how to check the lines without this program.

            EXAMPLES:
              telec audit export > audit.ndjson
              telec audit export --after 42 >> audit.ndjson
            """)

    @Option(help: ArgumentHelp("Print only entries after this one.", valueName: "seq")) var after: Int64 = 0
    @Option(help: ArgumentHelp("Print only entries up to this one.", valueName: "seq")) var through: Int64?
    @OptionGroup var options: StreamOptions

    func validate() throws { try options.refuseDocument(because: "Each entry is a line of JSON already") }

    func run() async throws {
        try await options.guarding {
            let verdict = try await LogLines.show(
                from: options.client(), after: after, through: through, check: AuditExport(isPart: after > 0))
            try LogLines.conclude(verdict)
        }
    }
}

struct ArchiveAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Begin a new chain, and print all entries before it, to be kept elsewhere.",
        usage: "telec audit archive [<options>]",
        discussion: """
            The lines are checked as they are printed: exit code 1 if one has been changed. No entry is removed: docs/audit.md, \
            "Keeping it for years", says how the owner of the tables may do that. If printing fails, the new chain has begun \
            nevertheless: `telec audit export --through SEQ` prints the entries again.

            EXAMPLES:
              telec audit archive > audit-2026.ndjson
              telec audit archive --reason "2026 is over" > audit-2026.ndjson
            """)

    @Option(help: "Why you read the log; it is recorded.") var reason: String?
    @OptionGroup var options: StreamOptions

    func validate() throws { try options.refuseDocument(because: "Each entry is a line of JSON already") }

    func run() async throws {
        try await options.guarding {
            let client = try options.client()
            let first = try await client.post(
                "/audit/chain", ["reason": reason], as: OneEntryDocument.self
            ).value.entry
            Console.error("a new chain begins with entry \(first.seq)")
            let end = AuditCheckpoint(seq: first.seq - 1, hash: first.previousHash)
            let verdict = try await LogLines.show(
                from: client, after: 0, through: end.seq, check: AuditExport(against: end))
            try LogLines.conclude(verdict)
        }
    }
}

/// The log on its way from the daemon to standard output.
private enum LogLines {
    /// Prints the lines, and checks them while they pass.
    static func show(
        from client: DaemonClient, after: Int64, through: Int64?, check: AuditExport
    ) async throws -> AuditVerdict {
        let state = Mutex((lines: LineReader(), check: check))
        let query = [("after", String(after)), ("through", through.map { String($0) })]
        try await client.stream("/audit/export", query) { bytes in
            let lines = state.withLock { state in
                let lines = state.lines.read(bytes)
                for line in lines { state.check.read(line) }
                return lines
            }
            if !lines.isEmpty { Console.document(lines.joined(separator: "\n")) }
            // A reader who received a part of the log must not mistake it for the whole.
            guard Console.lostOutput == nil else {
                throw RuntimeError(.failed, "standard output can't be written: not all entries were printed")
            }
        }
        return state.withLock { $0.check.verdict }
    }

    /// Prints the verdict to standard error, because standard output holds only lines of the log.
    static func conclude(_ verdict: AuditVerdict) throws {
        if let flaw = verdict.flaw {
            Console.error("broken at \(flaw)")
            throw ExitCode(1)
        }
        if verdict.entries > 0 { Console.error("checkpoint \(verdict.end)") }
    }
}
