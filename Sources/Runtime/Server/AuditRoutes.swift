import Dialects
import Hummingbird
import NIOCore

/// The routes of the audit log, which records who looked at whose sessions. An admin sees all entries; everybody else sees the
/// entries about their own sessions.
struct AuditRoutes {
    let services: Services
    let access: AccessControl
    let shares: FairShare
    private var audit: AuditLog { services.audit }

    init(services: Services, access: AccessControl, shares: FairShare) {
        (self.services, self.access, self.shares) = (services, access, shares)
    }

    func add(to router: Router<CallContext>) {
        router.get("audit", use: list)
        router.get("audit/verify", use: verify)
        router.get("audit/export", use: export)
        router.post("audit/chain", use: beginChain)
    }

    @Sendable private func list(_ request: Request, _ context: CallContext) async throws -> Response {
        let query = try QueryReader(
            request, knowing: "session", "person", "action", "outcome", "from", "to", "limit", "after")
        var filter = AuditFilter(
            sessionID: try query.text("session"), person: try query.text("person"),
            action: try query.word("action", AuditAction.self), outcome: try query.word("outcome", AuditOutcome.self),
            from: try query.moment("from"), to: try query.moment("to"))
        let limit = try query.number("limit", 1...500, else: 50)
        let cursor = try query.text("after").map { text in
            guard let seq = Int64(text), seq >= 0 else {
                throw RuntimeError(.badRequest, "after must be the seq of an entry")
            }
            return seq
        }
        if allow(.readAudit, by: context.identity.role, on: .none) != .allowed {
            try await access.require(context.caller, .readOwnAudit)
            filter.owner = Owner(person: context.identity.person, uid: context.identity.uid)
        }
        let wanted = filter
        return try await shares.run(context.party) {
            Response(try await audit.page(wanted, after: cursor, limit: limit))
        }
    }

    /// Checks the whole chain. With `seq` and `hash`, it also checks the chain against the checkpoint at which an export ended.
    @Sendable private func verify(_ request: Request, _ context: CallContext) async throws -> Response {
        try await access.require(context.caller, .readAudit)
        let query = try QueryReader(request, knowing: "seq", "hash")
        var checkpoint: AuditCheckpoint?
        switch (try query.text("seq"), try query.text("hash")) {
        case (nil, nil): break
        case (let seq?, let hash?):
            checkpoint = AuditCheckpoint(parsing: "\(seq):\(hash)")
            guard checkpoint != nil else {
                throw RuntimeError(.badRequest, "a checkpoint must be a seq and 64 hexadecimal digits")
            }
        case (.some, nil), (nil, .some): throw RuntimeError(.badRequest, "a checkpoint needs both a seq and a hash")
        }
        let wanted = checkpoint
        return Response(
            try await shares.run(context.party) {
                // A check against a caller's own checkpoint concerns only that caller, so its result is not noted in the log.
                wanted == nil ? try await audit.verifyAndNote().verdict : try await audit.verify(against: wanted)
            }.document)
    }

    /// Sends the entries as lines, oldest first: all of them, or those of a range.
    @Sendable private func export(_ request: Request, _ context: CallContext) async throws -> Response {
        try await access.require(context.caller, .readAudit)
        let query = try QueryReader(request, knowing: "after", "through")
        let start = try query.number("after", 0...Int.max, else: 0)
        let end = try query.number("through", 0...Int.max, else: .max)
        let (audit, standing) = (audit, context.standing(in: services.directory))
        return Response(
            status: .ok, headers: [.contentType: "application/x-ndjson"],
            body: LongAnswer(request: request, logger: context.logger).body { writer in
                var output = writer
                _ = try await audit.export(after: Int64(start), through: Int64(end)) { lines in
                    try standing.require()
                    // A piece for each line would cost several times the work of making the lines.
                    try await output.write(ByteBuffer(string: lines.joined(separator: "\n") + "\n"))
                }
            })
    }

    /// Begins a new chain. The entries before the entry that this writes can then be archived.
    @Sendable private func beginChain(_ request: Request, _ context: CallContext) async throws -> Response {
        try await access.require(context.caller, .archiveAudit)
        let wanted = try await request.document(ChainRequest.self, context)
        let entry = try await audit.beginChain(by: context.caller, reason: wanted.reason)
        return Response(.object([("version", .integer(1)), ("entry", entry.document)]), status: .created)
    }

    private struct ChainRequest: RequestDocument {
        var reason: String?

        enum CodingKeys: CodingKey, CaseIterable { case reason }
    }
}

extension AuditLog {
    /// Returns a page of entries, newest first, and the cursor at which the next page begins.
    func page(_ filter: AuditFilter, after cursor: Int64?, limit: Int) async throws -> JSON {
        // One more tells whether there is a next page.
        let found = try await entries(filter, after: cursor, limit: limit + 1)
        let page = found.prefix(limit)
        let next = found.count > limit ? page.last.map { JSON.integer($0.seq) } : nil
        return try await LongWork.run {
            .object([
                ("version", .integer(1)), ("entries", .array(page.map(\.document))), ("next", next ?? .null),
            ])
        }
    }
}

extension AuditEntry {
    var document: JSON {
        let text: (String?) -> JSON = { $0.map { .string($0) } ?? .null }
        return .object([
            ("seq", .integer(seq)), ("at", .string(at)), ("person", text(person)), ("uid", .integer(uid)),
            ("role", .string(role)), ("action", .string(action)), ("session_id", text(sessionID)),
            ("owner_person", text(ownerPerson)), ("owner_uid", ownerUID.map { .integer($0) } ?? .null),
            ("outcome", .string(outcome)), ("reason", text(reason)), ("caller_session", text(callerSession)),
            ("previous_hash", .string(previousHash)), ("hash", .string(hash)),
        ])
    }
}

extension AuditVerdict {
    var document: JSON {
        let flaw: JSON =
            flaw.map {
                .object([
                    ("kind", .string($0.kind.rawValue)), ("seq", .integer($0.seq)), ("reason", .string($0.reason)),
                ])
            } ?? .null
        return .object([
            ("version", .integer(1)), ("verdict", .string(isIntact ? "intact" : "broken")),
            ("entries", .integer(Int64(entries))),
            ("after", .object([("seq", .integer(start.seq)), ("hash", .string(start.hash))])),
            ("seq", .integer(end.seq)), ("hash", .string(end.hash)), ("flaw", flaw),
        ])
    }
}
