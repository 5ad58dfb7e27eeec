/// What happens to values that are not what their column says.
public enum MismatchPolicy: String, Sendable, CaseIterable {
    /// The transfer is refused, and every such value counted and named.
    case fail
    /// The column gets a type that holds all its values.
    case widen
    /// The value becomes NULL, counted by column.
    case null
    /// The row goes into the side table `tc_quarantine`, whole, and is counted.
    case quarantine
}

/// What a column demands of a value beside what its type can hold.
public struct ColumnDemand: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Not to be NULL.
    public static let value = ColumnDemand(rawValue: 1)
    /// To be stored as bytes: text and numbers would become bytes without a word.
    public static let bytes = ColumnDemand(rawValue: 2)
}
