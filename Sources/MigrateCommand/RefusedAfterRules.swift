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

    /// The remedy; `nil` where rules are none. That none was proposed says nothing of those that somebody may know.
    var remedy: String? {
        switch cause {
        case SchemaTransferError.unitless(_): return rules.isEmpty ? SchemaTransferError.unit : written
        case TransferError.incompatibleValues(let found) where found.contains(where: \.isGiven):
            return (rules.isEmpty ? "no rule was proposed: " : "\(written); or ") + TransferError.withoutRule(found)
        default: return nil
        }
    }

    private var written: String {
        let isUndecided = rules.contains { $0.standing == .undecided }
        let choice = isUndecided ? "choose among the units that it offers in comments" : "check it"
        return "\(file) was written, and proposes rules: \(choice), and pass it with --rules \(file.shellWord)"
    }
}
