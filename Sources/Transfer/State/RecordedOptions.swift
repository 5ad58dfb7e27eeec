import FoundationEssentials

extension TransferOptions {
    /// The settings that determine what a transfer does; a value is empty if the option does not change anything. Options that mean the same
    /// have one value, however they were written.
    var recorded: [(option: RecordedOption, value: String)] {
        [
            (.tables, Self.recorded(tables ?? [])), (.exclude, Self.recorded(exclude)),
            (.verification, verification.rawValue),
            (.onMismatch, rules.onMismatch == .widen ? "" : rules.onMismatch?.rawValue ?? ""),
            (.lowercaseNames, rules.lowercaseNames ? "true" : ""),
            (.nocase, rules.nocase == .text ? "" : rules.nocase?.rawValue ?? ""), (.rules, rules.recorded),
            (.chunkSize, "\(chunkBytes >> 20)"),
        ]
    }

    private static func recorded(_ names: [String]) -> String { Set(names).sorted().joined(separator: ",") }

    /// Returns the differences from the options with which `plan` was recorded. A plan of another version of the program gives
    /// one difference.
    func changes(since plan: String) -> [PlanChange] {
        guard let recorded = Recorded(plan), recorded.version == TransferPlan.recordedVersion,
            let then = recorded.options
        else { return [.otherVersion] }
        return changes(since: then)
    }

    /// Returns those differences that change what a complete transfer came to. Since it is not gone on with, its plan may be of another
    /// version of the program; only its rules are not compared then, because that version may have put the same rules in other words. A plan
    /// without options gives no difference.
    func changesOfResult(since plan: String) -> [PlanChange] {
        guard let recorded = Recorded(plan), let then = recorded.options else { return [] }
        return changes(since: then).filter { change in
            switch change {
            case .added(.chunkSize), .changed(.chunkSize, _, _): false
            case .changed(.rules, _, _): recorded.version == TransferPlan.recordedVersion
            case .otherVersion, .added, .removed, .changed: true
            }
        }
    }

    private func changes(since then: [String: String]) -> [PlanChange] {
        recorded.compactMap { option, now in
            let was = then[option.rawValue] ?? ""
            guard now != was else { return nil }
            if was.isEmpty { return .added(option) }
            return now.isEmpty ? .removed(option, was: was) : .changed(option, was: was, now: now)
        }
    }

    private struct Recorded: Decodable {
        var version: Int64
        var options: [String: String]?

        /// Reads a recorded plan; `nil` if its text can't be read.
        init?(_ plan: String) {
            guard let found = try? JSONDecoder().decode(Self.self, from: Data(plan.utf8)) else { return nil }
            self = found
        }
    }
}
