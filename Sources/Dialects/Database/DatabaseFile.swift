import TCPOSIX

// What happens to the file of a database that does not exist yet.

extension Database {
    /// Whether the database's file does not exist yet. A file in a folder that this user may not enter is there as far as anybody knows.
    public var isMissing: Bool {
        url.filePath.map { access($0, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR) } ?? false
    }

    /// Lends a connection to `body`, which only reads. A database that opening would make is not made: `body` gets an empty one in
    /// memory instead.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError`` when no connection can be opened.
    package func withReadingConnection<T: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> T
    ) async throws -> T {
        guard makesMissingFile, isMissing else { return try await withConnection(body) }
        return try await Database(DatabaseURL(sqlitePath: ":memory:")).pool.withOwnConnection(body)
    }

    /// Returns whether both are the same database: the same file, by whatever path, or the same URL.
    public func isSame(as other: Database) -> Bool {
        guard let path = url.filePath, let otherPath = other.url.filePath else { return url == other.url }
        var (status, otherStatus) = (stat(), stat())
        guard stat(path, &status) == 0, stat(otherPath, &otherStatus) == 0 else { return path == otherPath }
        return status.st_dev == otherStatus.st_dev && status.st_ino == otherStatus.st_ino
    }

    /// Runs `body` with a file in the database's place. A file that did not exist is made first. If it is not to be kept, it is
    /// removed again, together with the files that SQLite puts beside it. A file that somebody else makes at the same moment, or puts in
    /// its place later, belongs to them, and stays.
    ///
    /// - Throws: The errors of `body`, and ``DatabaseError`` when the file can't be removed, or its folder does not exist: the folders of a
    ///   mistyped path must not be made.
    public func withNewFile<T: Sendable>(
        keptIf isKept: @Sendable (Result<T, any Error>) -> Bool, _ body: @Sendable () async throws -> T
    ) async throws -> T {
        guard isMissing, let path = url.filePath else { return try await body() }
        try Self.requireFolder(of: path)
        guard let made = NewFile(at: path) else { return try await body() }
        let result: Result<T, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        guard !isKept(result) else { return try result.get() }
        await close()
        let removal = Result { try made.remove() }
        let value = try result.get()
        try removal.get()
        return value
    }

    /// Waits until the database's file was not written for a second, five seconds at most: whoever copies another file over it
    /// writes for a while, and what stands there meanwhile is no database. A program that writes all the time is read beside. It
    /// does nothing for a server's database.
    ///
    /// - Throws: ``DatabaseError`` of kind `changedMeanwhile` if the file is empty then.
    package func untilQuiet(after change: DatabaseError) async throws {
        guard let path = url.filePath else { return }
        var (last, quiet) = (FileState(path), 0)
        for _ in 0..<20 where quiet < 4 {
            try await Task.sleep(for: .milliseconds(250))
            let now = FileState(path)
            quiet = now == last ? quiet + 1 : 0
            last = now
        }
        guard last.size > 0 else {
            var error = change
            error.message += ", and the file is empty now"
            throw error
        }
    }

    private struct FileState: Equatable {
        var size = 0
        var seconds = 0
        var nanoseconds = 0

        init(_ path: String) {
            var facts = stat()
            guard stat(path, &facts) == 0 else { return }
            size = Int(facts.st_size)
            (seconds, nanoseconds) = (Int(facts.modificationTime.tv_sec), Int(facts.modificationTime.tv_nsec))
        }
    }

    private static func requireFolder(of path: String) throws(DatabaseError) {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
        let folder = String(path[..<slash])
        guard access(folder, F_OK) == 0 else {
            throw DatabaseError(
                .unreachable, "there is no folder \(folder)", remedy: "create it, or name a file elsewhere")
        }
    }
}

/// A file that this process has made for a database.
private struct NewFile {
    private let path: String
    private let made: stat

    /// Makes an empty file, which is an empty database, for this user alone. Returns `nil` if the file exists by now or can't be made;
    /// opening the database then says why.
    init?(at path: String) {
        guard let file = Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL) else { return nil }
        var made = stat()
        guard fstat(file.number, &made) == 0 else { return nil }
        self.path = path
        self.made = made
    }

    /// Removes the file and those that SQLite puts beside it (https://www.sqlite.org/tempfiles.html), unless its name stands for another
    /// file by now.
    ///
    /// - Throws: `DatabaseError` if a file can't be removed.
    func remove() throws(DatabaseError) {
        var found = stat()
        guard stat(path, &found) == 0, found.st_ino == made.st_ino, found.st_dev == made.st_dev else { return }
        try FileRemoval.remove(path)
    }
}
