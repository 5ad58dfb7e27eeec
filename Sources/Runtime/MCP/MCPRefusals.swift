import Hummingbird
import TCMCP
import TCSettings

/// Gives refusals that occur before a message is read the form that a client of the protocol expects: those of an invalid
/// token, of a daemon that can't work at present, and of a body that is too long.
struct MCPRefusals: RouterMiddleware {
    func handle(
        _ request: Request, context: CallContext, next: (Request, CallContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.path == MCPRoute.path else { return try await next(request, context) }
        do {
            return try await next(request, context)
        } catch {
            guard let problem = RuntimeError(answering: error, to: request, context.logger) else { throw error }
            return Self.response(problem)
        }
    }

    private static func response(_ error: RuntimeError) -> Response {
        let failure = RPCFailure(
            error.code == .badRequest ? .invalidRequest : .internalError, MaskedText.of("\(error)"),
            data: .object([("code", .string(error.code.rawValue))]))
        return Response(failure.document, status: ProblemDocument(error: error).status)
    }
}
