import TCImport
import TCPOSIX

/// The file of a backup from which a database is filled. Only the backup's owner may read it; an account whose rights root takes on gets
/// a copy of its own, which is removed with this value. The copy of a restore that was killed is removed by the next one.
final class RestoreRows: Sendable {
    let path: String
    private let copy: Copy?

    init(of paths: BackupPaths, for account: ActingAccount?) throws(BackupError) {
        guard let account else {
            (path, copy) = (paths.database, nil)
            return
        }
        try Copy.removeAbandoned(in: account)
        let copy = try Copy(in: account.temporaryFolder)
        (path, self.copy) = ("\(copy.folder)/\(BackupPaths.database)", copy)
        let file = try Files.Handle(making: path)
        try Files.Handle(reading: paths.database).blocks { block throws(BackupError) in try file.append(block) }
        try copy.give(to: account)
    }
}

extension RestoreRows {
    /// A private folder for a copy. Its lock says that the restore still runs: the kernel frees it however the process ends.
    final class Copy: Sendable {
        let folder: String
        private let descriptor: Int32
        private static let prefix = "teleclaude-restore-"

        init(in parent: String) throws(BackupError) {
            var template = Array("\(parent)/\(Self.prefix)XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw Files.failure("no folder can be created in \(parent)") }
            folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            descriptor = Self.locked(folder)
            guard descriptor >= 0 else { throw Files.failure("\(folder) can't be locked") }
        }

        private init(_ folder: String, _ descriptor: Int32) {
            self.folder = folder
            self.descriptor = descriptor
        }

        /// Gives the copy to the account: first the file, because the account can change what is in the folder once it has it.
        func give(to account: ActingAccount) throws(BackupError) {
            let (uid, gid) = (account.uid, account.gid)
            guard fchownat(descriptor, BackupPaths.database, uid, gid, AT_SYMLINK_NOFOLLOW) == 0,
                fchown(descriptor, uid, gid) == 0
            else { throw Files.failure("\(folder) can't be given to uid \(uid)") }
        }

        /// Removes the copy. It is found by the open folder and not by its path, which another account could replace.
        deinit {
            guard descriptor >= 0 else { return }
            for suffix in [""] + BackupPaths.besideDatabase { unlinkat(descriptor, BackupPaths.database + suffix, 0) }
            rmdir(folder)
            close(descriptor)
        }

        static func removeAbandoned(in account: ActingAccount) throws(BackupError) {
            try Files.each(in: account.temporaryFolder) { name throws(BackupError) in
                guard name.hasPrefix(prefix) else { return }
                let folder = "\(account.temporaryFolder)/\(name)"
                let descriptor = locked(folder)
                guard descriptor >= 0 else { return }
                var facts = stat()
                guard fstat(descriptor, &facts) == 0, [0, account.uid].contains(facts.st_uid) else {
                    close(descriptor)
                    return
                }
                _ = Copy(folder, descriptor)
            }
        }

        /// Opens and locks a folder; returns -1 if another process has locked it.
        private static func locked(_ folder: String) -> Int32 {
            let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return descriptor }
            close(descriptor)
            return -1
        }
    }
}
