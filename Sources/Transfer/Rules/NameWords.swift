import Dialects

/// The words of a column's name. `createdAt` and `created_at` have the same words.
struct NameWords {
    private let words: [Substring]
    private let name: String

    init(_ name: String) {
        let spaced = name.unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.properties.isUppercase, let last = text.unicodeScalars.last, last.properties.isLowercase {
                text += " "
            }
            text.unicodeScalars.append(scalar)
        }
        self.name = name.lowercased()
        words = spaced.lowercased().split { !$0.isLetter }
    }

    /// `created_by` names a person, and `date_id` a row.
    var speakOfTime: Bool {
        guard let last = words.last, !["by", "id", "ids", "uid", "zone", "user", "key", "ref"].contains(last) else {
            return false
        }
        return speak(
            of: [
                "at", "on", "date", "time", "timestamp", "datetime", "created", "updated", "modified", "changed",
                "deleted", "expires", "expiry", "epoch", "ts", "when", "since", "until", "start", "end", "started",
                "ended", "mtime", "ctime", "atime",
            ], endings: ["date", "time", "timestamp", "stamp"])
    }

    /// `last_login` and `created_at` name a moment, and no span of time.
    var speakOfMoments: Bool {
        guard let last = words.last else { return false }
        let known: Set<Substring> = [
            "at", "on", "date", "datetime", "timestamp", "login", "seen", "created", "updated", "modified", "changed",
            "deleted", "expires", "expiry", "when", "since", "until",
        ]
        return known.contains(last) || ["date", "stamp", "login"].contains(where: name.hasSuffix)
    }

    /// Money is what the name ends with: `cost_factor` is none, nor what `total_seconds` and `amount_ml` count.
    var speakOfMoney: Bool {
        let nouns: Set<Substring> = [
            "price", "amount", "total", "subtotal", "cost", "fee", "balance", "salary", "tax", "money", "payment",
            "revenue", "discount", "freight",
        ]
        guard let last = words.last else { return false }
        return nouns.contains(last) || ["price", "amount", "total", "cost"].contains { last.hasSuffix($0) }
    }

    /// `content_length` counts bytes, `view_time` may be a moment, and `duration_ms` says what it counts.
    var speakOfSpans: Bool {
        guard let last = words.last, !["age", "at", "count", "id", "length", "size", "time", "ttl"].contains(last),
            SpanRule(namedIn: name) ?? .microseconds == .microseconds
        else { return false }
        return speak(
            of: [
                "duration", "dur", "elapsed", "interval", "took", "spent", "estimate", "estimated", "timeout", "delay",
                "period", "runtime", "latency", "uptime",
            ], endings: ["duration", "interval", "spent"])
    }

    var speakOfAddresses: Bool {
        speak(
            of: ["ip", "ips", "ipv", "addr", "address", "host", "remote", "inet", "client"],
            endings: ["ip", "addr", "address"])
    }

    private func speak(of known: Set<Substring>, endings: [String]) -> Bool {
        !known.isDisjoint(with: words) || endings.contains(where: name.hasSuffix)
    }
}
