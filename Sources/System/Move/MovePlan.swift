import Dialects
import TCImport
import TCSettings

/// The options of a move.
package struct MoveRequest: Sendable {
    /// The path of the home or the checkout of the existing install.
    package var from: String
    /// The person who becomes the sessions' owner.
    package var owner: String?
    /// The accounts, by the names of people.
    package var accounts: [String: String] = [:]
    package var byEmail = false
    package var zone: LocalZone?
    /// The URL of the database to fill, without a password. `nil` means the settings' database, or SQLite in the state's folder.
    package var database: String?

    package init(from: String) { self.from = from }
}

/// A file that a move makes.
package struct PlannedFile: Sendable {
    enum Content: Sendable {
        case text(String)
        case document(DocumentTree.File)
    }

    package var path: String
    package var uid: UInt32
    package var gid: UInt32
    package var mode: UInt32
    package var digest: String
    let content: Content

    init(_ path: String, uid: UInt32 = 0, gid: UInt32 = 0, mode: UInt32, text: String) {
        (self.path, self.uid, self.gid, self.mode) = (path, uid, gid, mode)
        digest = FileBytes.digest(Array(text.utf8))
        content = .text(text)
    }

    init(_ path: String, document: DocumentTree.File) {
        (self.path, uid, gid, mode) = (path, 0, 0, 0o644)
        digest = document.digest
        content = .document(document)
    }
}

/// Everything that a move does, determined without any change.
package struct MovePlan: Sendable {
    package struct Folder: Sendable {
        package var path: String
        package var uid: UInt32
        package var gid: UInt32
        package var mode: UInt32
    }

    package var old: OldInstall
    package var split: SettingsSplit
    package var owners: ImportOwners
    package var target: DatabaseURL
    var filling: FillingAccess
    package var documents: DocumentTree
    /// The folder of the documents that are shared by all people.
    package var shared: String
    package var references: [HomeReference]
    package var transcripts: TranscriptPaths
    package var units: OldUnits
    package var missingFeatures: [String]
    package var folders: [Folder]
    package var files: [PlannedFile]
    package var remarks: [String]
    /// The data that would be brought over; `nil` in a run, whose report tells what was brought over.
    package var data: ImportReport?
}
