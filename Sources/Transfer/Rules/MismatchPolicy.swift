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
package struct ColumnDemand: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The value must not be NULL.
    package static let value = ColumnDemand(rawValue: 1)
    /// The value must be stored as bytes: text and numbers would become bytes unnoticed.
    package static let bytes = ColumnDemand(rawValue: 2)
}
