/// The paths of a session's routes.
public enum SessionPath {
    public static func of(_ session: String, _ what: String? = nil) -> String {
        "/sessions/\(QueryText.escaped(session))" + (what.map { "/\($0)" } ?? "")
    }
}
