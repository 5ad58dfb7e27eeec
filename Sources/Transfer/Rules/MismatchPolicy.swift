/// What is done with values that do not fit their column's type.
public enum MismatchPolicy: String, Sendable, CaseIterable {
    /// The transfer is refused, and all such values are counted and named.
    case fail
    /// The column gets a type that holds all its values.
    case widen
    /// The value becomes NULL. Such values are counted by column.
    case null
    /// The whole row goes into the side table `tc_quarantine`, and is counted.
    case quarantine
}

/// What a column demands of a value beside what its type can hold.
package struct ColumnDemand: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Not to be NULL.
    package static let value = ColumnDemand(rawValue: 1)
    /// To be stored as bytes: text and numbers would become bytes without a word.
    package static let bytes = ColumnDemand(rawValue: 2)
}
