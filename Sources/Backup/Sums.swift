import TCPOSIX

/// The list of a backup's files, in the format of `sha256sum`.
struct Sums {
    struct Line: Equatable {
        var digest: String
        var path: String
    }

    let path: String

    /// Passes the lines to a closure one by one, because there may be millions of them.
    /// - Throws: `BackupError` for a line that no backup has.
    func each(_ body: (Line) throws -> Void) throws {
        let file = try Files.Handle(reading: path)
        var (rest, failure): ([UInt8], (any Error)?) = ([], nil)
        try file.blocks { block in
            guard failure == nil else { return }
            rest += block
            do { rest = try lines(rest, body) } catch { failure = error }
        }
        if let failure { throw failure }
        guard rest.isEmpty else { throw Self.damaged(path) }
    }

    /// Reads the whole lines, and returns the bytes behind the last.
    private func lines(_ bytes: [UInt8], _ body: (Line) throws -> Void) throws -> [UInt8] {
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            try body(try Self.line(bytes[start..<end], path))
            start = end + 1
        }
        guard bytes.count - start < 4_096 else { throw Self.damaged(path) }
        return Array(bytes[start...])
    }

    private static func line(_ bytes: ArraySlice<UInt8>, _ path: String) throws(BackupError) -> Line {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let gap = text.firstRange(of: "  ") else { throw damaged(path) }
        let line = Line(digest: String(text[..<gap.lowerBound]), path: String(text[gap.upperBound...]))
        guard line.digest.count == 64, BackupPaths.isKnown(line.path) else { throw damaged(path) }
        return line
    }

    private static func damaged(_ path: String) -> BackupError {
        BackupError("damaged", "\(path) is not in the form that a backup writes", remedy: "restore another backup")
    }
}
