import FoundationEssentials

extension TransferOptions {
    /// The settings that determine what a transfer does, each with its option; a value is empty if the option does not change
    /// anything. A resumed run must have the same settings.
    var recorded: [(option: String, value: String)] {
        [
            ("--tables", (tables ?? []).joined(separator: ",")), ("--exclude", exclude.joined(separator: ",")),
            ("--verify", verification.rawValue), ("--on-mismatch", rules.onMismatch?.rawValue ?? ""),
            ("--lowercase-names", rules.lowercaseNames ? "true" : ""),
            ("--nocase", rules.nocase == .text ? "" : rules.nocase?.rawValue ?? ""), ("--rules", rules.recorded),
            ("--chunk-mb", "\(chunkBytes >> 20)"),
        ]
    }

    /// Returns the differences from the options with which `plan` was recorded, as sentences. A plan of another version of the
    /// program gives one sentence.
    func differences(from plan: String) -> [String] {
        guard let recorded = try? JSONDecoder().decode(Recorded.self, from: Data(plan.utf8)),
            recorded.version == TransferPlan.recordedVersion, let then = recorded.options
        else { return ["another version of this program recorded its plan"] }
        return self.recorded.compactMap { option, now in
            let then = then[option] ?? ""
            guard now != then else { return nil }
            if option == "--rules" && !now.isEmpty && !then.isEmpty { return "\(option) has other contents" }
            return switch (now.isEmpty, then.isEmpty) {
            case (false, true): "\(option) was not given before"
            case (true, _): "\(option) was given before\(option == "--rules" ? "" : ": \(then)")"
            case (false, false): "\(option) was \(then) and is now \(now)"
            }
        }
    }

    private struct Recorded: Decodable {
        var version: Int64
        var options: [String: String]?
    }
}

extension TransferRules {
    /// The content of the rules for tables, independent of their lines and order in the file.
    fileprivate var recorded: String {
        tables.map { table in
            var table = table
            table.line = 0
            for at in table.columns.indices { table.columns[at].line = 0 }
            return "\(table)"
        }.sorted().joined(separator: "\n")
    }
}
