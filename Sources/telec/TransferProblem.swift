import MigrateCommand
import TCTerminal
import Transfer

extension Problem {
    /// Returns the problem behind an error of a migration or a transfer that a command of telec makes, which has none of the options of
    /// `tc-migrate transfer`.
    static func ofTransfer(_ error: any Error) -> Problem {
        var problem = Problem.explaining(error)
        if case .filled? = error as? SchemaTransferError { problem.remedy = "name an empty database" }
        return problem
    }
}
