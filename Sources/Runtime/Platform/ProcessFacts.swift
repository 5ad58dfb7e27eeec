import TCPOSIX

/// Facts about a process of the same user (proc(5)). On systems without /proc, every answer is false, or missing.
enum ProcessFacts {
    #if os(Linux)
        static let areTold = true
    #else
        static let areTold = false
    #endif

    /// Returns whether the process has a terminal that was not hung up. After a hangup, field 7, `tty_nr`, is 0.
    static func hasTerminal(_ pid: pid_t) -> Bool { fields(of: pid).map { $0.count > 4 && $0[4] != "0" } ?? false }

    /// Returns when the process began, in ticks since the system did (field 22, `starttime`); `nil` if it has ended. Together
    /// with the id, this names one process.
    static func began(_ pid: pid_t) -> String? { fields(of: pid).flatMap { $0.count > 19 ? $0[19] : nil } }

    /// Returns the fields of /proc/PID/stat from the third on, behind the program's name; `nil` for a process that has ended, even
    /// if nobody has waited for it yet.
    private static func fields(of pid: pid_t) -> [String]? {
        guard let bytes = HostFolder.read("/proc/\(pid)/stat"), let end = bytes.lastIndex(of: UInt8(ascii: ")")) else {
            return nil
        }
        let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(whereSeparator: \.isWhitespace)
        return fields.first == "Z" ? nil : fields.map(String.init)
    }

    /// Returns whether the process was started with this variable in its environment, given as `NAME=value`.
    static func environment(of pid: pid_t, holds variable: String) -> Bool {
        HostFolder.read("/proc/\(pid)/environ")?.split(separator: 0).contains { $0.elementsEqual(variable.utf8) }
            ?? false
    }
}
