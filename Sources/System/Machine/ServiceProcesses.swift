import TCPOSIX

/// The processes that run under an account (proc(5)). On a system without /proc, none is found.
package enum ServiceProcesses {
    package static func first(of uid: UInt32) -> Int32? {
        guard let entries = opendir("/proc") else { return nil }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            var status = stat()
            if let pid = Int32(name), stat("/proc/\(name)", &status) == 0, status.st_uid == uid { return pid }
        }
        return nil
    }
}
