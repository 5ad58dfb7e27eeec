import TCPOSIX

/// The data of a database as its readers see them: each page as the last committed frame of the -wal has it, else as the file has it
/// (https://www.sqlite.org/fileformat2.html, sections 1.3 and 4). Opening a database, and copying its -wal into the file, change the
/// files, and not these data.
package enum SQLiteContent {
    /// Returns a digest of the data, as hexadecimal digits; `nil` if the files can't be read, or if there is a hot journal: the next reader
    /// puts the pages in it back into the file. It locks and writes nothing. While somebody writes, it may mix two states. SQLite keeps the
    /// -wal and the journal of a linked database beside the file that is meant.
    package static func digest(of path: String) -> String? {
        guard let files = try? SQLiteFile(existing: path), !files.hasHotJournal else { return nil }
        return try? digestOfPages(files)
    }

    private static func digestOfPages(_ files: SQLiteFile) throws -> String? {
        guard let file = SQLiteDescriptor(reading: files.path) else { throw SystemError.last }
        let committed = try CommittedPages(inWALAt: files.wal)
        // An empty file is a database without pages: SQLite writes the first one together with the first table.
        let length = try file.size()
        if length == 0, committed == nil { return Digest().hexadecimal }
        let header = SQLiteHeader(try file.bytes(SQLiteHeader.size, at: 0))
        guard let size = committed?.pageSize ?? header?.pageSize else { return nil }
        var digest = Digest()
        for page in 0..<(committed?.pageCount ?? (length + size - 1) / size) {
            var bytes =
                if let framed = try committed?.page(page + 1) { framed } else { try file.bytes(size, at: page * size) }
            // A free page need not be written anywhere, until a later one lengthens the file.
            if bytes.count < size { bytes += [UInt8](repeating: 0, count: size - bytes.count) }
            if page == 0 { for at in notData { bytes[at] = 0 } }
            bytes.withUnsafeBytes { digest.mix($0) }
        }
        return digest.hexadecimal
    }

    /// The places in the first page that tell of the journal's mode, of the number of changes, and of the SQLite that made the last one.
    private static let notData = [18, 19] + Array(24..<28) + Array(92..<100)
}

/// The pages that the committed frames of a -wal have.
private final class CommittedPages {
    private let wal: SQLiteDescriptor
    private let walk: SQLiteWALWalk
    /// The number of pages of the database after the last commit.
    let pageCount: Int
    var pageSize: Int { walk.pageSize }

    /// Reads a -wal; `nil` if there is none, or nothing is committed in it. Throws `SystemError` if it can't be read.
    init?(inWALAt path: String) throws(SystemError) {
        guard let wal = SQLiteDescriptor(reading: path) else {
            guard errno == ENOENT else { throw SystemError.last }
            return nil
        }
        guard let walk = try SQLiteWALWalk(wal, isToPassDamage: false), let count = walk.pageCount else { return nil }
        self.wal = wal
        self.walk = walk
        pageCount = count
    }

    /// Returns a page, counted from 1; `nil` if no frame has it.
    func page(_ number: Int) throws(SystemError) -> [UInt8]? {
        guard let offset = walk.pages[number] else { return nil }
        return try wal.bytes(pageSize, at: offset)
    }
}
