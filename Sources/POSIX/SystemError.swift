/// The reason why a call of the system failed, as `errno` numbers it. In a message it is the system's own words.
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    package var number: Int32

    package init(_ number: Int32) { self.number = number }

    /// The reason of this thread's last call that failed.
    package static var last: SystemError { SystemError(errno) }

    package var description: String { String(cString: strerror(number)) }
}
