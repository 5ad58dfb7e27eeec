import Transfer

extension RecordedOption {
    /// The flag that gives the option to these commands.
    fileprivate var flag: String {
        switch self {
        case .tables: "--tables"
        case .exclude: "--exclude"
        case .verification: "--verify"
        case .onMismatch: "--on-mismatch"
        case .lowercaseNames: "--lowercase-names"
        case .nocase: "--nocase"
        case .rules: "--rules"
        case .chunkSize: "--chunk-mb"
        }
    }
}

extension TransferError {
    /// The description, in which options are called by their flags.
    var message: String {
        guard case .planChanged(let record, let changes) = self else { return "\(self)" }
        return Self.otherPlan(record, changes.map { change in change.words { $0.flag } })
    }
}
