import TCPOSIX

/// The reason why a machine could not be examined or changed.
package struct MachineError: Error, Sendable, Equatable {
    package var code: String
    package var message: String
    package var remedy: String

    package init(_ code: String, _ message: String, remedy: String) {
        (self.code, self.message, self.remedy) = (code, message, remedy)
    }

    /// Returns the error of the last system call, with the text of `errno`.
    static func ofCall(_ what: String, remedy: String = "correct that, and run it again: it continues where it stopped")
        -> MachineError
    {
        MachineError("failed", "\(what): \(SystemError.last)", remedy: remedy)
    }
}
