import TCPOSIX
import TCTerminal
import Transfer

/// The refusal of a dry run that has written a file of rules before: its remedy names that file, and asks for no second one.
struct RefusedAfterRules: Error {
    let cause: any Error
    /// The file that was written.
    let file: String
    /// The rules in it.
    let rules: [ProposedRule]

    /// Returns the remedy; `nil` where no rule can help. Even if none was proposed, the user may know of one. `passed` are the tables and
    /// columns in the run's options.
    func remedy(beside passed: NamedInOptions) -> String? {
        switch cause {
        case SchemaTransferError.unitless(let names):
            return hasRule(forOneOf: names) ? written : SchemaTransferError.unit
        case SchemaTransferError.several(let reasons):
            return reasons.map { reason in
                let refused = RefusedAfterRules(cause: reason, file: file, rules: rules)
                return refused.remedy(beside: passed) ?? reason.remedy(beside: passed)
            }.joined(separator: "; and ")
        case TransferError.incompatibleValues(let found) where found.contains(where: \.isGiven):
            let isAnswered = hasRule(forOneOf: found.map { "\($0.table).\($0.column)" })
            return (isAnswered ? "\(written); or " : "no rule was proposed: ") + TransferError.withoutRule(found)
        default: return nil
        }
    }

    /// Whether the file proposes a rule for one of these columns (`table.column`). Those for others change nothing about the refusal.
    private func hasRule(forOneOf columns: [String]) -> Bool {
        rules.contains { columns.contains("\($0.table).\($0.column)") }
    }

    private var written: String {
        let isUndecided = rules.contains { $0.standing == .undecided }
        let choice = isUndecided ? "choose among the units that it offers in comments" : "check it"
        return "\(file) was written, and proposes rules: \(choice), and pass it with --rules \(file.shellWord)"
    }
}
