import Dialects

/// What happens during a transfer. Several streams tell it, each in its own order.
public enum TransferEvent: Sendable {
    /// What a transfer does, one after the other.
    public enum Phase: String, Sendable, CaseIterable {
        /// Values are looked at, to choose the types.
        case surveying
        case loading
        /// Keys, indexes, checks, foreign keys, views.
        case building
        /// The target's own statistics, for its planner.
        case analyzing
        /// The digest of what the target gives back.
        case verifying
    }

    case phase(Phase)
    /// Everything before is worth nothing, and is done once more. Why, as a sentence.
    case startedAgain(String)
    /// So many further rows were looked at.
    case surveyed(table: String, rows: Int)
    /// So many rows were counted, of a table whose types need nothing else to be known.
    case counted(table: String, rows: Int)
    /// Only some values of this table were looked at: the others are while it is loaded.
    case sampled(table: String)
    case planned(TransferPlan)
    /// So many rows are there from an interrupted run.
    case resumed(PlannedTable, rows: Int)
    /// So many further rows were handed over.
    case loaded(PlannedTable, rows: Int)
    /// How many things are to be built.
    case building(steps: Int)
    case built(table: String, name: String)
    /// So many further rows were read back.
    case verified(PlannedTable, rows: Int)
}
