import TCPOSIX

/// Copies one file's bytes into a new one that only this user may read.
enum FileCopy {
    /// Copies the file. Throws `DatabaseError`. An optional file that is missing is skipped.
    static func copy(_ source: String, to target: String, isOptional: Bool) throws(DatabaseError) {
        guard let input = SQLiteDescriptor(reading: source) else {
            if isOptional && errno == ENOENT { return }
            throw SQLiteFile.error(errno, opening: source)
        }
        guard let output = Descriptor.open(target, O_CREAT | O_EXCL | O_WRONLY) else {
            throw unwritten(target)
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = read(input.number, buffer.baseAddress, buffer.count)
            if count == 0 { return }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SQLiteFile.error(errno, opening: source) }
            guard output.write(UnsafeRawBufferPointer(rebasing: buffer[..<count])) else { throw unwritten(target) }
        }
    }

    private static func unwritten(_ target: String) -> DatabaseError {
        let error = SQLiteFile.error(errno, creating: target)
        return error.kind == .diskFull ? noSpace(for: target) : error
    }

    static func noSpace(for target: String) -> DatabaseError {
        var error = SQLiteFile.error(ENOSPC, creating: target)
        error.remedy = "free some space there, or choose a temporary folder with more space"
        return error
    }
}
