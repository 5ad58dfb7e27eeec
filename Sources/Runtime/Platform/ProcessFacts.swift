import TCPOSIX

/// Facts about a process of the same user (proc(5)). On systems without /proc, every answer is false.
enum ProcessFacts {
    /// Returns whether the process has a terminal that was not hung up. After a hangup, field 7, `tty_nr`, is 0.
    static func hasTerminal(_ pid: pid_t) -> Bool {
        guard let bytes = HostFolder.read("/proc/\(pid)/stat"), let end = bytes.lastIndex(of: UInt8(ascii: ")")) else {
            return false
        }
        let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(whereSeparator: \.isWhitespace)
        return fields.count > 4 && fields[0] != "Z" && fields[4] != "0"
    }

    /// Returns whether the process was started with this variable in its environment, given as `NAME=value`.
    static func environment(of pid: pid_t, holds variable: String) -> Bool {
        HostFolder.read("/proc/\(pid)/environ")?.split(separator: 0).contains { $0.elementsEqual(variable.utf8) }
            ?? false
    }
}
