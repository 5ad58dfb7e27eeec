import TCPOSIX

/// The frames of a -wal that SQLite passes over in silence although somebody committed them
/// (https://www.sqlite.org/walformat.html, "The WAL File Format").
package enum SQLiteWALDamage: Equatable, CustomStringConvertible, Sendable {
    /// The file's header is not one, so that no frame of the file counts.
    case header
    /// A frame is damaged, so that its transaction doesn't count, and neither does any frame behind it.
    case frames(ignored: Int, of: Int)

    package var description: String {
        switch self {
        case .header: "SQLite ignores all of its -wal, whose header is damaged"
        case .frames(let ignored, let all):
            "SQLite ignores \(ignored) of \(all) frames of its -wal: a damaged one's transaction, and all behind it"
        }
    }

    /// Reads a -wal; returns `nil` if it is whole, has no frames, or can't be read.
    package init?(ofWALAt path: String) {
        guard let damage = try? Self.found(inWALAt: path) else { return nil }
        self = damage
    }

    private static func found(inWALAt path: String) throws(SystemError) -> SQLiteWALDamage? {
        guard let wal = SQLiteDescriptor(reading: path) else { return nil }
        let header = try wal.bytes(SQLiteWALWalk.headerSize, at: 0)
        guard header.count == SQLiteWALWalk.headerSize else { return nil }
        guard let walk = try SQLiteWALWalk(wal, isToPassDamage: true) else { return .header }
        return walk.damage
    }
}
