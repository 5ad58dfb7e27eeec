import Dialects

// What a transfer into tables that are there says of columns that the target computes, so that they can't be written.

extension TransferPlan {
    /// A remark on the columns that hold values in the source: only a run can compare them with what the target computes.
    var remarkOnComputed: String? {
        let names = tables.flatMap { table in table.computed.map { "\(table.source).\($0.source)" } }
        guard !names.isEmpty else { return nil }
        return
            "\(names.joined(separator: ", ")): computed by the target; only the transfer itself compares them, and is refused where they differ"
    }

    /// Returns a remark on the columns that hold no values in the source, so that there is nothing to compare.
    func remarkOnEmptyComputed(_ match: SchemaMatch) -> String? {
        let names = zip(match.tables, tables).flatMap { table, planned -> [String] in
            guard planned.rows > 0 else { return [] }
            let compared = Set(planned.computed.map(\.source))
            return table.computed.map(\.source).filter { !compared.contains($0) }.map { "\(table.source.name).\($0)" }
        }
        guard !names.isEmpty else { return nil }
        return "\(names.listed(upTo: 3)): no values in the source; the target computes its own"
    }
}
