import Dialects
import Migrator
import TCTerminal
import Transfer

/// What a transfer or its dry run writes at its end. A file appears complete or not at all. The certificate and the report are their
/// owner's alone, because they may name values: a file of that name is replaced; a link that somebody else may have put there is not
/// followed. Rules and triggers get new files.
struct TransferFiles {
    private let certificate: OutputPlace?
    private let report: OutputPlace?
    private let rules: String?
    private let triggers: String?

    /// Prepares the files.
    /// - Throws: `DatabaseError` if SHA-256 can't be computed, `TextFile.Failure` if a file can't be written.
    init(certificate: String?, report: String?, rules: String?, triggers: String?) throws {
        // A missing library is better reported at once than after the transfer.
        if certificate != nil { try SHA256.load() }
        self.certificate = try certificate.map { path in try OutputPlace(path) }
        self.report = try report.map { path in try OutputPlace(path) }
        (self.rules, self.triggers) = (rules, triggers)
    }

    /// Writes the certificate if the transfer is verified, the report, the rules and the triggers. The most important one comes first, and
    /// one that can't be written keeps none of the others away.
    /// - Throws: `FilesNotWritten` for those that can't be written.
    func finish(
        _ report: TransferReport, _ source: DatabaseURL, _ target: DatabaseURL, intoExisting: Bool
    ) throws(FilesNotWritten) {
        let context = MigrateProgram.context
        let (program, now) = ("\(context.name) \(context.version)", Console.now)
        let facts = [
            ("Source", "\(source) (\(report.provenance?.source ?? "?"))"),
            ("Target", "\(target) (\(report.provenance?.target ?? "?"))"), ("Written", "\(now) by \(program)"),
        ]
        var failures: [TextFile.Failure?] = []
        switch report.verdict {
        case .mismatch: break
        case .verified:
            let proven = TransferCertificate(of: report, from: source, to: target, by: program, at: now)
            failures.append(Self.failure(of: certificate) { proven.document().rendered() + "\n" })
        }
        failures.append(Self.failure(of: self.report) { HTMLPage.text(TransferPage.page(report), facts: facts) })
        failures += [
            Self.failure(of: rules) { ProposedRule.yaml(report.proposals) },
            Self.failure(of: triggers) { TriggersFile.text(of: report.plan.triggers) },
        ]
        try Self.requireNone(failures, isTransferred: report.verdict == .verified, intoExisting: intoExisting)
    }

    /// Writes the rules of a dry run.
    /// - Throws: `FilesNotWritten` if they can't be written.
    func write(_ proposals: [ProposedRule]) throws(FilesNotWritten) {
        try Self.requireNone([Self.failure(of: rules) { ProposedRule.yaml(proposals) }], isTransferred: false)
    }

    /// Writes the rules, unless there are none to write, and the triggers of a dry run; the one also where the other can't be written.
    /// - Throws: `FilesNotWritten` for those that can't be written.
    func write(_ proposals: [ProposedRule]?, _ found: [TranslatedTrigger]) throws(FilesNotWritten) {
        let failures = [
            proposals.flatMap { proposals in Self.failure(of: rules) { ProposedRule.yaml(proposals) } },
            Self.failure(of: triggers) { TriggersFile.text(of: found) },
        ]
        try Self.requireNone(failures, isTransferred: false)
    }

    private static func failure(of place: OutputPlace?, _ text: () -> String) -> TextFile.Failure? {
        do throws(TextFile.Failure) { try place?.finish(text()) } catch { return error }
        return nil
    }

    private static func failure(of path: String?, _ text: () -> String) -> TextFile.Failure? {
        guard let path else { return nil }
        do throws(TextFile.Failure) { try TextFile.create(path, text()) } catch { return error }
        return nil
    }

    private static func requireNone(
        _ failures: [TextFile.Failure?], isTransferred: Bool, intoExisting: Bool = false
    ) throws(FilesNotWritten) {
        let failures = failures.compactMap { $0 }
        guard failures.isEmpty else {
            throw FilesNotWritten(failures: failures, isTransferred: isTransferred, intoExisting: intoExisting)
        }
    }
}
