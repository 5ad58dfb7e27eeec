import TCPOSIX
import Synchronization

/// The accounts of the machine's own file, as it stands at this moment. A look at whether the file has changed takes a microsecond,
/// and no name service is asked, so that every request can afford it.
public final class LocalAccounts: Sendable {
    struct Contents: Sendable {
        /// As getpwuid(3) answers: the first line counts.
        var names: [UInt32: String] = [:]
        var uids: [String: UInt32] = [:]
    }

    /// By which a file is known to be the one that was read.
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

    public static let ofThisMachine = LocalAccounts("/etc/passwd")

    private let path: String
    private let state = Mutex(State())

    init(_ path: String) { self.path = path }

    /// What the file says now; what it said last when it can't be read.
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
