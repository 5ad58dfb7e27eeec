import HTTPTypes
import Hummingbird

/// Counts calls, and how long each took until its answer began: streams go on for as long as somebody listens.
struct MeterMiddleware: RouterMiddleware {
    let meter: Meter

    func handle(
        _ request: Request, context: CallContext, next: (Request, CallContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        // The router has written it into the context's own box by now; what no route was found for has none.
        let call = Meter.Call(
            method: Self.word(request.method), route: context.endpointPath ?? "none", status: response.status.code)
        meter.count(call, .now - start)
        return response
    }

    /// A caller may say anything.
    private static func word(_ method: HTTPRequest.Method) -> String {
        OtherMethods.known.contains(method) ? method.rawValue : "other"
    }
}
