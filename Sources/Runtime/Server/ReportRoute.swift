import Dialects
import FoundationEssentials
import Hummingbird
import TCPages

/// The route that reports to admins how the installation is used, as a page or as a document. Each report is recorded in the
/// audit log before it is made.
struct ReportRoute {
    let maker: ReportMaker
    let access: AccessControl
    let shares: FairShare

    enum Format: String, CaseIterable { case html, json }

    func add(to router: Router<CallContext>) { router.get("report", use: report) }

    @Sendable private func report(_ request: Request, _ context: CallContext) async throws -> Response {
        try await access.require(context.caller, .makeReport)
        let query = try QueryReader(request, knowing: "format", "days", "verify", "reason")
        let format = try query.word("format", Format.self) ?? .html
        let days = try query.number("days", ReportRequest.days, else: 30)
        let verifies = try query.number("verify", 0...1, else: 0) == 1
        let reason = try query.text("reason")
        return try await shares.run(context.party) {
            let receipt = try await access.audit.admit(.report, by: context.caller, on: nil, reason: reason)
            do {
                let report = try await maker.make(receipt, ReportRequest(days: days, verifies: verifies))
                return try await LongWork.run { try answer(report, as: format) }
            } catch {
                await access.audit.recordFailure(
                    .report, by: context.caller, on: nil, reason: "the daemon failed")
                throw error
            }
        }
    }

    private func answer(_ report: Report, as format: Format) throws -> Response {
        switch format {
        case .html:
            Response(
                status: .ok, headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: report.page)))
        case .json:
            Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: Array(try report.documentBytes()))))
        }
    }
}

extension Report {
    /// Returns the report as one JSON document on a single line.
    func documentBytes() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }
}
