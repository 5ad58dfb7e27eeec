import Dialects

extension TransferPlanner {
    /// Adds a remark if columns have collations that the target doesn't have. Keys say so for themselves, but a program's own comparisons
    /// find other rows there, too.
    mutating func remarkOnCollations(of origin: Table, as name: String, _ translator: any ExpressionTranslator) {
        var (columns, reasons): ([String], [String]) = ([], [])
        for column in origin.columns {
            guard let collation = column.collation else { continue }
            do throws(Untranslatable) {
                _ = try translator.collated(column.name, collation)
            } catch {
                columns.append(column.name)
                if !reasons.contains(error.description) { reasons.append(error.description) }
            }
        }
        guard !columns.isEmpty else { return }
        remarks.append(
            "\(name): \(columns.joined(separator: ", ")): a program's own queries compare and sort such texts otherwise in the "
                + "target: \(reasons.joined(separator: ", "))")
    }
}
