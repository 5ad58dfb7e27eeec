import Dialects

/// The rule by which rows become a chain (docs/audit.md, "The chain"): each row holds the hash of the row before it, and a hash
/// of that hash and of all its own values.
package enum AuditChain {
    /// The checkpoint that precedes the first row.
    package static let genesis = AuditCheckpoint(seq: 0, hash: String(repeating: "0", count: 64))

    /// The numbers of rows. They end before the largest one, so that every row has a next number.
    static let numbers: Range<Int64> = 1..<Int64.max

    /// Returns the SHA-256, in hexadecimal, of the previous hash's 64 digits and the row as canonical JSON without its two
    /// hashes.
    package static func hash(of entry: AuditEntry) -> String {
        SHA256.hexadecimal(of: Array(entry.previousHash.utf8) + JSON.object(entry.hashedMembers).canonicalBytes())
    }
}

/// A place in the chain. A checkpoint that is kept elsewhere can prove later that everything up to it is unchanged.
package struct AuditCheckpoint: Sendable, Hashable, Codable {
    package var seq: Int64
    package var hash: String

    package init(seq: Int64, hash: String) {
        self.seq = seq
        self.hash = hash
    }

    /// Reads the form that `description` writes, such as `42:9f86d0…`; `nil` for any other text.
    package init?(parsing text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let seq = Int64(parts[0]), seq >= 0, seq < .max, String(seq) == parts[0],
            parts[1].utf8.count == 64,
            parts[1].utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        else { return nil }
        self.init(seq: seq, hash: String(parts[1]))
    }
}

extension AuditCheckpoint: CustomStringConvertible {
    package var description: String { "\(seq):\(hash)" }
}

extension AuditEntry {
    package var checkpoint: AuditCheckpoint { AuditCheckpoint(seq: seq, hash: hash) }

    /// The row as one line of an export.
    package var line: String { String(decoding: lineBytes, as: UTF8.self) }

    /// The bytes of `line`.
    var lineBytes: [UInt8] { JSON.object(members).canonicalBytes() }

    /// The members of the row that are hashed.
    fileprivate var hashedMembers: [(key: String, value: JSON)] {
        members.filter { $0.key != "hash" && $0.key != "previous_hash" }
    }

    /// The members of the row, in the order of their names, which saves sorting those of a million rows.
    private var members: [(key: String, value: JSON)] {
        [
            ("action", .string(action)), ("at", .string(at)), ("caller_session", Self.json(callerSession)),
            ("hash", .string(hash)), ("outcome", .string(outcome)), ("owner_person", Self.json(ownerPerson)),
            ("owner_uid", ownerUID.map(JSON.integer) ?? .null), ("person", Self.json(person)),
            ("previous_hash", .string(previousHash)), ("reason", Self.json(reason)), ("role", .string(role)),
            ("seq", .integer(seq)), ("session_id", Self.json(sessionID)), ("uid", .integer(uid)),
        ]
    }

    private static func json(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
}
