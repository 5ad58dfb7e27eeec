/// The reason why a backup was not made or not restored.
package struct BackupError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A stable identifier for programs.
    package var code: String
    package var message: String
    package var remedy: String

    init(_ code: String, _ message: String, remedy: String) {
        (self.code, self.message, self.remedy) = (code, message, remedy)
    }

    package var description: String { message }
}

/// A restore that failed after it had migrated a database to the backup's version. The database holds no row of the backup.
package struct MigratedWithoutRows: Error {
    /// The reason for the failure.
    package var cause: any Error
    /// The id of the last migration that was applied before.
    package var from: String
    /// The id of the last migration that is applied now.
    package var to: String
}
