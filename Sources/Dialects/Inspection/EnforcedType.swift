/// The type of a column's values, in a database that lets no other values in.
package struct EnforcedType: Sendable, Equatable {
    package var type: ColumnType
    /// Why the column's type differs from the declared one, as a predicate such as "is an enumeration"; `nil` if both are the
    /// same.
    package var reason: String?
    /// The type by which the source's expressions compute with the column, where `type` is only the text in which others keep its
    /// values; `nil` if it is `type`.
    package var meaning: ColumnType?
    /// The values that an enumeration allows; empty for any other type.
    package var labels: [String]
    /// Whether the column's texts compare without regard to case.
    package var isCaseless = false
    /// The values that other databases have no equivalent for. Those that a transfer changes most come first.
    package var specials: [Specials]

    package struct Specials: Sendable, Equatable {
        /// A condition, in the database's SQL, that is true for these values.
        package var condition: String
        /// What these values are, as a predicate: "are NaN".
        package var words: String
        /// The type that holds these values in other databases; `nil` if it is the same type.
        package var instead: ColumnType?
    }

    package init(_ type: ColumnType, reason: String? = nil, labels: [String] = [], specials: [Specials] = []) {
        self.type = type
        self.reason = reason
        self.labels = labels
        self.specials = specials
    }
}
