import TCImport
import TCPOSIX

/// The file of a backup from which a database is filled. Only the backup's owner may read it; an account whose rights root takes on gets
/// a copy of its own, which is removed with this value.
final class RestoreRows: Sendable {
    let path: String
    private let folder: String?

    init(of paths: BackupPaths, for account: ActingAccount?) throws(BackupError) {
        guard let account else {
            (path, folder) = (paths.database, nil)
            return
        }
        var template = Array("\(account.temporaryFolder)/teleclaude-restore-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Files.failure("no folder can be created in \(account.temporaryFolder)")
        }
        let made = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        (path, folder) = ("\(made)/\(BackupPaths.database)", made)
        let copy = try Files.Handle(making: path)
        try Files.Handle(reading: paths.database).blocks { block throws(BackupError) in try copy.append(block) }
        for item in [path, made] where lchown(item, account.uid, account.gid) != 0 {
            throw Files.failure("\(item) can't be given to uid \(account.uid)")
        }
    }

    deinit {
        guard let folder else { return }
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
        rmdir(folder)
    }
}
