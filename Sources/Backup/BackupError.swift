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

/// A restore that failed after it had migrated a database to the backup's version. The database holds no row of the backup.
public struct MigratedWithoutRows: Error {
    /// The reason for the failure.
    public var cause: any Error
    /// The id of the last migration that was applied before.
    public var from: String
    /// The id of the last migration that is applied now.
    public var to: String
}
