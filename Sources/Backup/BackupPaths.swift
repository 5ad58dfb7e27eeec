import TCRuntime

/// The paths that the folder of a backup may contain.
struct BackupPaths: Sendable {
    let folder: String

    var manifest: String { "\(folder)/\(Self.manifest)" }
    var sums: String { "\(folder)/\(Self.sums)" }
    var database: String { "\(folder)/\(Self.database)" }
    var recordings: String { "\(folder)/transcripts" }
    var settings: String { "\(folder)/settings" }

    static let manifest = "backup.json"
    static let sums = "SHA256SUMS"
    static let database = "database.db"

    /// The suffixes of the files that SQLite creates beside a database (https://www.sqlite.org/tempfiles.html).
    static let besideDatabase = ["-wal", "-shm", "-journal"]

    /// Returns whether a line of the sums may name this path: the path is inside of the folder, and a restore knows it.
    static func isKnown(_ path: String) -> Bool {
        if path == database { return true }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty, parts[1] != ".", parts[1] != ".." else { return false }
        return parts[0] == "settings" || parts[0] == "transcripts" && TranscriptStore.isRecording(String(parts[1]))
    }
}
