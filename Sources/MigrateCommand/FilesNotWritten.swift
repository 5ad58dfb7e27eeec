import TCTerminal

/// Files, or standard output, that could not be written at the end of a dry run or a transfer. The transfer is complete nevertheless if it
/// was verified.
struct FilesNotWritten: Error {
    let failures: [TextFile.Failure]
    /// Whether the transfer is complete; no other run can write its files then.
    let isTransferred: Bool
    /// Whether the target's tables were there before.
    var intoExisting = false

    var message: String {
        let files = failures.map(\.message)
        return (isTransferred ? files + ["the transfer itself is complete"] : files).joined(separator: "; ")
    }

    var remedy: String {
        if isTransferred {
            let target = intoExisting ? "the tables as they were" : "another empty target"
            return "compare the two databases with verify; a transfer into \(target) writes the files"
        }
        return failures.first?.remedy ?? ""
    }
}
