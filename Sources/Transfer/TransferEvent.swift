import Dialects

/// An event of a transfer. Several streams send them, each in its own order.
public enum TransferEvent: Sendable {
    /// What a transfer does, one after the other.
    public enum Phase: String, Sendable, CaseIterable {
        /// Reads values, to choose types.
        case surveying
        /// Rows go from the source into the target.
        case loading
        /// Makes keys, indexes, checks, foreign keys and views.
        case building
        /// Gathers the target's statistics, for its planner.
        case analyzing
        /// Reads the target back and compares digests.
        case verifying
    }

    /// The next phase begins.
    case phase(Phase)
    /// The transfer begins again, for this reason. Earlier events no longer count.
    case startedAgain(String)
    /// This many further rows were surveyed.
    case surveyed(table: String, rows: Int)
    /// This many rows were counted, in a table that needs no survey.
    case counted(table: String, rows: Int)
    /// A sample of this table was surveyed. The other values are while it is loaded.
    case sampled(table: String)
    /// The plan is made; nothing was written yet.
    case planned(TransferPlan)
    /// This many rows are there from an interrupted run.
    case resumed(PlannedTable, rows: Int)
    /// This many further rows were written.
    case loaded(PlannedTable, rows: Int)
    /// This many keys, indexes, checks and views are to be built.
    case building(steps: Int)
    /// A key, index, check or view of this name is made.
    case built(table: String, name: String)
    /// This many further rows were read back.
    case verified(PlannedTable, rows: Int)
}
