import TCPOSIX

/// The reason why a machine could not be examined or changed.
package struct MachineError: Error, Sendable, Equatable {
    /// A stable word for programs.
    package enum Code: String, Sendable {
        case badManifest = "bad_manifest"
        case badRole = "bad_role"
        case brokenOff = "broken_off"
        case busy
        case changed
        case daemonRunning = "daemon_running"
        case exists
        case failed
        case filled
        case foreignFile = "foreign_file"
        case inUse = "in_use"
        case mounted
        case noAccount = "no_account"
        case noAdmin = "no_admin"
        case noDatabase = "no_database"
        case noNumber = "no_number"
        case noOwner = "no_owner"
        case noRoot = "no_root"
        case noServer = "no_server"
        case noSpace = "no_space"
        case notConfirmed = "not_confirmed"
        case notInstalled = "not_installed"
        case notRoot = "not_root"
        case otherDatabase = "other_database"
        case otherInstall = "other_install"
        case rootIsMachine = "root_is_machine"
        case running
        case tooLarge = "too_large"
        case unknownPerson = "unknown_person"
        case unreadable
    }

    package var code: Code
    package var message: String
    package var remedy: String

    package init(_ code: Code, _ message: String, remedy: String) {
        (self.code, self.message, self.remedy) = (code, message, remedy)
    }

    /// Returns the error of the last system call, with the text of `errno`.
    static func ofCall(_ what: String, remedy: String = "correct that, and run it again: it continues where it stopped")
        -> MachineError
    {
        MachineError(.failed, "\(what): \(SystemError.last)", remedy: remedy)
    }
}
