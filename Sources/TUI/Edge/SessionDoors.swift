import TCRuntime

/// The actions that only the account's own processes can take on its sessions. The commands of `telec` implement them.
package struct SessionDoors: Sendable {
    /// The program to run to enter a session's terminal.
    package struct Terminal: Sendable {
        package var command: [String]
        package var environment: [String: String]

        package init(command: [String], environment: [String: String]) {
            self.command = command
            self.environment = environment
        }
    }

    /// A session that was started, and a notice for its owner.
    package struct Started: Sendable {
        package var session: SessionDocument
        package var notice: String?

        package init(session: SessionDocument, notice: String?) {
            self.session = session
            self.notice = notice
        }
    }

    /// How the end of a session went.
    package struct Ended: Sendable {
        /// What became of the session, such as `ended`.
        package var words: String
        /// Why the daemon had no part in it; `nil` if it had.
        package var remark: String?

        package init(words: String, remark: String?) {
            self.words = words
            self.remark = remark
        }
    }

    let start: @Sendable (NewSession) async throws -> Started
    let end: @Sendable (String) async throws -> Ended
    let terminal: @Sendable (String) async throws -> Terminal

    package init(
        start: @escaping @Sendable (NewSession) async throws -> Started,
        end: @escaping @Sendable (String) async throws -> Ended,
        terminal: @escaping @Sendable (String) async throws -> Terminal
    ) {
        (self.start, self.end, self.terminal) = (start, end, terminal)
    }
}
