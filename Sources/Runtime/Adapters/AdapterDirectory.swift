import Dialects
import Synchronization
import TCSettings

/// Which adapters there are, and whom the settings know by which identity. It holds digests of tokens, and no token.
struct AdapterDirectory: Sendable {
    private struct Entry: Sendable {
        var adapter: Adapter
        /// `nil` where the secrets have no token: nobody can be this adapter.
        var digest: [UInt8]?
    }

    private let entries: [Entry]
    private let people: [PlatformIdentity: String]

    /// Where SHA-256 can be had: a daemon has loaded it before.
    init(_ settings: Settings) {
        entries = settings.adapters.map { adapter in
            Entry(adapter: adapter, digest: settings.secrets[adapter.tokenName].map(Self.digest))
        }
        let pairs = settings.people.flatMap { person in person.identities.map { ($0, person.name) } }
        people = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// The adapter whose token this is; `nil` when it is nobody's. Each digest is compared to its last byte, whatever came out before, so
    /// that the time it takes tells nothing of any token.
    func adapter(of token: String) -> Adapter? {
        let digest = Self.digest(token)
        var found: Adapter?
        for entry in entries where Self.areEqual(entry.digest, digest) { found = entry.adapter }
        return found
    }

    /// The name of the person who has it.
    func person(_ identity: PlatformIdentity) -> String? { people[identity] }

    /// What the settings say of adapters that can't call, as sentences for people.
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

/// The directory that is in force. SIGHUP puts another in its place: a token that is not in it is refused from then on.
final class AdapterBox: Sendable {
    private let directory: Mutex<AdapterDirectory>

    init(_ directory: AdapterDirectory) { self.directory = Mutex(directory) }

    var current: AdapterDirectory { directory.withLock { $0 } }

    func replace(by fresh: AdapterDirectory) { directory.withLock { $0 = fresh } }
}
