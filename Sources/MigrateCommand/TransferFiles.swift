import Dialects
import Migrator
import TCTerminal
import Transfer

/// The files that a transfer writes at its end.
struct TransferFiles {
    private let certificate: OutputFile?
    private let report: OutputFile?

    /// Prepares the files. Throws `DatabaseError` if one of them can't be written.
    init(certificate: String?, report: String?) throws(DatabaseError) {
        // A missing library is better reported at once than after the transfer.
        if certificate != nil { try SHA256.load() }
        self.certificate = try OutputFile(certificate)
        do throws(DatabaseError) {
            self.report = try OutputFile(report)
        } catch {
            self.certificate?.discard()
            throw error
        }
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
        case .mismatch: certificate?.discard()
        case .verified:
            let proven = TransferCertificate(of: report, from: source, to: target, by: program, at: now)
            try certificate?.finish(proven.document().rendered() + "\n")
        }
    }

    func discard() {
        certificate?.discard()
        report?.discard()
    }
}

extension OutputFile {
    /// Returns `nil` if no path is given.
    fileprivate convenience init?(_ path: String?) throws(DatabaseError) {
        guard let path else { return nil }
        try self.init(path)
    }
}
