import Dialects
import Synchronization
import TCSettings

/// The adapters, and the people that the settings know by identities on platforms. It holds digests of tokens, and no token.
struct AdapterDirectory: Sendable {
    private struct Entry: Sendable {
        var adapter: Adapter
        /// The token's digest; `nil` if the secrets hold no token, so that nobody can call as this adapter.
        var digest: [UInt8]?
    }

    private let entries: [Entry]
    private let people: [PlatformIdentity: String]

    /// Makes the directory. SHA-256 has to be available; a daemon has loaded it before.
    init(_ settings: Settings) {
        entries = settings.adapters.map { adapter in
            Entry(adapter: adapter, digest: settings.secrets[adapter.tokenName].map(Self.digest))
        }
        let pairs = settings.people.flatMap { person in person.identities.map { ($0, person.name) } }
        people = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// Returns the adapter that has this token; `nil` if no adapter has it. Each digest is compared to its last byte whatever
    /// the result so far, so that the time taken reveals nothing about any token.
    func adapter(of token: String) -> Adapter? {
        let digest = Self.digest(token)
        var found: Adapter?
        for entry in entries where Self.areEqual(entry.digest, digest) { found = entry.adapter }
        return found
    }

    /// Returns the name of the person who has this identity; `nil` if nobody has it.
    func person(_ identity: PlatformIdentity) -> String? { people[identity] }

    /// Sentences about adapters that can't call because the secrets lack their tokens.
    var remarks: [String] {
        entries.filter { $0.digest == nil }.map {
            "adapters.\($0.adapter.name) has no token in the secrets, so nobody can call as it"
        }
    }

    private static func digest(_ token: String) -> [UInt8] { Array(SHA256.hexadecimal(of: token.utf8).utf8) }

    private static func areEqual(_ one: [UInt8]?, _ other: [UInt8]) -> Bool {
        guard let one, one.count == other.count else { return false }
        return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// The directory that is in force. SIGHUP replaces it: tokens that the new directory does not have are refused from then on.
final class AdapterBox: Sendable {
    private let directory: Mutex<AdapterDirectory>

    init(_ directory: AdapterDirectory) { self.directory = Mutex(directory) }

    var current: AdapterDirectory { directory.withLock { $0 } }

    func replace(by fresh: AdapterDirectory) { directory.withLock { $0 = fresh } }
}
