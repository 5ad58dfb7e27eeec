import Foundation
import Testing

@testable import Dialects

@Suite struct SQLiteOpeningTests {
    @Test(arguments: [ConnectionOptions.Access.readOnly, .readWrite])
    func missingFileIsNotCreated(_ access: ConnectionOptions.Access) throws {
        let folder = try SQLiteFolder()
        let error = databaseError { _ = try folder.open("none.db", access) }
        #expect(error?.kind == .unreachable)
        #expect(error?.message == "there is no SQLite database at \(folder("none.db"))")
        #expect(databaseError { _ = try folder.open("no/folder/none.db", access) }?.kind == .unreachable)
        #expect(try folder.contents().isEmpty)
    }

    @Test(arguments: [ConnectionOptions.Access.readOnly, .readWrite, .create])
    func aLinkToNothingIsCalledOne(_ access: ConnectionOptions.Access) throws {
        let folder = try SQLiteFolder()
        try FileManager.default.createSymbolicLink(atPath: folder("link.db"), withDestinationPath: folder("none.db"))
        let error = databaseError { _ = try folder.open("link.db", access) }
        #expect(error?.kind == .unreachable)
        #expect(error?.message == "\(folder("link.db")) is a link to a file that does not exist")
    }

    @Test(arguments: [ConnectionOptions.Access.readOnly, .readWrite, .create])
    func whatIsNoDatabaseIsRefused(_ access: ConnectionOptions.Access) throws {
        let folder = try SQLiteFolder()
        let text = Data(String(repeating: "This is a letter, and no database. ", count: 100).utf8)
        try text.write(to: URL(fileURLWithPath: folder("letter.txt")))
        let error = databaseError { _ = try folder.open("letter.txt", access) }
        #expect(error?.kind == .notADatabase)
        #expect(error?.message.contains(folder("letter.txt")) == true)
        #expect(databaseError { _ = try folder.open(".", access) }?.kind == .notADatabase)
        #expect(try folder.contents().keys.sorted() == ["letter.txt"])
        #expect(try folder.contents()["letter.txt"]?.bytes == text)
    }

    @Test func createMakesFoldersAndFileForThisUserOnly() throws {
        let folder = try SQLiteFolder()
        let connection = try folder.open("x/y/a.db", .create, owned: true)
        try connection.execute("CREATE TABLE t (a)")
        func mode(_ name: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: folder(name))[.posixPermissions] as? Int
        }
        #expect(try mode("x") == 0o700)
        #expect(try mode("x/y") == 0o700)
        #expect(try mode("x/y/a.db") == 0o600)
        #expect(try mode("x/y/a.db-wal") == 0o600)
        connection.close()
    }

    @Test func createKeepsWhatIsThere() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase()
        let connection = try folder.open("a.db", .create)
        #expect(try connection.queryValue("SELECT a FROM t") == 1)
        connection.close()
    }

    @Test func settingsOfOurOwnDatabases() throws {
        let folder = try SQLiteFolder()
        let own = try folder.open("own.db", .create, owned: true)
        #expect(try own.queryValue("PRAGMA journal_mode") == "wal")
        #expect(try own.queryValue("PRAGMA synchronous") == 1)
        #expect(try own.queryValue("PRAGMA foreign_keys") == 1)
        own.close()
        let strange = try folder.open("strange.db", .create)
        #expect(try strange.queryValue("PRAGMA journal_mode") == "delete")
        #expect(try strange.queryValue("PRAGMA foreign_keys") == 1)
        strange.close()
    }

    @Test func memoryDatabase() throws {
        let connection = try SQLiteDriver(path: ":memory:", options: ConnectionOptions(isOwned: true)).connect()
        try connection.execute("CREATE TABLE t (a)")
        #expect(try connection.execute("INSERT INTO t VALUES (1)") == 1)
        connection.close()
    }

    @Test func eightCreateTheSameFileAtOnce() async throws {
        for _ in 0..<10 {
            let folder = try SQLiteFolder()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let options = ConnectionOptions(access: .create, isOwned: true)
                        let pool = ConnectionPool(
                            driver: SQLiteDriver(path: folder("new.db"), options: options), limit: 1,
                            idleTimeout: .seconds(60))
                        try await pool.withConnection { connection in
                            try connection.transaction {
                                try connection.execute("CREATE TABLE IF NOT EXISTS t (a)")
                                try connection.execute("INSERT INTO t VALUES (\(number))")
                            }
                        }
                        await pool.close()
                    }
                }
                try await group.waitForAll()
            }
            let connection = try folder.open("new.db", .readWrite)
            #expect(try connection.queryValue("SELECT count(*) FROM t") == 8)
            #expect(try connection.queryValue("PRAGMA journal_mode") == "wal")
            connection.close()
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everything"))
    func fileThatMayNotBeWritten() throws {
        let folder = try SQLiteFolder()
        try folder.makeDatabase()
        chmod(folder("a.db"), 0o444)
        let error = databaseError { _ = try folder.open("a.db", .readWrite) }
        #expect(error?.kind == .permission)
        #expect(error?.message.contains(folder("a.db")) == true)
        let reader = try folder.open("a.db", .readOnly)
        #expect(try reader.queryValue("SELECT a FROM t") == 1)
        reader.close()
        chmod(folder("a.db"), 0)
        #expect(databaseError { _ = try folder.open("a.db", .readOnly) }?.kind == .permission)
    }

    /// A folder is no file that `unlink` removes, whoever asks.
    @Test("an empty file that can't be removed is an error, and not a removed one")
    func fileThatStays() throws {
        let folder = try SQLiteFolder()
        let connection = try folder.open(owned: true)
        _ = try connection.query("SELECT name FROM sqlite_schema")
        #expect(mkdir(folder("a.db-journal"), 0o700) == 0)
        let error = databaseError { _ = try connection.discardIfEmpty() }
        #expect(error?.kind == .resources || error?.kind == .permission)
        #expect(error?.message.contains("a.db-journal can't be removed") == true && error?.remedy != nil)
        #expect(access(folder("a.db"), F_OK) == 0)
        rmdir(folder("a.db-journal"))
        let next = try folder.open(owned: true)
        #expect(try next.discardIfEmpty())
        #expect(access(folder("a.db"), F_OK) != 0)
    }

    /// No right lets anybody write to a file system that is mounted read-only.
    @Test(arguments: [(EACCES, "give this user write access"), (EROFS, "mount its file system for writing")])
    func whatHelpsDependsOnTheReason(_ code: Int32, _ remedy: String) {
        let error = SQLiteFile.error(code, creating: "a.db")
        #expect(error.kind == .permission && error.remedy?.hasPrefix(remedy) == true)
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everything"))
    func folderThatMayNotBeWritten() throws {
        let folder = try SQLiteFolder()
        try folder.makeOrphanWAL()
        chmod(folder.path, 0o555)
        let reader = try folder.open("a.db", .readOnly)
        #expect(try reader.queryValue("SELECT count(*) FROM t") == 2)
        reader.close()
        #expect(databaseError { _ = try folder.open("a.db", .readWrite) }?.kind == .permission)
        #expect(databaseError { _ = try folder.open("new.db", .create) }?.kind == .permission)
    }
}
