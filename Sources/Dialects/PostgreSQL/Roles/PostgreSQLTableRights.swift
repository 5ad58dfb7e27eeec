/// The tables and functions of a program whose rights are special, as identifiers that need no quotes. Every other table's rows
/// the app role may read, add, change and delete; every other function stays as it is.
package struct PostgreSQLTableRights: Sendable, Equatable {
    /// The table whose rows the app role may read, and to which it may add rows.
    package var appendOnly: String
    /// The table whose rows the app role may read and lock.
    package var lockable: String
    /// The column of `lockable` that can hold one value only: the right to update it is the right to lock the row.
    package var lockableColumn: String
    /// The first letters of the tables whose rows the app role may only read.
    package var readOnlyPrefix: String
    /// The first letters of the functions that nobody but the owner may call.
    package var closedFunctionPrefix: String
    /// The function that takes a text apart into words, which anybody may call.
    package var wordFunction: String

    package init(
        appendOnly: String, lockable: String, lockableColumn: String, readOnlyPrefix: String,
        closedFunctionPrefix: String, wordFunction: String
    ) {
        (self.appendOnly, self.lockable, self.lockableColumn) = (appendOnly, lockable, lockableColumn)
        (self.readOnlyPrefix, self.closedFunctionPrefix) = (readOnlyPrefix, closedFunctionPrefix)
        self.wordFunction = wordFunction
    }

    /// The pattern of `LIKE` for the names that begin with a prefix, as a literal.
    static func pattern(_ prefix: String) -> String {
        SQLText.literal(prefix.replacing("_", with: "\\_") + "%")
    }
}
