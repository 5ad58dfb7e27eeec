import Hummingbird

/// Answers requests only while this daemon holds the lease of its database. Without the lease, its data may be outdated.
struct LeaseMiddleware: RouterMiddleware {
    let lease: InstanceLease

    func handle(
        _ request: Request, context: CallContext, next: (Request, CallContext) async throws -> Response
    ) async throws -> Response {
        try await lease.requireConfirmed()
        let response = try await next(request, context)
        // A daemon that was stopped after it had read may have read outdated data, so a GET is confirmed once more. A write
        // needs no second confirmation: it was done within this daemon's epoch. What reads by a POST confirms itself.
        if request.method == .get { try await lease.requireConfirmed() }
        return response
    }
}
