import Synchronization
import TCPOSIX

/// What a process hands on to those that it starts, and what each of these may change: the file mode creation mask and the soft
/// resource limits.
struct ProcessSettings: Codable, Sendable, Equatable {
    /// The permissions that new files don't get (umask(2)).
    var mask: UInt32
    var softLimits: [Int: UInt64]

    private static let reading = Mutex(())

    /// The settings of this process.
    static var own: ProcessSettings {
        // No call reads the mask alone. What another thread makes at this moment is private.
        let mask = reading.withLock { _ in
            let mask = umask(0o077)
            umask(mask)
            return mask
        }
        return ProcessSettings(
            mask: UInt32(mask), softLimits: ResourceLimits.own.mapValues { UInt64($0.rlim_cur) })
    }

    /// Makes these the settings of this process. A soft limit is no higher than the hard one.
    func apply() {
        umask(mode_t(truncatingIfNeeded: mask))
        for (number, value) in softLimits { ResourceLimits.setSoft(value, of: number) }
    }
}
