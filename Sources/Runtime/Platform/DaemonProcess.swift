import TCPOSIX

/// Recognizes processes that run this program.
enum DaemonProcess {
    #if os(Linux)
        /// Returns whether the process runs a program with this program's name (proc(5), `comm`).
        static func isOne(_ pid: Int32) -> Bool {
            guard pid > 0, let name = name(of: "\(pid)") else { return false }
            return name == Self.name(of: "self")
        }

        private static func name(of process: String) -> [UInt8]? {
            let descriptor = open("/proc/\(process)/comm", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = read(descriptor, &buffer, buffer.count)
            return count > 0 ? Array(buffer[..<count]) : nil
        }
    #else
        /// Returns false: the system offers no way to tell.
        static func isOne(_ pid: Int32) -> Bool { false }
    #endif
}
