import TCRuntime

/// The actions that only the account's own processes can take on its sessions. The commands of `telec` implement them.
public struct SessionDoors: Sendable {
    /// The program to run to enter a session's terminal.
    public struct Terminal: Sendable {
        public var command: [String]
        public var environment: [String: String]

        public init(command: [String], environment: [String: String]) {
            self.command = command
            self.environment = environment
        }
    }

    /// A session that was started, and a notice for its owner.
    public struct Started: Sendable {
        public var session: SessionDocument
        public var notice: String?

        public init(session: SessionDocument, notice: String?) {
            self.session = session
            self.notice = notice
        }
    }

    let start: @Sendable (NewSession) async throws -> Started
    let end: @Sendable (String) async throws -> Void
    let terminal: @Sendable (String) async throws -> Terminal

    public init(
        start: @escaping @Sendable (NewSession) async throws -> Started,
        end: @escaping @Sendable (String) async throws -> Void,
        terminal: @escaping @Sendable (String) async throws -> Terminal
    ) {
        (self.start, self.end, self.terminal) = (start, end, terminal)
    }
}
