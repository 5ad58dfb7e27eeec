/// A dialect's own conversions from one type to another. `Dialect.conversion(of:from:to:)` chooses among them.
protocol TypeConversions: Dialect {
    func fromText(_ column: String, _ old: ColumnType, to new: ColumnType) -> Conversion?
    func toText(_ column: String, _ old: ColumnType, to new: ColumnType) -> Conversion?
    func betweenNumbers(_ column: String, from old: ColumnType, to new: ColumnType) -> Conversion?
    func betweenTimes(_ column: String, from old: ColumnType, to new: ColumnType) -> Conversion?

    /// Whether JSON keeps its text, with its blanks and the order of its members, and SQL can find text that is not JSON without
    /// an error.
    var keepsJSONAsText: Bool { get }
}

extension TypeConversions {
    func chosenConversion(
        of column: String, from old: ColumnType, to new: ColumnType
    ) throws(LoweringError) -> Conversion {
        if old == new { return Conversion(column) }
        if old.isNative || new.isNative { return try conversionOfNative(column, from: old, to: new) }
        let found =
            betweenDocuments(column, from: old, to: new) ?? fromText(column, old, to: new) ?? toText(
                column, old, to: new) ?? betweenNumbers(column, from: old, to: new)
            ?? betweenTimes(column, from: old, to: new)
        guard var found else {
            throw LoweringError(
                column, "converting \(old) to \(new) needs an expression",
                remedy: "give one: .type(…, using: native(sqlite: …, postgresql: …))",
                undoRemedy:
                    "give one: .type(…, undo: native(sqlite: …, postgresql: …)), and record the edited migration with "
                    + "repair")
        }
        let isText = old.isText || old == .jsonText
        let rewritesJSON = isText && new == .json && !keepsJSONAsText
        found.isReversible = !(old.isText && new.isSpelledInOneWay) && !rewritesJSON
        // Text that jsonText takes may still be invalid for jsonb: it holds a number too large for jsonb, or the escape of a
        // NUL.
        let needsForm = rewritesJSON || (old.isText && new == .jsonText && !keepsJSONAsText)
        found.form = needsForm ? .json : nil
        return found
    }

    private func betweenDocuments(_ column: String, from old: ColumnType, to new: ColumnType) -> Conversion? {
        switch (old, new) {
        case (.json, .jsonText), (.jsonText, .json):
            guard let type = try? render(new), !keepsJSONAsText else { return Conversion(column) }
            return Conversion("\(column)::\(type)")
        case (_, _): return nil
        }
    }

    /// Returns the unchanged column for two native types that the database calls by the same name. Refuses any other pair.
    private func conversionOfNative(
        _ column: String, from old: ColumnType, to new: ColumnType
    ) throws(LoweringError) -> Conversion {
        guard try render(old) == render(new) else {
            throw LoweringError(
                column, "there is no built-in conversion from \(old) to \(new)",
                remedy: "give an expression: .type(…, using: …)",
                undoRemedy: "give an expression: .type(…, undo: …), and record the edited migration with repair")
        }
        return Conversion(column)
    }
}
