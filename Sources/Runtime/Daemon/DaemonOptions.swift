import Migrator
import TCSettings

/// The options with which a daemon is started.
package struct DaemonOptions: Sendable {
    package var context: ProcessContext
    /// The socket's path, if the command line gives one.
    package var socket: String?
    package var startup: StartupMode
    /// Whether the daemon waits for the one that serves this database, and takes over when that one ends.
    package var isStandby: Bool
    package var version: String
    package var history: History

    package init(
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
