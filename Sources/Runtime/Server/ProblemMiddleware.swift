import Dialects
import Hummingbird
import Logging

/// Turns what a handler throws into a problem document, and writes one line of log about each request.
struct ProblemMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: CallContext, next: (Request, CallContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as RuntimeError {
            return ProblemDocument(error: error).response
        } catch let error as HTTPError where error.status == .notFound {
            return ProblemDocument(error: RuntimeError(.notFound, "there is no \(request.uri.path) here")).response
        } catch let error as HTTPError {
            let message = error.body ?? "the request can't be read"
            return ProblemDocument(error: RuntimeError(.badRequest, message)).response
        } catch let error as AuditUnavailable {
            context.logger.error("the audit log can't be written", metadata: ["error": "\(error.cause)"])
            let problem = RuntimeError(
                .auditUnavailable, "the audit log can't be written, so nothing was done", remedy: "tell an admin")
            return ProblemDocument(error: problem).response
        } catch let error as DatabaseError {
            context.logger.error("the database said no", metadata: ["error": "\(error)"])
            return ProblemDocument(error: Self.problem(of: error)).response
        }
    }

    /// What the database says may name what others wrote: the caller learns only what it means for him.
    private static func problem(of error: DatabaseError) -> RuntimeError {
        switch error.kind {
        case .locked, .lost, .unreachable, .authentication, .permission, .diskFull, .interrupted:
            RuntimeError(.databaseUnavailable, "the daemon's database can't be used now", remedy: "try again soon")
        case .unique, .foreignKey, .notNull, .check, .raised, .transactionEnded, .pooled, .corrupt, .notADatabase,
            .changedMeanwhile, .invalidURL, .syntax, .other:
            RuntimeError(.failed, "the daemon failed at its database", remedy: "its log says more")
        }
    }
}
