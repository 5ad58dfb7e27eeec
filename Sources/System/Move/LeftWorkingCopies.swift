extension Installation {
    /// Removes the working copies of a move that was killed: they hold people's data. That of a move that goes on is locked, and stays.
    ///
    /// - Parameter account: The user under whom moves fill their database; `nil` if that is root.
    func removeWorkingCopies(madeBy account: UInt32?) throws(MachineError) {
        for folder in [layout.folders.state] + (root.isMachine ? ["/tmp"] : []) {
            guard case .folder(let names) = try root.look(folder, .names).kind else { continue }
            for name in names where name.hasPrefix("teleclaude-import-") {
                let path = "\(folder)/\(name)"
                let owner = try root.look(path).uid
                if owner == 0 || owner == account { try root.removeAbandonedTree(path) }
            }
        }
    }
}
