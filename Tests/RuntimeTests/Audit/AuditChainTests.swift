import TCSettings
import TestSupport
import Testing

@testable import TCRuntime

@Suite("The chain, without a database")
struct AuditChainTests {
    /// An example of the hash that docs/audit.md defines. This hash may never change.
    @Test("a known row has a known hash")
    func known() {
        var entry = AuditEntry(
            AuditEvent(.readTranscript, by: ann, on: sessionOfBen, outcome: .allowed, reason: "é\n\"\u{1}"),
            after: AuditChain.genesis, at: .now)
        entry.at = "2026-01-02T03:04:05.000006Z"
        entry.hash = AuditChain.hash(of: entry)
        #expect(
            entry.line == #"""
                {"action":"read_transcript","at":"2026-01-02T03:04:05.000006Z","caller_session":null,"hash":"\#(entry.hash)","outcome":"allowed","owner_person":"Ben","owner_uid":1001,"person":"Ann","previous_hash":"0000000000000000000000000000000000000000000000000000000000000000","reason":"é\n\"\u0001","role":"admin","seq":1,"session_id":"s-ben","uid":1000}
                """#)
        #expect(entry.hash == "7aee58a9ce55c412b7b280f2c25378901d96495eec41b9faf2fb0371120e620e")
    }

    @Test("a chain verifies, and no change of it does", arguments: 0..<60)
    func law(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let chain = Self.chain(Int.random(in: 3...30, using: &random), &random)
        let end = try #require(chain.last?.checkpoint)
        let lines = chain.map(\.line)
        #expect(AuditExport.verify(lines, against: end) == .intact(chain.count, end))
        for _ in 0..<20 {
            let (name, changed) = Self.changed(chain, &random)
            guard changed != chain else { continue }
            let verdict = AuditExport.verify(changed.map(\.line), against: end)
            let flaw = try #require(verdict.flaw, "\(name) went unseen, seed \(seed)")
            // Every row before the reported one is unchanged.
            let right = Int(min(flaw.seq - 1, verdict.end.seq))
            #expect(Array(changed.prefix(right)) == Array(chain.prefix(right)), "\(name), seed \(seed): \(flaw)")
        }
    }

    @Test("a line that was not written so is no line of an export")
    func lines() throws {
        var random = SeededGenerator(seed: 1)
        let lines = Self.chain(3, &random).map(\.line)
        for (change, replacement) in [
            ("{", "{ "), ("{", "{\"more\":1,"), ("}", "}x"), ("\"seq\":2", "\"seq\":2.0"), ("seq", "Seq"),
        ] {
            let line = lines[1].replacing(change, with: replacement)
            let flaw = AuditExport.verify([lines[0], line, lines[2]]).flaw
            #expect(flaw?.kind == .edited && flaw?.seq == 2, "\(line)")
        }
        #expect(AuditExport.verify([] as [String]).isIntact)
    }

    @Test("a row whose number can't be one is wrong", arguments: [Int64.min, -1, 0, .max - 1, .max])
    func numbers(_ seq: Int64) throws {
        var random = SeededGenerator(seed: 2)
        let chain = Self.chain(3, &random)
        var forged = chain[1]
        (forged.seq, forged.action) = (seq, AuditAction.newChain.rawValue)
        forged.hash = AuditChain.hash(of: forged)
        let last = seq == .max - 1
        for lines in [[forged.line, chain[2].line], [chain[0].line, forged.line]] {
            let flaw = try #require(AuditExport.verify(lines).flaw)
            #expect(last || (flaw.kind == .edited && flaw.seq == seq), "\(flaw)")
        }
        // A part of a log may begin anywhere, though not with a row that has no place.
        var part = AuditExport(isPart: true)
        part.read(forged.line)
        #expect(part.verdict.isIntact == last)
        #expect(AuditCheckpoint(parsing: "\(Int64.max):\(zeros)") == nil)
    }

    @Test(
        "a checkpoint is read only as it was written",
        arguments: ["", "1", "1:", "x:\(zeros)", "-1:\(zeros)", "1:\(zeros)0", "1:\(zeros) "])
    func checkpoints(_ text: String) {
        #expect(AuditCheckpoint(parsing: text) == nil)
        #expect(AuditCheckpoint(parsing: "1:\(zeros)") == AuditCheckpoint(seq: 1, hash: zeros))
    }

    private static func chain(_ count: Int, _ random: inout SeededGenerator) -> [AuditEntry] {
        var head = AuditChain.genesis
        return (0..<count).map { _ in
            let owner = Owner(person: text(&random), uid: Bool.random(using: &random) ? nil : .random(in: 0...9))
            let session = text(&random).map { AuditedSession(id: $0, owner: owner) }
            let event = AuditEvent(
                AuditAction.allCases.filter { $0 != .newChain }.randomElement(using: &random) ?? .send,
                by: (Bool.random(using: &random) ? ann : ben).inside(text(&random)), on: session,
                outcome: AuditOutcome.allCases.randomElement(using: &random) ?? .failed, reason: text(&random))
            let entry = AuditEntry(event, after: head, at: .now)
            head = entry.checkpoint
            return entry
        }
    }

    private static func text(_ random: inout SeededGenerator) -> String? {
        [nil, "", "a", "\"", "\\\"", "null", "{\"a\":1}", "ü", "u\u{308}", "\n", "\u{0}", "👩‍👩‍👧", "a,b"].randomElement(
            using: &random) ?? nil
    }

    /// Returns the chain with one change, and the change's name.
    private static func changed(_ chain: [AuditEntry], _ random: inout SeededGenerator) -> (String, [AuditEntry]) {
        var chain = chain
        let at = Int.random(in: chain.indices, using: &random)
        let other = Int.random(in: chain.indices, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            chain.remove(at: at)
            return ("removed", chain)
        case 1:
            chain.removeLast(Int.random(in: 1...chain.count, using: &random))
            return ("truncated", chain)
        case 2:
            chain.swapAt(at, other)
            return ("swapped", chain)
        case 3:
            chain.insert(chain[at], at: other)
            return ("doubled", chain)
        case 4:
            chain[at].reason = text(&random)
            return ("reason", chain)
        case 5:
            // A text that moves from one member to another must be detected as well.
            (chain[at].person, chain[at].sessionID) = (chain[at].sessionID, chain[at].person)
            return ("members swapped", chain)
        case 6:
            chain[at].uid += 1
            chain[at].hash = AuditChain.hash(of: chain[at])
            return ("hashed anew", chain)
        default:
            (chain[at].seq, chain[other].seq) = (chain[other].seq, chain[at].seq)
            chain.swapAt(at, other)
            return ("places exchanged", chain)
        }
    }
}

private let zeros = String(repeating: "0", count: 64)
