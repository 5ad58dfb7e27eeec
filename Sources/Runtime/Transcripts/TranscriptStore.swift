import Dialects
import NIOPosix
import TCPOSIX

/// The recordings of all sessions: files of the daemon's own account, in a folder that no other account may enter.
package struct TranscriptStore: Sendable {
    private let folder: String
    private let writers: TranscriptWriters
    private let mayWrite: @Sendable () throws -> Void

    /// Opens the store, and makes its folder if that is missing.
    ///
    /// - Parameter mayWrite: Called right before each write; it throws if the daemon must not write.
    /// - Throws: `RuntimeError`.
    package init(stateFolder: String, mayWrite: @escaping @Sendable () throws -> Void = {}) throws(RuntimeError) {
        writers = TranscriptWriters(mayWrite: mayWrite)
        self.mayWrite = mayWrite
        folder = Self.folder(in: stateFolder)
        try Folder.make(folder)
    }

    /// Returns the folder of the recordings.
    package static func folder(in stateFolder: String) -> String { "\(stateFolder)/transcripts" }

    /// Returns the number of recordings in such a folder; 0 if it can't be read.
    package static func count(in folder: String) -> Int {
        var count = 0
        Folder.visit(folder) { name in
            if name.hasSuffix(ending) { count += 1 }
            return true
        }
        return count
    }

    /// Returns whether there are no recordings in such a folder, or no folder that can be read.
    package static func isEmpty(_ folder: String) -> Bool {
        var isEmpty = true
        Folder.visit(folder) { name in
            isEmpty = !name.hasSuffix(ending)
            return isEmpty
        }
        return isEmpty
    }

    /// The ending of a recording's name.
    private static let ending = ".cast"

    /// Opens a session's recording for writing. While a writer of the recording exists, all callers get the same one: a host
    /// may connect again before its last connection is known to be broken.
    func writer(_ sessionID: String) async throws -> TranscriptWriter {
        let path = path(sessionID)
        return try await NIOThreadPool.singleton.runIfActive { try writers.writer(path) }
    }

    /// Reads a session's recording for a caller whom the audit log has admitted. The receipt proves the admission, and is used
    /// up.
    ///
    /// - Parameter isOver: If given, the method waits for more at the end, until the task is cancelled or this closure says
    ///   that no more will come.
    /// - Parameter onPiece: Gets complete lines without the daemon's comments, some 64 kB at a time.
    /// - Parameter onIdle: Called while the method waits; it throws if the caller may not wait any longer.
    /// - Throws: `RuntimeError` if the recording can't be read, or is removed meanwhile, and the errors of the closures.
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
            guard !piece.isMissing || offset == 0 else { throw TranscriptPiece.removed }
            if piece.end > offset {
                offset = piece.end
                try await onPiece(piece)
                continue
            }
            // The recording may have grown between the last read and the end of the session, so it is read once more.
            guard let isOver, !wasOver else { return }
            wasOver = try await isOver()
            guard !wasOver else { continue }
            try await onIdle()
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Returns lines of a recording for the search index. Whoever finds them there has to be admitted before reading them.
    func piece(of sessionID: String, at offset: Int64) throws(RuntimeError) -> TranscriptPiece {
        try TranscriptPiece(path(sessionID), at: offset)
    }

    /// Returns whether a session has a recording, even an empty one.
    func holds(_ sessionID: String) -> Bool {
        var facts = stat()
        return lstat(path(sessionID), &facts) == 0
    }

    /// Returns the size of a recording in bytes; 0 if there is none.
    func size(of sessionID: String) -> Int64 {
        var facts = stat()
        return lstat(path(sessionID), &facts) == 0 ? Int64(facts.st_size) : 0
    }

    /// Reads the end of a session's recording: its last `length` bytes, and if `isEnough` then returns false, again from
    /// further back.
    ///
    /// - Parameter onBegin: Called before each reading.
    /// - Throws: `RuntimeError` if the recording can't be read, or is removed meanwhile, and the errors of the closures.
    func readEnd(
        _ receipt: consuming AuditReceipt, of length: Int64, _ onBegin: () -> Void,
        _ onPiece: (TranscriptPiece) async throws -> Void, isEnough: () -> Bool
    ) async throws {
        guard let sessionID = receipt.sessionID else { return }
        let path = path(sessionID)
        var (length, wasThere) = (length, false)
        while true {
            let back = length
            var offset = try await NIOThreadPool.singleton.runIfActive { try TranscriptPiece.start(path, back: back) }
            let isWhole = offset == 0
            onBegin()
            while true {
                let start = offset
                let piece = try await NIOThreadPool.singleton.runIfActive { try TranscriptPiece(path, at: start) }
                guard !piece.isMissing || offset == 0 && !wasThere else { throw TranscriptPiece.removed }
                wasThere = !piece.isMissing
                guard piece.end > offset else { break }
                offset = piece.end
                try await onPiece(piece)
            }
            if isWhole || isEnough() { return }
            length = length.multipliedReportingOverflow(by: 16).overflow ? .max : length * 16
        }
    }

    /// Returns the number of recordings, their size in bytes, and the free space in bytes. It counts at most `most` recordings.
    func usage(upTo most: Int) -> Report.Storage {
        var room = statvfs()
        let free = statvfs(folder, &room) == 0 ? Int64(room.f_bavail) * Int64(room.f_frsize) : 0
        var (count, bytes, isWhole) = (0, Int64(0), true)
        Folder.visit(folder) { name in
            guard name.hasSuffix(Self.ending) else { return true }
            isWhole = count < most
            guard isWhole else { return false }
            var facts = stat()
            if lstat("\(folder)/\(name)", &facts) == 0 { bytes += Int64(facts.st_size) }
            count += 1
            return true
        }
        return Report.Storage(database: 0, recordings: count, recorded: bytes, complete: isWhole, free: free)
    }

    /// Removes a session's recording, if there is one.
    ///
    /// - Throws: `RuntimeError`.
    func remove(_ sessionID: String) throws {
        try mayWrite()
        guard unlink(path(sessionID)) == 0 || errno == ENOENT else {
            throw RuntimeError(.failed, "a transcript can't be removed: \(SystemError.last)")
        }
    }

    /// Returns the path of a session's recording. An id may come from outside, so one that contains special characters is
    /// written in hexadecimal digits: it can't lead out of the folder.
    private func path(_ sessionID: String) -> String {
        let name = sessionID.utf8.allSatisfy(Self.isPlain) ? sessionID : Hexadecimal.text(sessionID.utf8)
        return "\(folder)/\(name)\(Self.ending)"
    }

    /// Whether a file's name is one that a recording can have.
    package static func isRecording(_ name: String) -> Bool {
        let id = name.dropLast(ending.count).utf8
        return name.hasSuffix(ending) && !id.isEmpty && id.allSatisfy(isPlain)
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
