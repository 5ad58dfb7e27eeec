import Dialects
import Hummingbird
import NIOCore
import ServiceLifecycle

/// What was said in sessions. Reading somebody else's is in the audit log, on the disk, before the first byte leaves.
struct TranscriptRoutes {
    let services: Services
    let gate: Gate

    func add(to router: Router<CallContext>) { router.get("sessions/:id/transcript", use: read) }

    /// The recording, as asciicast v3. With `follow=1` the answer goes on as long as the session does.
    @Sendable private func read(_ request: Request, _ context: CallContext) async throws -> Response {
        let query = QueryReader(request: request)
        let id = try context.parameters.require("id")
        let reason = query.text("reason")
        let isFollowing = try query.number("follow", 0...1, else: 0) == 1
        let (caller, sessions) = (context.caller, services.sessions)
        let admission = try await gate.admit(caller, to: .readTranscript, on: id, reason: reason)
        guard let receipt = admission.receipt else {
            throw RuntimeError(.failed, "the audit log gave no receipt")
        }
        let pass = TranscriptPass(receipt)
        let transcripts = services.transcripts
        return Response(
            status: .ok, headers: [.contentType: "application/x-asciicast"],
            body: ResponseBody { writer in
                let isOver: (() async throws -> Bool)? =
                    isFollowing ? { try await sessions.find(id)?.closedAt != nil } : nil
                if let receipt = pass.take() {
                    try await transcripts.read(receipt, following: isOver) { piece in
                        try await writer.write(ByteBuffer(bytes: piece.bytes))
                    }
                }
                try await writer.finish(nil)
            })
    }
}
