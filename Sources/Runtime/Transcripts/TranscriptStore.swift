import NIOPosix
import TCPOSIX

/// The recordings of all sessions: files of the daemon's own, in a folder that nobody else may enter.
public struct TranscriptStore: Sendable {
    private let folder: String
    private let writers: TranscriptWriters
    private let mayWrite: @Sendable () throws -> Void

    /// Makes the folder where it is missing. `mayWrite` is asked right before each write, and throws when it may not be done.
    /// Throws `RuntimeError`.
    public init(stateFolder: String, mayWrite: @escaping @Sendable () throws -> Void = {}) throws(RuntimeError) {
        writers = TranscriptWriters(mayWrite: mayWrite)
        self.mayWrite = mayWrite
        folder = "\(stateFolder)/transcripts"
        try Folder.make(folder)
    }

    /// Opens one session's recording for writing. Whoever asks while another has it open gets the same writer: a host may call
    /// again before its last connection is known to be broken.
    func writer(_ sessionID: String) async throws -> TranscriptWriter {
        let path = path(sessionID)
        return try await NIOThreadPool.singleton.runIfActive { try writers.writer(path) }
    }

    /// Reads one session's recording for whom the audit log has admitted: the receipt is proof, and is used up.
    ///
    /// `onPiece` gets whole lines without our comments, some 64 kB at a time. With `following` it waits
    /// at the end for more, until the task is cancelled or the closure says that no more will come; `onIdle` is asked whether it may.
    func read(
        _ receipt: consuming AuditReceipt, following isOver: (() async throws -> Bool)? = nil,
        _ onPiece: (TranscriptPiece) async throws -> Void, idle onIdle: () async throws -> Void = {}
    ) async throws {
        guard let sessionID = receipt.sessionID else { return }
        let path = path(sessionID)
        var (offset, wasOver) = (Int64(0), false)
        while true {
            let start = offset
            let piece = try await NIOThreadPool.singleton.runIfActive { try TranscriptPiece(path, at: start) }
            if piece.end > offset {
                offset = piece.end
                try await onPiece(piece)
                continue
            }
            // What came between the last look and the end is read once more.
            guard let isOver, !wasOver else { return }
            wasOver = try await isOver()
            guard !wasOver else { continue }
            try await onIdle()
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Some lines of a recording for the index: whoever finds them there is admitted before he reads them.
    func piece(of sessionID: String, at offset: Int64) throws(RuntimeError) -> TranscriptPiece {
        try TranscriptPiece(path(sessionID), at: offset)
    }

    /// How many bytes a recording has; 0 where there is none.
    func size(of sessionID: String) -> Int64 {
        var facts = stat()
        return lstat(path(sessionID), &facts) == 0 ? Int64(facts.st_size) : 0
    }

    /// Reads the end of one session's recording: what so many bytes hold, and where `isEnough` then says no, all again from further
    /// back. `onBegin` hears each time that it begins.
    func readEnd(
        _ receipt: consuming AuditReceipt, of length: Int64, _ onBegin: () -> Void,
        _ onPiece: (TranscriptPiece) async throws -> Void, isEnough: () -> Bool
    ) async throws {
        guard let sessionID = receipt.sessionID else { return }
        let path = path(sessionID)
        var length = length
        while true {
            let back = length
            var offset = try await NIOThreadPool.singleton.runIfActive { try TranscriptPiece.start(path, back: back) }
            let isWhole = offset == 0
            onBegin()
            while true {
                let start = offset
                let piece = try await NIOThreadPool.singleton.runIfActive { try TranscriptPiece(path, at: start) }
                guard piece.end > offset else { break }
                offset = piece.end
                try await onPiece(piece)
            }
            if isWhole || isEnough() { return }
            length = length.multipliedReportingOverflow(by: 16).overflow ? .max : length * 16
        }
    }

    /// How many recordings there are, how many bytes they take, and how many are left.
    func usage(upTo most: Int) -> Report.Storage {
        var room = statvfs()
        let free = statvfs(folder, &room) == 0 ? Int64(room.f_bavail) * Int64(room.f_frsize) : 0
        let names = Folder.names(in: folder).filter { $0.hasSuffix(".cast") }
        var bytes: Int64 = 0
        for name in names.prefix(most) {
            var facts = stat()
            if lstat("\(folder)/\(name)", &facts) == 0 { bytes += Int64(facts.st_size) }
        }
        return Report.Storage(
            database: 0, recordings: min(names.count, most), recorded: bytes, complete: names.count <= most, free: free)
    }

    /// Removes a session's recording; one that is not there is removed. Throws `RuntimeError`.
    func remove(_ sessionID: String) throws {
        try mayWrite()
        guard unlink(path(sessionID)) == 0 || errno == ENOENT else {
            throw RuntimeError(.failed, "a transcript can't be removed: \(String(cString: strerror(errno)))")
        }
    }

    /// Ids come from outside: only what can be no path is one.
    private func path(_ sessionID: String) -> String {
        let name = sessionID.utf8.allSatisfy(Self.isPlain) ? sessionID : Hexadecimal.text(sessionID.utf8)
        return "\(folder)/\(name).cast"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
