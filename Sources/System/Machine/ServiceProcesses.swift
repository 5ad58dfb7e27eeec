import TCPOSIX

/// The processes that run under an account (proc(5)). On a system without /proc, none is found.
package enum ServiceProcesses {
    /// - Throws: `MachineError` if the processes can't be listed.
    package static func first(of uid: UInt32) throws(MachineError) -> Int32? {
        do throws(SystemError) {
            let names = try FolderNames(in: "/proc")
            while let name = try names.next() {
                var status = stat()
                if let pid = Int32(name), stat("/proc/\(name)", &status) == 0, status.st_uid == uid { return pid }
            }
            return nil
        } catch {
            guard error.number != ENOENT else { return nil }
            throw MachineError(.failed, "/proc can't be read: \(error)", remedy: "run this again")
        }
    }
}
