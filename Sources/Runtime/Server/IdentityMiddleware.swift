import Hummingbird
import Logging

/// Puts the caller's identity into the context. The identity comes from the socket alone; headers that claim one are never
/// read.
///
/// The only thing that a header may carry is the token of the session in which an agent runs. The token proves the session, not
/// the caller: the uid has to be that of the session's owner, and the rights remain the owner's.
struct IdentityMiddleware: RouterMiddleware {
    let directory: IdentityBox
    let callers: SessionCallers

    func handle(
        _ request: Request, context: CallContext, next: (Request, CallContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.identity = directory.current.identity(of: context.peer)
        context.logger[metadataKey: "uid"] = "\(context.identity.uid)"
        context.logger[metadataKey: "person"] = "\(context.identity.person ?? "-")"
        // An adapter's token is read by the adapters' own routes.
        if !request.uri.path.hasPrefix(AdapterRoutes.prefix), let token = request.bearerToken {
            let session = try await callers.session(of: token, calledBy: context.identity)
            context.callerSession = session
            context.logger[metadataKey: "caller_session"] = "\(session)"
        }
        return try await next(request, context)
    }
}
