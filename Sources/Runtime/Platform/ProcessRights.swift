import Dialects
import TCPOSIX

/// What a process hands on to those that it starts, and what none of these can extend: its groups and its hard resource limits.
package struct ProcessRights: Sendable, Equatable {
    /// The group of new files.
    var group: UInt32
    /// The other groups.
    var groups: Set<UInt32>
    var hardLimits: [Int: UInt64]

    /// The rights of this process.
    package static var own: ProcessRights {
        var groups = [gid_t](repeating: 0, count: Int(max(0, getgroups(0, nil))))
        _ = getgroups(Int32(groups.count), &groups)
        return ProcessRights(
            group: getegid(), groups: Set(groups).subtracting([getegid()]),
            hardLimits: ResourceLimits.own.mapValues { UInt64($0.rlim_max) })
    }

    /// A short name that other rights do not have (FNV-1a, 32 bits).
    var name: String {
        let limits = hardLimits.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let words = ["\(group)"] + groups.sorted().map { "\($0)" } + limits
        let hash = words.joined(separator: " ").utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return Hexadecimal.text((0..<4).map { UInt8(truncatingIfNeeded: hash >> (24 - 8 * $0)) })
    }
}
