import HTTPTypes
import Hummingbird

/// What is asked of a path in another way than it knows: the answer is 405 and says what it knows (RFC 9110, section 15.5.6).
enum OtherMethods {
    static let known = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY",
    ].compactMap { HTTPRequest.Method(rawValue: $0) }

    /// To be called when all routes are there.
    static func refuse(on router: Router<CallContext>) {
        for routes in Dictionary(grouping: router.routes, by: \.path.description).values {
            let methods = Set(routes.map(\.method))
            let allowed = methods.map(\.rawValue).sorted().joined(separator: ", ")
            for method in known where !methods.contains(method) {
                router.on(routes[0].path, method: method) { request, _ in
                    let problem = RuntimeError(
                        .methodNotAllowed, "\(request.uri.path) knows no \(method.rawValue)", remedy: "say \(allowed)")
                    var response = ProblemDocument(error: problem).response
                    response.headers[.allow] = allowed
                    return response
                }
            }
        }
    }
}
