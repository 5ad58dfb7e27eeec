import Dialects
import TCImport
import TCSettings

/// What is asked for.
package struct MoveRequest: Sendable {
    /// The home or the checkout of the existing install.
    package var from: String
    /// The person whose sessions they become.
    package var owner: String?
    /// Accounts by the names of people.
    package var accounts: [String: String] = [:]
    package var byEmail = false
    package var zone: LocalZone?
    /// The URL of the database to fill, without a password; that of the settings, or SQLite in the state's folder, when `nil`.
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

/// What a move does, found out without changing anything.
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
    /// Where the documents are for everybody.
    package var shared: String
    package var references: [HomeReference]
    package var transcripts: TranscriptPaths
    package var units: OldUnits
    package var missingFeatures: [String]
    package var folders: [Folder]
    package var files: [PlannedFile]
    package var remarks: [String]
    /// What would come over; `nil` in a run, whose report says what did.
    package var data: ImportReport?
}
