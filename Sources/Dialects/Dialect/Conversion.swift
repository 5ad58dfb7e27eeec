/// The conversion of a column's values into another type.
public struct Conversion: Sendable, Equatable {
    /// The expression that computes the new value from the column.
    public var expression: String
    /// A condition that is true for each value that would be lost or changed; `nil` when every value fits.
    public var incompatibility: String?
    /// A condition that SQL can't express without raising an error. The values are read and judged one by one instead.
    public var form: TextForm?
    /// Whether converting back gives the old value. The text `007` becomes the number 7, which becomes the text `7`.
    public var isReversible = true

    package init(_ expression: String, incompatibility: String? = nil) {
        self.expression = expression
        self.incompatibility = incompatibility
    }
}
