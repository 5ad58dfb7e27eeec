import HTTPTypes
import Hummingbird

/// Counts calls, and measures how long each took until its response began. The rest of a response is not measured: a stream
/// continues as long as the client listens.
struct MeterMiddleware: RouterMiddleware {
    let meter: Meter

    func handle(
        _ request: Request, context: CallContext, next: (Request, CallContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        // The router has stored the path in the context's shared storage by this time. It is missing if no route was found.
        let call = Meter.Call(
            method: Self.word(request.method), route: context.endpointPath ?? "none", status: response.status.code)
        meter.count(call, .now - start)
        return response
    }

    /// Returns the method's name. A caller can send any word, so an unknown method is counted as "other".
    private static func word(_ method: HTTPRequest.Method) -> String {
        OtherMethods.known.contains(method) ? method.rawValue : "other"
    }
}
