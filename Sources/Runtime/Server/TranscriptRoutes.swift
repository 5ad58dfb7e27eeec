import Dialects
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// The route that sends the recordings of sessions. When somebody reads another person's, the entry of the audit log is on the
/// disk before the first byte leaves.
struct TranscriptRoutes {
    let services: Services
    let access: AccessControl

    func add(to router: Router<CallContext>) { router.get("sessions/:id/transcript", use: read) }

    /// Sends the recording as asciicast v3. With `follow=1` the response continues for as long as the session does.
    @Sendable private func read(_ request: Request, _ context: CallContext) async throws -> Response {
        let query = try QueryReader(request, knowing: "reason", "follow")
        let id = try context.sessionID()
        let reason = try query.text("reason")
        let isFollowing = try query.number("follow", 0...1, else: 0) == 1
        let admitted = try await access.admitReading(
            context.caller, standing: context.standing(in: services.directory), of: id, reason: reason)
        let reading = TranscriptReading(
            transcripts: services.transcripts, rights: admitted.rights, isOver: isFollowing ? isOver(id) : nil)
        let body = request.body
        var headers: HTTPFields = [.contentType: "application/x-asciicast"]
        // The connection of a follower is watched for the client's closing it. It ends with the answer.
        if isFollowing { headers[.connection] = "close" }
        return Response(
            status: .ok, headers: headers,
            body: LongAnswer(request: request, logger: context.logger).body { writer in
                try await admitted.perform {
                    try await services.requireRecording(of: id)
                    guard isFollowing else {
                        return try await reading.send(admitted.pass) { try await writer.write($0) }
                    }
                    try await body.consumeWithCancellationOnInboundClose { _ in
                        try await reading.send(admitted.pass) { try await writer.write($0) }
                    }
                }
            })
    }

    private func isOver(_ id: String) -> @Sendable () async throws -> Bool {
        let (sessions, draining) = (services.sessions, services.draining)
        return {
            if draining.hasBegun { return true }
            return try await sessions.find(id)?.closedAt != nil
        }
    }
}

/// One caller's reading of a recording, on its way to the client.
private struct TranscriptReading: Sendable {
    let transcripts: TranscriptStore
    let rights: ReadingRights
    /// Whether no more will come; `nil` if the reading ends where the recording ends now.
    let isOver: (@Sendable () async throws -> Bool)?

    /// Sends the recording.
    ///
    /// - Throws: `CancellationError` if the client has left.
    func send(_ pass: TranscriptPass, _ write: (ByteBuffer) async throws -> Void) async throws {
        guard let receipt = pass.take() else { return }
        try await transcripts.read(receipt, following: isOver) { piece in
            try await rights.require()
            do { try await write(ByteBuffer(bytes: piece.bytes)) } catch { throw CancellationError() }
        } idle: {
            try await rights.require()
        }
    }
}
