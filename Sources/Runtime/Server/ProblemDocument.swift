import Dialects
import Hummingbird
import TCSettings

/// An error response in the form of RFC 9457.
struct ProblemDocument {
    let error: RuntimeError
    let status: HTTPResponse.Status

    /// - Parameter status: The status, if it is not that of the error's code.
    init(error: RuntimeError, status: HTTPResponse.Status? = nil) {
        (self.error, self.status) = (error, status ?? Self.status(of: error.code))
    }

    var response: Response { Response(document, status: status, type: "application/problem+json") }

    var document: JSON {
        .object([
            ("type", .string("about:blank")), ("title", .string(status.reasonPhrase)),
            ("status", .integer(Int64(status.code))), ("code", .string(error.code.rawValue)),
            ("detail", .string(MaskedText.of(error.message))),
            ("remedy", error.remedy.map { .string(MaskedText.of($0)) } ?? .null),
        ])
    }

    private static func status(of code: RuntimeError.Code) -> HTTPResponse.Status {
        switch code {
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
