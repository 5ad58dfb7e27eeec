import HTTPTypes
import Hummingbird

/// Answers requests whose method the path does not support: with 405 and the methods that it does support (RFC 9110, section
/// 15.5.6).
enum OtherMethods {
    static let known = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY",
    ].compactMap { HTTPRequest.Method(rawValue: $0) }

    /// Adds the refusing routes. Call it after all other routes were added.
    static func refuse(on router: Router<CallContext>) {
        for routes in Dictionary(grouping: router.routes, by: \.path.description).values {
            let methods = Set(routes.map(\.method))
            let allowed = methods.map(\.rawValue).sorted().joined(separator: ", ")
            for method in known where !methods.contains(method) {
                router.on(routes[0].path, method: method) { request, _ in
                    let problem = RuntimeError(
                        .methodNotAllowed, "\(request.uri.path) does not accept \(method.rawValue)",
                        remedy: "use \(allowed)")
                    var response = ProblemDocument(error: problem).response
                    response.headers[.allow] = allowed
                    return response
                }
            }
        }
    }
}
