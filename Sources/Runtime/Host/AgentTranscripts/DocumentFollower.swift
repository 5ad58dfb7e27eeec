import Dialects
import TCSettings

/// Which messages of a document that is written anew with each of them have been seen.
struct DocumentFollower: Codable, Equatable {
    /// Digests of messages, by their ids; of one without, by its place.
    private var seen: [String: String] = [:]

    /// The longest document that is looked at.
    static let longest = 64 << 20

    /// Messages that are new or have changed, each as a line. None while the document is torn.
    mutating func read(_ file: borrowing OwnedFile) -> [FollowedLine] {
        guard file.stamp.size <= Self.longest else { return [] }
        return read(String(decoding: file.read(at: 0, count: Int(file.stamp.size)), as: UTF8.self)).map { .whole($0) }
    }

    mutating func read(_ document: String) -> [String] {
        guard let messages = JSON(parsing: document)?["messages"]?.items else { return [] }
        var lines: [String] = []
        for (place, message) in messages.enumerated() {
            let line = message.canonical()
            let digest = SHA256.hexadecimal(of: line.utf8)
            if seen.updateValue(digest, forKey: message["id"]?.text ?? "#\(place)") != digest { lines.append(line) }
        }
        return lines
    }
}
