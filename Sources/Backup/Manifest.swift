import FoundationEssentials

/// The description of a backup, in `backup.json`. It is written last: a folder without it is not a backup.
package struct Manifest: Codable, Sendable, Equatable {
    package struct Table: Codable, Sendable, Equatable {
        package var name: String
        package var rows: Int
        /// The digest of all values, as a transfer computes it (docs/digest.md).
        package var digest: String?
    }

    package struct Head: Codable, Sendable, Equatable {
        package var seq: Int64
        package var hash: String
    }

    /// The version of this document's format.
    package var version = 1
    package var kind = Self.kind
    package var madeAt: String
    /// The version of telec that made the backup.
    package var program: String
    /// The original database, such as `PostgreSQL 17.2`. In the backup it is always a SQLite file.
    package var product: String
    /// The applied migrations, in order.
    package var migrations: [String]
    package var tables: [Table]
    /// The last entry of the audit log.
    package var auditHead: Head?
    package var recordings: Int
    package var recordingBytes: Int64
    /// The names of the files in `settings/`.
    package var settings: [String]
    /// The SHA-256 digest of the file `SHA256SUMS`, which holds the digests of all other files.
    package var sums: String

    static let kind = "teleclaude-backup"

    enum CodingKeys: String, CodingKey {
        case version, kind, program, product, migrations, tables, recordings, settings, sums
        case madeAt = "made_at"
        case auditHead = "audit_head"
        case recordingBytes = "recording_bytes"
    }
}

extension Manifest {
    func text() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    /// Reads a manifest.
    /// - Throws: `BackupError` if the bytes are not a valid manifest.
    init(parsing bytes: [UInt8], at path: String) throws(BackupError) {
        guard let found = try? JSONDecoder().decode(Manifest.self, from: Data(bytes)), found.kind == Self.kind else {
            throw BackupError("no_backup", "\(path) does not belong to a backup", remedy: "name the folder of a backup")
        }
        guard found.version == 1 else {
            throw BackupError(
                "newer", "\(path) was written by a newer telec (format \(found.version))",
                remedy: "restore it with that version")
        }
        self = found
    }
}
