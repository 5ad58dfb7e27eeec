import Dialects

/// The data in the old databases, as digests by which two moments are compared. A program that only reads a database may change its files:
/// the first one to open it makes a -wal, and the last one to close it copies the -wal into the file.
package struct SourceContent {
    private let databases: [String]
    private let digests: [String?]

    /// Reads all data of the old databases, and writes nothing.
    package init(of install: ExistingInstall) {
        databases = [install.database] + [install.events].compactMap { $0 }
        digests = databases.map(SQLiteContent.digest(of:))
    }

    /// The digests as a text without spaces, in which they can be kept.
    package var text: String { digests.map { $0 ?? "-" }.joined(separator: ",") }

    /// Returns the databases that hold other data now than at the moment of a text, were not there then, or can't be compared.
    package func changed(since text: String) -> [String] {
        let before = text.split(separator: ",").map(String.init)
        return databases.indices.filter { at in
            guard let digest = digests[at], before.indices.contains(at) else { return true }
            return digest != before[at]
        }.map { databases[$0] }
    }
}
