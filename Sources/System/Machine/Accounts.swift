/// The source of a service's user and group. `make` and `remove` complete what a run that was killed has begun.
protocol Accounts: Sendable {
    /// Returns the account; `nil` if the user or the group is missing.
    /// - Throws: `MachineError`.
    func find(_ name: String) throws(MachineError) -> ServiceAccount?
    func state(_ name: String) throws(MachineError) -> AccountState
    func obstacle(_ name: String) throws(MachineError) -> Obstacle?
    func make(_ name: String) throws(MachineError)
    func remove(_ name: String) throws(MachineError)
}
