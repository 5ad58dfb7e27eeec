import Dialects
import Migrator
import TCTerminal
import Transfer

/// The files that a transfer writes at its end.
struct TransferFiles {
    private let certificate: OutputFile?
    private let report: OutputFile?

    /// Throws `DatabaseError` when one of them can't be written.
    init(certificate: String?, report: String?) throws(DatabaseError) {
        // Better now than after the transfer.
        if certificate != nil { try SHA256.load() }
        self.certificate = try OutputFile(certificate)
        do throws(DatabaseError) {
            self.report = try OutputFile(report)
        } catch {
            self.certificate?.discard()
            throw error
        }
    }

    /// Writes what there is to say: a certificate only of what is right.
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
    /// No file, where no path is given.
    fileprivate convenience init?(_ path: String?) throws(DatabaseError) {
        guard let path else { return nil }
        try self.init(path)
    }
}
