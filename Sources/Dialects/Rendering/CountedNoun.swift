extension BinaryInteger {
    /// Returns the number with its noun, for messages: `1 row`, `2 rows`.
    package func counted(_ one: String, _ many: String) -> String { self == 1 ? "1 \(one)" : "\(self) \(many)" }
}
