/// Why an existing install can't be brought over: what, and what to do. Nothing was changed.
public struct ImportError: Error, Equatable, CustomStringConvertible {
    /// A stable word for it: `daemon_running`.
    public var code: String
    public var description: String
    public var remedy: String

    init(_ code: String, _ description: String, remedy: String) {
        self.code = code
        self.description = description
        self.remedy = remedy
    }
}
