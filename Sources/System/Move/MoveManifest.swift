import FoundationEssentials

/// Everything that a move creates, written down before the first of it is created. An interrupted run is resumed, or taken back,
/// by the manifest.
package struct MoveManifest: Codable, Sendable, Equatable {
    package enum State: String, Codable, Sendable {
        case begun, done
        /// A rollback has begun to remove the data, so that what is missing of it says nothing about the database's use.
        case undoing
    }

    package struct File: Codable, Sendable, Equatable {
        package var path: String
        /// The SHA-256 digest of the file's contents.
        package var digest: String
        /// The name under which the replaced file is kept, below the manifest's folder.
        package var before: String?
    }

    /// The state of the database before the move.
    package enum Database: String, Codable, Sendable {
        /// The database's file did not exist.
        case missing
        /// The database existed and was empty.
        case empty
        /// The history's tables existed.
        case migrated
    }

    package var state = State.begun
    /// When a rollback first began to remove the data; `nil` before that, and in the manifest of a version that did not note it.
    package var undoingSince: String?
    package var from: String
    /// The URL of the old database.
    package var source: String
    package var beganAt: String
    package var target: String
    package var database: Database
    /// The tables that held rows before the move.
    package var filled: [String]
    /// The number of rows brought over, by table; empty until the rows are there.
    package var rows: [String: Int] = [:]
    /// The digest of the sessions brought over (`SessionsDigest`); `nil` until they are there, and in the manifest of a version
    /// that did not note it.
    package var sessions: String?
    /// The stamp of the old databases right before they were copied; `nil` before that, and in the manifest of a version that did
    /// not note it.
    package var stamp: String?
    /// The digests of the data in the old databases at that moment (`SourceContent`).
    package var content: String?
    /// The folders that the move creates, the outermost first.
    package var folders: [String]
    package var files: [File]
    package var units: OldUnits
    /// Whether the new service ran before the move.
    package var wasRunning: Bool
}

extension MoveManifest {
    /// Reads a manifest; `nil` if the text is not one.
    init?(parsing text: String) {
        guard let manifest = try? JSONDecoder().decode(MoveManifest.self, from: Data(text.utf8)) else { return nil }
        self = manifest
    }

    /// Returns the text of the manifest's file.
    /// - Throws: `MachineError` if it can't be encoded: a file without it would hide that a move was begun.
    func text() throws(MachineError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        } catch {
            throw MachineError(.failed, "the manifest can't be written: \(error)", remedy: "report it as a bug")
        }
    }

    /// Returns whether both manifests describe the same move: the same sources and the same results.
    func isSameMove(as other: MoveManifest) -> Bool {
        from == other.from && source == other.source && target == other.target && files == other.files
    }
}
