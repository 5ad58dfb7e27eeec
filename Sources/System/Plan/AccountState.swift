/// How much there is of an account, which has several parts: a run that was killed may have made, or removed, only some of them.
package enum AccountState: Sendable, Equatable {
    case missing, partial, complete

    /// Returns the state of an account by whether each of its parts is there.
    package init(parts: [Bool]) {
        self = parts.allSatisfy { $0 } ? .complete : parts.contains(true) ? .partial : .missing
    }
}

extension FoundMachine {
    /// Whether the account is to be made, or to be completed. Only an account that an installation has made is completed: what others'
    /// lack is their affair.
    var lacksAccount: Bool { account == nil || record.hasMadeAccount && accountState == .partial }
}
