import Dialects
import Migrator
import TCTerminal
import Transfer

/// What a transfer writes at its end. A file appears complete or not at all, and is its owner's alone, because it may name values. A file of
/// that name is replaced; a link that somebody else may have put there is not followed.
struct TransferFiles {
    private let certificate: OutputPlace?
    private let report: OutputPlace?

    /// Prepares the files.
    /// - Throws: `DatabaseError` if SHA-256 can't be computed, `TextFile.Failure` if a file can't be written.
    init(certificate: String?, report: String?) throws {
        // A missing library is better reported at once than after the transfer.
        if certificate != nil { try SHA256.load() }
        self.certificate = try certificate.map { path in try OutputPlace(path) }
        self.report = try report.map { path in try OutputPlace(path) }
    }

    /// Writes the report, and the certificate if the transfer is verified.
    func finish(_ report: TransferReport, _ source: DatabaseURL, _ target: DatabaseURL) throws {
        let context = MigrateProgram.context
        let (program, now) = ("\(context.name) \(context.version)", Console.now)
        let facts = [
            ("Source", "\(source) (\(report.provenance?.source ?? "?"))"),
            ("Target", "\(target) (\(report.provenance?.target ?? "?"))"), ("Written", "\(now) by \(program)"),
        ]
        try self.report?.finish(HTMLPage.text(TransferPage.page(report), facts: facts))
        switch report.verdict {
        case .mismatch: break
        case .verified:
            let proven = TransferCertificate(of: report, from: source, to: target, by: program, at: now)
            try certificate?.finish(proven.document().rendered() + "\n")
        }
    }
}
