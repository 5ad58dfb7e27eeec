import TCPOSIX
import Synchronization

/// The accounts in the machine's own file, as it is at this moment. Checking whether the file has changed takes a microsecond,
/// and no name service is asked, so every request can afford it.
package final class LocalAccounts: Sendable {
    struct Contents: Sendable {
        /// The account names by uid, as getpwuid(3) returns them: the first line of a uid counts.
        var names: [UInt32: String] = [:]
        var uids: [String: UInt32] = [:]
    }

    /// The properties by which an unchanged file is recognized.
    private struct Stamp: Equatable {
        var device: UInt64
        var number: UInt64
        var size: Int64
        var changed: [Int]
    }

    private struct State {
        var stamp: Stamp?
        var contents = Contents()
    }

    package static let ofThisMachine = LocalAccounts("/etc/passwd")

    private let path: String
    private let state = Mutex(State())

    init(_ path: String) { self.path = path }

    /// The present contents of the file; the last known ones if it can't be read.
    var current: Contents {
        state.withLock { state in
            guard let stamp = stamp(), stamp != state.stamp, let contents = read() else { return state.contents }
            state = State(stamp: stamp, contents: contents)
            return contents
        }
    }

    private func stamp() -> Stamp? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        let times = [facts.modificationTime, facts.changeTime]
        return Stamp(
            device: UInt64(facts.st_dev), number: UInt64(facts.st_ino), size: Int64(facts.st_size),
            changed: times.flatMap { [$0.tv_sec, $0.tv_nsec] })
    }

    private func read() -> Contents? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var (line, room) = (UnsafeMutablePointer<CChar>?.none, 0)
        defer { free(line) }
        var contents = Contents()
        while getline(&line, &room, file) > 0 {
            guard let text = line.map({ String(cString: $0) }) else { continue }
            let fields = text.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
            guard fields.count > 3, let uid = UInt32(fields[2]), !fields[0].hasPrefix("#") else { continue }
            let name = String(fields[0])
            if contents.names[uid] == nil { contents.names[uid] = name }
            if contents.uids[name] == nil { contents.uids[name] = uid }
        }
        return ferror(file) == 0 ? contents : nil
    }
}
