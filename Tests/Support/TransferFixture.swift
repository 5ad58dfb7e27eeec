import Dialects
import TCPOSIX
import Testing

/// A SQLite file that a script makes for one test, in a folder of its own.
public struct SQLiteFixture {
    public let folder: String
    public let path: String

    public init(_ script: String) throws {
        folder = "/tmp/tc-transfer-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try #require(mkdir(folder, 0o700) == 0)
        path = folder + "/source.db"
        let connection = try connect(to: DatabaseURL(parsing: "sqlite:" + path), ConnectionOptions(access: .create))
        defer { connection.close() }
        // Most programs leave foreign keys unchecked, as here, so that rows may refer to rows that don't exist.
        try connection.executeScript("PRAGMA foreign_keys = OFF;" + script)
    }

    /// Creates a copy of an existing file.
    public init(copyOf original: String) throws {
        folder = "/tmp/tc-transfer-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        try #require(mkdir(folder, 0o700) == 0)
        path = folder + "/source.db"
        try SQLiteFixture.write(SQLiteFixture.bytes(of: original), to: path)
    }

    public var url: DatabaseURL { get throws { try DatabaseURL(parsing: "sqlite:" + path) } }

    /// Returns the bytes of the database and of the files that SQLite puts beside it, by suffix.
    public func contents() throws -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for suffix in ["", "-wal", "-shm", "-journal"] where access(path + suffix, F_OK) == 0 {
            contents[suffix] = try SQLiteFixture.bytes(of: path + suffix)
        }
        return contents
    }

    public func remove() {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
        rmdir(folder)
    }

    public static func bytes(of path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "rb"), "cannot read \(path)")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try #require(fopen(path, "wb"), "cannot write \(path)")
        defer { fclose(file) }
        try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }
}

/// Finds and reads files in Tests/Fixtures.
public enum Fixtures {
    public static func path(_ name: String) -> String {
        // …/Tests/Support/TransferFixture.swift
        let file = #filePath
        return file.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 } + "/Fixtures/" + name
    }

    public static func text(_ name: String) throws -> String {
        String(decoding: try SQLiteFixture.bytes(of: path(name)), as: UTF8.self)
    }
}
