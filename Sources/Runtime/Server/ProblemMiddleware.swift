import Dialects
import Hummingbird
import Logging
import NIOCore

/// Turns the errors that handlers throw into problem documents.
struct ProblemMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: CallContext, next: (Request, CallContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch is NIOTooManyBytesError {
            let most = context.limits.bodyBytes
            return ProblemDocument(
                error: RuntimeError(.badRequest, "the request is longer than \(most) bytes"), status: .contentTooLarge
            ).response
        } catch {
            guard let problem = RuntimeError(answering: error, to: request, context.logger) else { throw error }
            return ProblemDocument(error: problem).response
        }
    }
}

extension RuntimeError {
    /// Makes the error that is reported to the caller for an error that a handler threw; `nil` for an internal failure, whose
    /// text the caller must not see.
    init?(answering error: any Error, to request: Request, _ logger: Logger) {
        switch error {
        case let error as RuntimeError: self = error
        case let error as HTTPError where error.status == .notFound:
            self = .noRoute(request.uri.path)
        case let error as HTTPError: self.init(.badRequest, error.body ?? "the request can't be read")
        case let error as AuditUnavailable:
            logger.error("the audit log can't be written", metadata: ["error": "\(error.cause)"])
            self.init(
                .auditUnavailable, "the audit log can't be written, so nothing was done", remedy: "tell an admin")
        case let error as DatabaseError:
            logger.error("the database said no", metadata: ["error": "\(error)"])
            self = Self.problem(of: error)
        default: return nil
        }
    }

    /// Returns the error that tells the caller the consequence of a database error. The database's own text may quote other
    /// people's data.
    private static func problem(of error: DatabaseError) -> RuntimeError {
        switch error.kind {
        case .locked, .lost, .unreachable, .authentication, .permission, .diskFull, .resources, .interrupted:
            RuntimeError(.databaseUnavailable, "the daemon's database can't be used now", remedy: "try again soon")
        case .unique, .foreignKey, .notNull, .check, .raised, .transactionEnded, .pooled, .corrupt, .notADatabase,
            .changedMeanwhile, .invalidURL, .exists, .syntax, .other:
            RuntimeError(.failed, "the daemon could not use its database", remedy: "see its log")
        }
    }
}
