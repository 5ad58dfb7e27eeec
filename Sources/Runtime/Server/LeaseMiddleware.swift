import Hummingbird

/// Answers while this daemon is the one that works on its database, and no longer: what it knows may else be old.
struct LeaseMiddleware: RouterMiddleware {
    let lease: InstanceLease

    func handle(
        _ request: Request, context: CallContext, next: (Request, CallContext) async throws -> Response
    ) async throws -> Response {
        try await lease.requireConfirmed()
        let response = try await next(request, context)
        // Whoever was stopped after he had read has read what was. What was written is in its epoch, and done.
        if request.method == .get { try await lease.requireConfirmed() }
        return response
    }
}
