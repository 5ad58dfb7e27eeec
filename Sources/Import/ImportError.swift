/// The reason why an existing install can't be brought over, with a remedy. Nothing has been changed.
package struct ImportError: Error, Equatable, CustomStringConvertible {
    /// A stable identifier for programs, such as `daemon_running`.
    package var code: String
    package var description: String
    package var remedy: String

    init(_ code: String, _ description: String, remedy: String) {
        self.code = code
        self.description = description
        self.remedy = remedy
    }
}
