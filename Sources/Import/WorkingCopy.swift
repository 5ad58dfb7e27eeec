import Dialects
import FoundationEssentials
import Transfer
import TCPOSIX

/// A private folder with one copy of the old databases, which is removed with this value. A process that is killed leaves its
/// folder behind; the next one of the same user removes it. The folder is locked as long as its process lives.
final class WorkingCopy: Sendable {
    private static let prefix = "teleclaude-import-"
    private let folder: String
    private let lock: Int32
    private var main: String { "\(folder)/\(Self.main)" }
    private var added: String { "\(folder)/\(Self.added)" }
    private static let (main, added) = ("main.db", "events.db")

    init(in parent: String) throws(ImportError) {
        Self.sweep(parent)
        while true {
            var template = Array("\(parent)/\(Self.prefix)XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else {
                throw ImportError(
                    "no_working_folder",
                    "no folder for a working copy can be created in \(parent): \(SystemError.last)",
                    remedy: "name another one with TMPDIR")
            }
            let made = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // Another process may have swept the folder away before it was locked.
            if let lock = Self.lock(made) {
                (folder, self.lock) = (made, lock)
                return
            }
        }
    }

    /// Removes the folders that processes of this user left here when they were killed.
    private static func sweep(_ parent: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
            let folder = "\(parent)/\(name)"
            var facts = stat()
            guard lstat(folder, &facts) == 0, facts.st_uid == geteuid(), let lock = lock(folder) else { continue }
            try? FileManager.default.removeItem(atPath: folder)
            close(lock)
        }
    }

    /// Locks a folder; `nil` if a process holds it, or it is gone.
    private static func lock(_ folder: String) -> Int32? {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        var (held, named) = (stat(), stat())
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &held) == 0, lstat(folder, &named) == 0,
            held.st_ino == named.st_ino
        {
            return descriptor
        }
        close(descriptor)
        return nil
    }

    deinit {
        defer { close(lock) }
        for name in Self.names { unlinkat(lock, name, 0) }
        rmdir(folder)
    }

    private static let names = [main, added].flatMap { file in ["", "-wal", "-shm", "-journal"].map { file + $0 } }

    /// Lets the account read the copy, and no other user except root. The files are found by the open folder and not by its path, and no
    /// link is followed: the folder may lie in one of the account's, which could put another file in its place. The folder itself comes
    /// last, because the account can change what is in it from then on.
    func give(to account: ActingAccount) throws(ImportError) {
        for name in Self.names
        where fchownat(lock, name, account.uid, account.gid, AT_SYMLINK_NOFOLLOW) != 0 && errno != ENOENT {
            throw Self.notGiven("\(folder)/\(name)")
        }
        guard fchown(lock, account.uid, account.gid) == 0 else { throw Self.notGiven(folder) }
    }

    private static func notGiven(_ path: String) -> ImportError {
        ImportError(
            "no_working_folder", "\(path) can't be given to another account: \(SystemError.last)",
            remedy: "run this as root")
    }

    /// The copy, and remarks on how it was made.
    struct Made {
        var database: Database
        var fingerprint: String
        var remarks: [String]
    }

    /// Copies both databases, compares every value, and merges them into one.
    func copy(
        _ install: ExistingInstall, _ events: @escaping @Sendable (TransferEvent) -> Void
    ) async throws -> Made {
        let first = try await proven(install.database, to: main, events)
        let database = try Database(DatabaseURL(sqlitePath: main), options: ConnectionOptions(access: .readWrite))
        guard let path = install.events else {
            return Made(database: database, fingerprint: first.fingerprint, remarks: first.remarks)
        }
        let second = try await proven(path, to: added, events)
        let file = added
        try await database.withConnection { try Self.add(file, to: $0) }
        return Made(database: database, fingerprint: first.fingerprint, remarks: first.remarks + second.remarks)
    }

    private func proven(
        _ path: String, to copy: String, _ events: @escaping @Sendable (TransferEvent) -> Void
    ) async throws -> (fingerprint: String, remarks: [String]) {
        let options = ConnectionOptions(access: .readOnly, temporaryFolder: folder)
        let source = try Database(DatabaseURL(sqlitePath: path), options: options)
        let target = try Database(DatabaseURL(sqlitePath: copy), options: ConnectionOptions(access: .create))
        let report = try await DatabaseTransfer(from: source, to: target).run(events)
        await source.close()
        await target.close()
        guard report.verdict == .verified else {
            throw ImportError(
                "copy_differs", "the working copy of \(path) differs from it",
                remedy: "try again, and check the disk's health")
        }
        // The remarks on how the original was read are kept; those about the copy are not.
        return (report.provenance?.fingerprint ?? "", report.remarks.filter { $0.contains(path) })
    }

    /// Moves the tables of another file into the copy, with their counters.
    /// - Throws: An error if both have a table of the same name, because one would be lost.
    private static func add(_ file: String, to connection: any Connection) throws {
        try connection.execute("ATTACH DATABASE \(file) AS added")
        try connection.transaction {
            let tables = try connection.query(
                """
                SELECT name, sql FROM added.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
                    AND name NOT LIKE 'tc\\_%' ESCAPE '\\'
                """)
            let present = Set(
                try connection.query("SELECT name FROM main.sqlite_master").compactMap { $0.values[0].text })
            if let name = tables.compactMap({ $0.values[0].text }).first(where: present.contains) {
                throw ImportError(
                    "name_twice", "teleclaude.db and events.db both have a table \(name)",
                    remedy: "move events.db away, and transfer it separately with tc-migrate transfer --into-history")
            }
            for row in tables {
                guard let name = row.values[0].text, let sql = row.values[1].text else { continue }
                try connection.execute(SQL(trusted: sql))
                try connection.execute("INSERT INTO main.\(identifier: name) SELECT * FROM added.\(identifier: name)")
            }
            guard try connection.queryValue("SELECT 1 FROM added.sqlite_master WHERE name = 'sqlite_sequence'") != nil
            else {
                return
            }
            for row in tables {
                let name = row.values[0].text ?? ""
                let highest = try connection.queryValue("SELECT seq FROM added.sqlite_sequence WHERE name = \(name)")
                guard let highest = highest?.integer else { continue }
                try connection.execute("DELETE FROM main.sqlite_sequence WHERE name = \(name)")
                try connection.execute("INSERT INTO main.sqlite_sequence (name, seq) VALUES (\(name), \(highest))")
            }
        }
        try connection.execute("DETACH DATABASE added")
    }
}
