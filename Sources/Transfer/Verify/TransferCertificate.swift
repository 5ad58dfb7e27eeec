import Dialects

/// The certificate of a verified transfer: a document that anybody can check. docs/digest.md explains how to compute it again
/// from the two databases, and `ci/check-certificate.py` does so.
public struct TransferCertificate: Sendable {
    /// The source's URL, without its password.
    public var source: DatabaseURL
    /// The target's URL, without its password.
    public var target: DatabaseURL
    /// The program that made the transfer, with its version.
    public var program: String
    /// The time of issue in RFC 3339, UTC.
    public var issuedAt: String
    /// The report of the transfer.
    public var report: TransferReport

    /// Creates the certificate of a verified transfer. `issuedAt` is in RFC 3339, UTC.
    public init(
        of report: TransferReport, from source: DatabaseURL, to target: DatabaseURL, by program: String,
        at issuedAt: String
    ) {
        self.report = report
        self.source = source
        self.target = target
        self.program = program
        self.issuedAt = issuedAt
    }

    /// Returns the certificate as JSON. Its member `sha256` is the SHA-256 of all other members as canonical JSON
    /// (`JSON.canonical`).
    public func document() -> JSON {
        let members = self.members
        let digest = SHA256.hexadecimal(of: JSON.object(members).canonical().utf8)
        return .object(members + [("sha256", .string(digest))])
    }

    private var members: [(key: String, value: JSON)] {
        let lines = Dictionary(uniqueKeysWithValues: report.tables.map { ($0.name, $0) })
        let tables = report.plan.tables.compactMap { table in lines[table.source].map { Self.entry(table, $0) } }
        return [
            ("version", .integer(1)), ("program", .string(program)), ("issued_at", .string(issuedAt)),
            ("verdict", .string(report.verdict.rawValue)),
            (
                "source",
                side(
                    source, report.provenance?.source, [("fingerprint", .string(report.provenance?.fingerprint ?? ""))])
            ), ("target", side(target, report.provenance?.target)), ("tables", .array(tables)),
            ("not_carried", .array(report.omitted.map(\.document))),
        ]
    }

    private func side(_ url: DatabaseURL, _ product: String?, _ more: [(key: String, value: JSON)] = []) -> JSON {
        .object([("url", .string(url.description)), ("product", .string(product ?? ""))] + more)
    }

    private static func entry(_ table: PlannedTable, _ line: TransferReport.TableReport) -> JSON {
        let columns = table.types.indices.map { column in
            JSON.object([
                ("source", .string(table.sourceColumns[column])), ("target", .string(table.targetColumns[column])),
                ("type", .string(table.types[column].description)),
                ("form", .string(table.types[column].comparedForm.rawValue)),
            ])
        }
        return .object([
            ("source", side(table.source, line.sourceRows, line.sourceDigest)),
            ("target", side(table.target, line.targetRows, line.targetDigest)),
            ("quarantined", .integer(Int64(line.quarantined))), ("columns", .array(columns)),
        ])
    }

    private static func side(_ name: String, _ rows: Int, _ digest: String?) -> JSON {
        .object([
            ("table", .string(name)), ("rows", .integer(Int64(rows))),
            ("digest", digest.map { .string($0) } ?? .null),
        ])
    }
}
