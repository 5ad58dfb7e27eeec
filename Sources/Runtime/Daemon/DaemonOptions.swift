import Migrator
import TCSettings

/// The options with which a daemon is started.
public struct DaemonOptions: Sendable {
    public var context: ProcessContext
    /// The socket's path, if the command line gives one.
    public var socket: String?
    public var startup: StartupMode
    /// Whether the daemon waits for the one that serves this database, and takes over when that one ends.
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
