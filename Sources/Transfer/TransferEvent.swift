import Dialects

/// An event of a transfer. Several streams send events, each in its own order.
public enum TransferEvent: Sendable {
    /// The phases of a transfer, in order.
    public enum Phase: String, Sendable, CaseIterable {
        /// Values are read to choose types.
        case surveying
        /// Rows are copied from the source into the target.
        case loading
        /// Keys, indexes, checks, foreign keys and views are built.
        case building
        /// The target gathers statistics for its query planner.
        case analyzing
        /// The target is read back, and digests are compared.
        case verifying
    }

    /// The next phase begins.
    case phase(Phase)
    /// The server takes connections for no more than this many streams, of those that were wanted.
    case fewerStreams(Int, of: Int)
    /// The transfer begins again, for this reason. Earlier events no longer count.
    case startedAgain(String)
    /// This many further rows were surveyed.
    case surveyed(table: String, rows: Int)
    /// This many rows were counted, in a table that needs no survey.
    case counted(table: String, rows: Int)
    /// A sample of this table was surveyed. Its other values are surveyed while it is loaded.
    case sampled(table: String)
    /// The plan is made; nothing has been written yet.
    case planned(TransferPlan)
    /// This many rows were loaded by an interrupted run.
    case resumed(PlannedTable, rows: Int)
    /// This many further rows were written.
    case loaded(PlannedTable, rows: Int)
    /// This many keys, indexes, checks and views are to be built.
    case building(steps: Int)
    /// A key, index, check or view with this name was built.
    case built(table: String, name: String)
    /// This many further rows were read back.
    case verified(PlannedTable, rows: Int)
}
