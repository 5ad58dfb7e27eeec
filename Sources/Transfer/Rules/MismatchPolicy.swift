/// The policy for values that do not fit their column's type.
public enum MismatchPolicy: String, Sendable, CaseIterable {
    /// The transfer is refused, and all such values are counted and named.
    case fail
    /// The column gets a type that holds all its values.
    case widen
    /// The value becomes NULL. Such values are counted by column.
    case null
    /// The whole row goes into the table `tc_quarantine`, and is counted.
    case quarantine
}
