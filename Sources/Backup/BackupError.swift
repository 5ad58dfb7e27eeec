/// The reason why a backup was not made or not restored.
public struct BackupError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A stable identifier for programs.
    public var code: String
    public var message: String
    public var remedy: String

    init(_ code: String, _ message: String, remedy: String) {
        (self.code, self.message, self.remedy) = (code, message, remedy)
    }

    public var description: String { message }
}
