import Migrator
import TCSettings

/// How a daemon is started.
public struct DaemonOptions: Sendable {
    public var context: ProcessContext
    /// The socket's place, when it is said on the command line.
    public var socket: String?
    public var startup: StartupMode
    /// Wait for the daemon that works on this database, and take over when it ends.
    public var isStandby: Bool
    public var version: String
    public var history: History

    public init(
        context: ProcessContext, socket: String?, startup: StartupMode, isStandby: Bool, version: String,
        history: History
    ) {
        self.context = context
        self.socket = socket
        self.startup = startup
        self.isStandby = isStandby
        self.version = version
        self.history = history
    }
}
