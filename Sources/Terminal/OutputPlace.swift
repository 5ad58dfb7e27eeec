import TCPOSIX

/// The place that a user names for a text: a file, which is replaced whole or not at all, or a stream such as a pipe or a terminal, which
/// gets the text as it is.
///
/// A link is followed if nobody else can have put it there: it belongs to the user or to root, and so does its folder, in which not
/// everybody may write.
package final class OutputPlace: Sendable {
    private enum Place {
        case file(WholeFile)
        /// Standard output or standard error, which stay open.
        case standard(Int32)
        case stream(Descriptor)
    }

    private let path: String
    private let place: Place

    /// Prepares the place, so that one that can't be written to is found out before the work begins.
    /// - Throws: `TextFile.Failure` if it can't be written to, or is neither a file nor a stream.
    package init(_ path: String) throws(TextFile.Failure) {
        self.path = path
        place = try Self.find(path)
    }

    /// Replaces the file, or writes to the stream.
    /// - Throws: `TextFile.Failure`; a file is then as it was.
    package func finish(_ text: String) throws(TextFile.Failure) {
        switch place {
        case .file(let file): try file.finish(text)
        case .standard(let number):
            try requireWritten(Array(text.utf8).withUnsafeBytes { Descriptor.write($0, to: number) })
        case .stream(let stream): try requireWritten(stream.write(Array(text.utf8)))
        }
    }

    private func requireWritten(_ isWritten: Bool) throws(TextFile.Failure) {
        guard isWritten else {
            throw TextFile.Failure(
                message: "\(path) was not written: \(SystemError.last)",
                remedy: "name a file, or keep its reader running")
        }
    }

    private static func find(_ path: String, links: Int = 0) throws(TextFile.Failure) -> Place {
        if let standard = standardStream(path) { return .standard(standard) }
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return .file(try WholeFile(path, replaces: true)) }
        switch facts.st_mode & S_IFMT {
        case S_IFLNK:
            guard links < 16, isOwn(facts), isInOwnFolder(path), let next = Path.target(ofLink: path) else {
                throw refusal(path)
            }
            return isThere(next) || !isReached(path) ? try find(next, links: links + 1) : .stream(try stream(path))
        case S_IFIFO, S_IFCHR: return .stream(try stream(path))
        default: return .file(try WholeFile(path, replaces: true))
        }
    }

    /// Returns the number of this program's own stream that the path leads to, wherever a shell has directed it; `nil` if it leads to none.
    private static func standardStream(_ path: String) -> Int32? {
        var named = stat()
        guard stat(path, &named) == 0 else { return nil }
        return [1, 2].first { descriptor in
            var own = stat()
            return fstat(descriptor, &own) == 0 && own.st_dev == named.st_dev && own.st_ino == named.st_ino
        }
    }

    /// Opens a pipe without waiting for its reader, a terminal or a device.
    private static func stream(_ path: String) throws(TextFile.Failure) -> Descriptor {
        guard let stream = Descriptor.open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY) else {
            throw TextFile.Failure(
                message: "\(path) can't be written: \(SystemError.last)",
                remedy: "name a file, or a pipe that somebody reads")
        }
        // What was looked at may have been replaced before it was opened.
        var facts = stat()
        guard fstat(stream.number, &facts) == 0, isOwn(facts), [S_IFIFO, S_IFCHR].contains(facts.st_mode & S_IFMT)
        else {
            throw refusal(path)
        }
        return stream
    }

    private static func refusal(_ path: String) -> TextFile.Failure {
        TextFile.Failure(
            message: "\(path) is not a file, and somebody else may have put it there",
            remedy: "name a file, or a link of your own in a folder of your own")
    }

    private static func isOwn(_ facts: stat) -> Bool { facts.st_uid == geteuid() || facts.st_uid == 0 }

    private static func isInOwnFolder(_ path: String) -> Bool {
        var facts = stat()
        return stat(Path.folder(of: path), &facts) == 0 && isOwn(facts) && facts.st_mode & S_IWOTH == 0
    }

    private static func isThere(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0
    }

    private static func isReached(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0
    }
}
