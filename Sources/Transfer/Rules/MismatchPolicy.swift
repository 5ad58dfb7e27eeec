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

/// The demands of a column on its values, beyond what its type can hold.
package struct ColumnDemand: Equatable, Sendable {
    /// Whether the value must not be NULL.
    package var isRequired = false
    /// Whether the value must be stored as bytes: text and numbers would become bytes unnoticed.
    package var isBytes = false
    /// The only texts that the column takes, as an enumeration does; empty if it takes any.
    package var labels: [String] = []

    package init(isRequired: Bool = false, isBytes: Bool = false, labels: [String] = []) {
        self.isRequired = isRequired
        self.isBytes = isBytes
        self.labels = labels
    }

    /// Whether nothing is demanded.
    package var isEmpty: Bool { self == ColumnDemand() }
}
