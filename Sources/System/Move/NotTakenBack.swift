/// A move that failed, and whose beginning could not be taken back.
package struct NotTakenBack: Error {
    /// The reason why the move failed.
    package var cause: any Error
    /// The reason why it could not be taken back.
    package var failure: any Error
    package var remedy: String
}
