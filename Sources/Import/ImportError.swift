/// The reason why an existing install can't be brought over, with a remedy. Nothing has been changed.
public struct ImportError: Error, Equatable, CustomStringConvertible {
    /// A stable identifier for programs, such as `daemon_running`.
    public var code: String
    public var description: String
    public var remedy: String

    init(_ code: String, _ description: String, remedy: String) {
        self.code = code
        self.description = description
        self.remedy = remedy
    }
}
