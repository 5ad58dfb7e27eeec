import ArgumentParser
import Dialects
import TCRuntime
import TCTerminal

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Show who looked at whose sessions.",
        subcommands: [ListAudit.self, VerifyAudit.self, ExportAudit.self, ArchiveAudit.self])
}

struct ListAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List entries, newest first: admins see all, others see who looked at theirs.",
        usage: "telec audit list [<options>]",
        discussion: """
            EXAMPLES:
              telec audit list
              telec audit list --person Alice --action read_transcript
              telec audit list --from 2026-11-01T00:00:00Z --json
            """)

    @Option(help: ArgumentHelp("Show only entries about this session.", valueName: "id")) var session: String?
    @Option(help: ArgumentHelp("Show only entries of this person.", valueName: "name")) var person: String?
    @Option(help: "Show only entries of this kind: read_transcript, attach, send, end, share …") var action: String?
    @Option(help: "Show only what was allowed, refused or failed.") var outcome: String?
    @Option(
        help: ArgumentHelp("Show only entries since then: 2h, 7d, 2026-11-25 (in UTC).", valueName: "moment"))
    var from: TimestampArgument?
    @Option(help: ArgumentHelp("Show only entries before then.", valueName: "moment")) var to: TimestampArgument?
    @Option(help: "Show at most this many, 1 to 500.") var limit = 50
    @Option(help: ArgumentHelp("Continue after a page: its `next`.", valueName: "seq")) var after: Int64?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.guarding {
            let query: [(String, String?)] = [
                ("session", session), ("person", person), ("action", action), ("outcome", outcome),
                ("from", from?.moment.text), ("to", to?.moment.text), ("limit", String(limit)),
                ("after", after.map { String($0) }),
            ]
            let reply = try await options.client().get("/audit", query, as: AuditDocument.self)
            options.show(reply) { table(reply.value.entries) }
            if !options.output.json, let next = reply.value.next { Console.error("there are more: --after \(next)") }
        }
    }

    private func table(_ entries: [AuditEntry]) -> String {
        guard !entries.isEmpty else { return "no entries" }
        var table = TextTable(
            ("SEQ", .right), ("TIME (UTC)", .left), ("WHO", .left), ("DID", .left), ("OUTCOME", .left),
            ("SESSION", .left), ("OWNER", .left), ("REASON", .left))
        for entry in entries {
            let adapter = entry.callerSession.flatMap { $0.hasPrefix("adapter:") ? " by \($0)" : nil } ?? ""
            // A refused attempt names any text as its session.
            let cells = [
                (entry.person ?? "uid \(entry.uid)") + adapter, entry.sessionID ?? "-", entry.ownerPerson ?? "-",
                entry.reason ?? "-",
            ].map(SessionTexts.plain)
            table.add(
                String(entry.seq), TimestampText.short(entry.at), cells[0], entry.action,
                entry.outcome, cells[1], cells[2], cells[3])
        }
        // The session, the reason and the names are texts of any length, and are cut in this order.
        return table.rendered(to: Console.outputSize?.columns, cutting: [5, 7, 6, 2])
    }
}

struct VerifyAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that no entry was changed, removed or moved. Exit code 1 if one was.",
        usage: "telec audit verify [<options>]",
        discussion: """
            An export or an earlier check ends with a checkpoint. With one, even a log that was rewritten as a whole \
            is found: keep one elsewhere.

            EXAMPLES:
              telec audit verify
              telec audit verify --checkpoint 42:9f2c…
            """)

    @Option(help: ArgumentHelp("Check that this entry still exists.", valueName: "seq:hash")) var checkpoint: String?
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.guarding {
            let parts = checkpoint?.split(separator: ":", omittingEmptySubsequences: false).map(String.init) ?? []
            guard checkpoint == nil || parts.count == 2 else {
                throw ValidationError("--checkpoint takes SEQ:HASH, as the export printed it.")
            }
            let query: [(String, String?)] = [("seq", parts.first), ("hash", parts.last)]
            let reply = try await options.client().get("/audit/verify", query, as: VerdictDocument.self)
            let verdict = reply.value
            options.show(reply) {
                verdict.flaw.map { "broken at row \($0.seq): \($0.reason)" }
                    ?? "intact: \(Formatting.rows(verdict.entries))\(Self.beginning(verdict)), "
                    + "checkpoint \(verdict.seq):\(verdict.hash)"
            }
            if verdict.flaw != nil { throw ExitCode(1) }
        }
    }

    /// Where the log begins. Rows that were removed after a new chain look the same as rows that were archived: only the archive
    /// shows that they still exist.
    private static func beginning(_ verdict: VerdictDocument) -> String {
        guard verdict.after.seq > 0 else { return verdict.entries > 0 ? " from row 1 on" : "" }
        return " from row \(verdict.after.seq + 1) on, which began a new chain: an archive must hold rows 1 to "
            + "\(verdict.after.seq) and end with \(verdict.after.seq):\(verdict.after.hash)"
    }
}
