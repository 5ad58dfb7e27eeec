import Dialects
import TCSettings

/// The messages that were already seen in a document that is written anew with each message.
struct DocumentFollower: Codable, Equatable {
    /// The digests of the messages by their ids. A message without an id has its place in the document as the key.
    private var seen: [String: String] = [:]

    /// The size in bytes of the longest document that is read.
    static let longest = 64 << 20

    /// Returns the messages that are new or have changed, each as a line; `nil` if the document can't be read, which is also so while
    /// it is being written.
    mutating func read(_ file: borrowing OwnedFile) -> [FollowedLine]? {
        guard file.stamp.size <= Self.longest else { return nil }
        return read(String(decoding: file.read(at: 0, count: Int(file.stamp.size)), as: UTF8.self))?.map { .whole($0) }
    }

    mutating func read(_ document: String) -> [String]? {
        guard let document = JSON(ofAgent: document) else { return nil }
        var lines: [String] = []
        for (place, message) in (document["messages"]?.items ?? []).enumerated() {
            let line = message.canonical()
            let digest = SHA256.hexadecimal(of: line.utf8)
            if seen.updateValue(digest, forKey: message["id"]?.text ?? "#\(place)") != digest { lines.append(line) }
        }
        return lines
    }
}
