/// The names that a dialect's databases can hold, and what they make of them.
package protocol TargetNames: Dialect {
    /// The largest number of bytes in a name. The database cuts longer names.
    var longestName: Int { get }

    /// Names that no column of a table can have.
    var reservedColumns: Set<String> { get }

    /// Names under which the database finds an object of its own before it finds a table, view or index.
    var reservedRelations: Set<String> { get }

    /// The prefix, in any case, that no name of a table, view or index may have; `nil` if there is none.
    var reservedPrefix: String? { get }

    /// Returns the relation that the database makes along with a column that it numbers; `nil` if it makes none.
    func counter(of column: String, in table: String) -> String?

    /// Whether `Users` and `users` are two different names.
    var distinguishesCase: Bool { get }
}
