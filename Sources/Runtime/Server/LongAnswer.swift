import HTTPTypes
import Hummingbird
import Logging

/// An answer that is sent while it is made, so that it can fail after its head has left.
struct LongAnswer {
    let request: Request
    let logger: Logger

    /// Returns the answer's body. If `write` fails, a trailer field after the body has the problem document, provided that the
    /// client reads trailers (RFC 9110, section 10.1.4). For any other client the connection breaks, so that nobody takes a part
    /// for the whole.
    func body(_ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void) -> ResponseBody {
        let (request, logger) = (request, logger)
        let readsTrailers = request.headers[.te]?.lowercased().contains("trailers") ?? false
        return ResponseBody { writer in
            do {
                try await write(&writer)
                try await writer.finish(nil)
            } catch {
                let problem = RuntimeError(answering: error, to: request, logger)
                if let problem, problem.code == .failed {
                    logger.error("an answer broke off", metadata: ["error": "\(problem)"])
                }
                guard readsTrailers, let problem, let field = HTTPField.Name.problem else { throw error }
                let text = String(decoding: ProblemDocument(error: problem).document.canonicalBytes(), as: UTF8.self)
                try await writer.finish([field: QueryText.escaped(text)])
            }
        }
    }
}

extension HTTPField.Name {
    /// The trailer field with the percent-encoded problem document of an answer that broke off.
    static let problem = HTTPField.Name("Teleclaude-Problem")
}
