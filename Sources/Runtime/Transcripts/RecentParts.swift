/// The last parts of messages that were shown, by hashes: a limited number, however long the conversation is.
struct RecentParts {
    /// The largest number of parts that are known, more than a message has.
    static let most = 4_096

    private var hashes: Set<Int> = []
    /// The same hashes in the order of their arrival. Once there are `most`, the oldest is at `oldest`.
    private var order: [Int] = []
    private var oldest = 0

    func contains(_ part: AgentMessage.Part, of message: String) -> Bool {
        hashes.contains(Self.hash(part, of: message))
    }

    mutating func insert(_ part: AgentMessage.Part, of message: String) {
        let hash = Self.hash(part, of: message)
        guard hashes.insert(hash).inserted else { return }
        guard order.count == Self.most else { return order.append(hash) }
        hashes.remove(order[oldest])
        order[oldest] = hash
        oldest = (oldest + 1) % Self.most
    }

    /// The hash has a secret seed, so that nobody can write a part that passes for another one.
    private static func hash(_ part: AgentMessage.Part, of message: String) -> Int {
        var hasher = Hasher()
        hasher.combine(message)
        hasher.combine(part)
        return hasher.finalize()
    }
}
