import FoundationEssentials

/// What a move makes, written down before any of it is made: by it a run that broke off is gone on with, and taken back.
package struct MoveManifest: Codable, Sendable, Equatable {
    package enum State: String, Codable, Sendable { case begun, done }

    package struct File: Codable, Sendable, Equatable {
        package var path: String
        /// What it holds, as SHA-256.
        package var digest: String
        /// Where what stood there before is kept, below the manifest's folder.
        package var before: String?
    }

    /// What the database was before.
    package enum Database: String, Codable, Sendable {
        /// There was no file.
        case missing
        /// It was there, and empty.
        case empty
        /// The history's tables were there.
        case migrated
    }

    package var state = State.begun
    package var from: String
    /// The old database.
    package var source: String
    package var beganAt: String
    package var target: String
    package var database: Database
    /// The tables that held rows before.
    package var filled: [String]
    /// How many rows came over, by table; empty until they are there.
    package var rows: [String: Int] = [:]
    /// The outermost first.
    package var folders: [String]
    package var files: [File]
    package var units: OldUnits
    /// Whether the new service ran before.
    package var wasRunning: Bool

    /// `nil` for a text that is not a manifest.
    init?(parsing text: String) {
        guard let manifest = try? JSONDecoder().decode(MoveManifest.self, from: Data(text.utf8)) else { return nil }
        self = manifest
    }

    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? ""
    }
}

extension MoveManifest {
    init(
        from: String, source: String, beganAt: String, target: String, database: Database, filled: [String],
        folders: [String], files: [File], units: OldUnits, wasRunning: Bool
    ) {
        self.from = from
        self.source = source
        self.beganAt = beganAt
        self.target = target
        self.database = database
        self.filled = filled
        self.folders = folders
        self.files = files
        self.units = units
        self.wasRunning = wasRunning
    }

    /// Whether both are of one move: what it brings and what it makes.
    func isSameMove(as other: MoveManifest) -> Bool {
        from == other.from && source == other.source && target == other.target && files == other.files
    }
}
