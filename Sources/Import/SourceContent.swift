import Dialects

/// The data in the old databases, as digests by which two moments are compared. A program that only reads a database may change its files:
/// the first one to open it makes a -wal, and the last one to close it copies the -wal into the file.
package struct SourceContent {
    private let databases: [String]
    private let digests: [String?]
    /// The text of a digest that can't be made.
    private static let missing = "-"

    /// Reads all data of the old databases, and writes nothing.
    package init(of install: ExistingInstall) {
        databases = [install.database] + [install.events].compactMap { $0 }
        digests = databases.map(SQLiteContent.digest(of:))
    }

    /// The digests as a text without spaces, in which they can be kept.
    package var text: String { digests.map { $0 ?? Self.missing }.joined(separator: ",") }

    /// Compares the data with those at the moment of a text.
    package func difference(from text: String) -> Difference {
        let before = text.split(separator: ",").map(String.init)
        var difference = Difference()
        for (at, database) in databases.enumerated() {
            if !before.indices.contains(at) {
                difference.changed.append(database)
            } else if let digest = digests[at], before[at] != Self.missing {
                if digest != before[at] { difference.changed.append(database) }
            } else {
                difference.incomparable.append(database)
            }
        }
        return difference
    }

    /// The databases that differ from what they were at an earlier moment.
    package struct Difference: Sendable {
        /// Those that hold other data, or were not there then.
        package var changed: [String] = []
        /// Those whose data can't be read now, or could not be read then: it is unknown whether they hold other data.
        package var incomparable: [String] = []
    }
}
