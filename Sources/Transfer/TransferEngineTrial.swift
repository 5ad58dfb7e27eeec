import Dialects

// What the target says to defaults and computed columns, before anything is made of them.

extension TransferEngine {
    /// The plan without the defaults and expressions that the target refuses: a table must not be lost, nor a transfer, for the sake
    /// of one of them. Each table that has any in doubt is made for a moment, and gets a row.
    func accepted(_ plan: TransferPlan) async throws -> TransferPlan {
        let tables = plan.schema.tables.filter { $0.columns.contains(where: \.isInDoubt) }
        guard target.holdsDeclaredTypes, !tables.isEmpty else { return plan }
        let (target, policies) = (target, plan.nocasePolicies)
        let refused = try await streams.first { _, writing in
            try target.trying(on: writing) {
                _ = try target.makeSupport(of: policies, on: writing)
                return try tables.flatMap { try TableTrial($0, target, writing).refused() }
            }
        }
        var plan = plan
        for refusal in refused { plan.leave(refusal) }
        return plan
    }
}

/// A default or a computed column that the target refuses.
private struct Refusal {
    var table: String
    var column: String
    var reason: String
}

/// Makes a table with what fills its columns, and nothing else.
private struct TableTrial {
    private let table: Table
    private let target: any TransferTarget
    private let writing: any Connection

    init(_ table: Table, _ target: any TransferTarget, _ writing: any Connection) {
        self.table = table
        self.target = target
        self.writing = writing
    }

    /// Looked for one by one where all together are refused.
    func refused() throws -> [Refusal] {
        guard try refusal({ _ in true }) != nil else { return [] }
        return try table.columns.filter(\.isInDoubt).compactMap { column in
            try refusal { $0 == column.name }.map { Refusal(table: table.name, column: column.name, reason: $0) }
        }
    }

    /// Why the target refuses the table with what fills these columns.
    private func refusal(_ isWanted: (String) -> Bool) throws -> String? {
        var bare = Table(name: "tc_trial")
        bare.columns = table.columns.map { column in
            var column = column
            if !isWanted(column.name) { (column.default, column.generated) = (nil, nil) }
            (column.isNullable, column.isIdentity) = (true, false)
            return column
        }
        do {
            try target.trying(on: writing) {
                for statement in try target.construct(Schema(tables: [bare])).tables {
                    try writing.execute(SQL(trusted: statement))
                }
                try writing.execute("INSERT INTO tc_trial DEFAULT VALUES")
            }
            return nil
        } catch let error as DatabaseError where target.isRefusal(error) {
            return error.message
        }
    }
}

extension Column {
    /// Whether something fills it of which only the target knows whether it can. Constants of plain types fit (`fitted`), and most
    /// tables have no others: so a schema of a thousand tables is not made twice.
    fileprivate var isInDoubt: Bool {
        guard let value = `default`, generated == nil else { return generated != nil }
        return switch (type, value) {
        case (.boolean, .boolean), (.bigint, .integer), (.real, .integer), (.real, .real), (.text, .text),
            (.varchar, .text),
            (.timestamp, .now), (.datetime, .now):
            false
        default: true
        }
    }
}

extension TransferPlan {
    fileprivate mutating func leave(_ refusal: Refusal) {
        guard let table = tables.first(where: { $0.target == refusal.table }) else { return }
        if let computed = table.computed.first(where: { $0.target == refusal.column }) {
            keepValues(of: refusal.column, in: refusal.table)
            omitted.append(
                Omission(
                    .other, "\(table.source).\(computed.source) GENERATED",
                    reason: "its values are copied and no longer computed: the target refuses it: \(refusal.reason)"))
            return
        }
        schema = schema.changing(refusal.column, of: refusal.table) { $0.default = nil }
        let source = zip(table.targetColumns, table.sourceColumns).first { $0.0 == refusal.column }?.1
        omitted.append(
            Omission(
                .other, "\(table.source).\(source ?? refusal.column) DEFAULT",
                reason: "the column has no default: the target refuses it: \(refusal.reason)"))
    }
}
