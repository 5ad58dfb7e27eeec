import TCPOSIX

/// Checks whether a file system has enough free space.
package enum SpaceCheck {
    package struct Facts: Sendable, Equatable {
        package var free: UInt64
        package var size: UInt64
        /// The number of files that can still be created; `nil` if the file system does not count them.
        package var files: UInt64?

        package init(free: UInt64, size: UInt64, files: UInt64?) {
            (self.free, self.size, self.files) = (free, size, files)
        }
    }

    /// Returns the free space in bytes that is needed: 1 GB, or a twentieth of a small file system.
    package static func least(of size: UInt64) -> UInt64 { min(1_000_000_000, size / 20) }
    private static let leastFiles: UInt64 = 1_000

    /// Returns the facts of the file system at a path; `nil` if the path does not exist or this user may not read it.
    package static func look(at path: String) -> Facts? {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return nil }
        let block = UInt64(facts.f_frsize)
        return Facts(
            free: UInt64(facts.f_bavail) * block, size: UInt64(facts.f_blocks) * block,
            files: facts.f_files == 0 ? nil : UInt64(facts.f_favail))
    }

    /// Judges the free space. `shown` formats a number of bytes.
    package static func judge(_ path: String, _ facts: Facts?, shown: (Int) -> String) -> HealthCheck {
        guard let facts else { return .notChecked(.space, "the free space at \(path) is not known") }
        let free = "\(path): \(shown(Int(clamping: facts.free))) of \(shown(Int(clamping: facts.size))) free"
        guard facts.free >= least(of: facts.size) else {
            return .failed(
                .space, free, advice: "free some space: without it no session is recorded and nobody gets access")
        }
        guard facts.files.map({ $0 >= leastFiles }) ?? true else {
            return .failed(
                .space, "\(path): hardly any file can be created (too few inodes)", advice: "remove small files")
        }
        return .ok(.space, free)
    }
}
