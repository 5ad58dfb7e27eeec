/// The paths of a session's routes.
package enum SessionPath {
    package static func of(_ session: String, _ what: String? = nil) -> String {
        "/sessions/\(QueryText.escaped(session))" + (what.map { "/\($0)" } ?? "")
    }
}
