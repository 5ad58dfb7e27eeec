import FoundationEssentials

extension TransferOptions {
    /// What decides what a transfer does, by the option that says it; empty where it says nothing. A run that goes on must say the
    /// same.
    var recorded: [(option: String, value: String)] {
        [
            ("--tables", (tables ?? []).joined(separator: ",")), ("--exclude", exclude.joined(separator: ",")),
            ("--verify", verification.rawValue), ("--on-mismatch", rules.onMismatch?.rawValue ?? ""),
            ("--lowercase-names", rules.lowercaseNames ? "true" : ""),
            ("--nocase", rules.nocase == .text ? "" : rules.nocase?.rawValue ?? ""), ("--rules", rules.recorded),
            ("--chunk-mb", "\(chunkBytes >> 20)"),
        ]
    }

    /// What was said otherwise when `plan` was recorded, as sentences; nothing where an earlier version did not record it.
    func differences(from plan: String) -> [String] {
        guard let then = (try? JSONDecoder().decode(Then.self, from: Data(plan.utf8)))?.options else { return [] }
        return recorded.compactMap { option, now in
            let then = then[option] ?? ""
            guard now != then else { return nil }
            if option == "--rules" && !now.isEmpty && !then.isEmpty { return "\(option) says something else" }
            return switch (now.isEmpty, then.isEmpty) {
            case (false, true): "\(option) was not given then"
            case (true, _): "\(option) was given then\(option == "--rules" ? "" : ": \(then)")"
            case (false, false): "\(option) was \(then), and is \(now) now"
            }
        }
    }

    private struct Then: Decodable {
        var options: [String: String]?
    }
}

extension TransferRules {
    /// What the rules for tables say, wherever in their file they say it.
    fileprivate var recorded: String {
        tables.map { table in
            var table = table
            table.line = 0
            for at in table.columns.indices { table.columns[at].line = 0 }
            return "\(table)"
        }.sorted().joined(separator: "\n")
    }
}
