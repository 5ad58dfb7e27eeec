import Dialects
import Hummingbird
import TCSettings

/// An error response in the form of RFC 9457.
struct ProblemDocument {
    let error: RuntimeError

    var response: Response {
        let members: [(key: String, value: JSON)] = [
            ("type", .string("about:blank")), ("title", .string(status.reasonPhrase)),
            ("status", .integer(Int64(status.code))), ("code", .string(error.code.rawValue)),
            ("detail", .string(MaskedText.of(error.message))),
            ("remedy", error.remedy.map { .string(MaskedText.of($0)) } ?? .null),
        ]
        return Response(JSON.object(members), status: status, type: "application/problem+json")
    }

    var status: HTTPResponse.Status {
        switch error.code {
        case .badRequest, .reasonRequired: .badRequest
        case .unknownToken: .unauthorized
        case .notAllowed: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .sessionEnded, .notRunning: .conflict
        case .tooManyConnections, .quotaExceeded: .tooManyRequests
        case .auditUnavailable, .databaseUnavailable, .fenced: .serviceUnavailable
        case .socketInUse, .socketForeign, .socketFailed, .alreadyRunning, .noDaemon, .noPermission, .brokenAnswer,
            .failed:
            .internalServerError
        }
    }
}

extension Response {
    /// Makes a response that consists of a JSON document.
    init(_ document: JSON, status: HTTPResponse.Status = .ok, type: String = "application/json") {
        self.init(
            status: status, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: document.canonicalBytes() + [UInt8(ascii: "\n")])))
    }
}
