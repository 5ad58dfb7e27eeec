import Dialects

// Tries defaults and computed columns in the target before they are used.

extension TransferEngine {
    /// Returns the plan without the defaults and expressions that the target refuses, so that none of them costs a table or the
    /// transfer.
    func accepted(_ plan: TransferPlan) async throws -> TransferPlan {
        let tables = plan.schema.tables
        let defaults = Set(tables.flatMap(\.columns).filter(\.isDefaultInDoubt).map(\.alone))
        let computing = tables.filter { $0.columns.contains { $0.generated != nil } }
        guard target.holdsDeclaredTypes, !defaults.isEmpty || !computing.isEmpty else { return plan }
        let (target, policies) = (target, plan.nocasePolicies)
        let refused = try await streams.first { _, writing in
            try target.trying(on: writing) {
                _ = try target.makeSupport(of: policies, on: writing)
                let trial = Trial(target, writing, table: plan.schema.freeName("tc_trial"))
                let reasons = try trial.refusals(ofDefaults: Array(defaults))
                return tables.flatMap { $0.refusals(reasons) } + (try computing.flatMap(trial.refusals(ofComputedIn:)))
            }
        }
        var plan = plan
        plan.leave(refused)
        return plan
    }
}

/// A default or a computed column that the target refuses.
private struct Refusal {
    var table: String
    var column: String
    var reason: String
}

/// Tries columns in the target: it creates a table, inserts a row, and rolls both back.
private struct Trial {
    private let target: any TransferTarget
    private let writing: any Connection
    /// The name of the table. A resumed transfer finds those of the plan in the target.
    private let name: String

    init(_ target: any TransferTarget, _ writing: any Connection, table name: String) {
        self.target = target
        self.writing = writing
        self.name = name
    }

    /// Returns the reason for each default that the target refuses. Many tables have the same defaults, so each is tried once,
    /// and defaults are tried one by one only if several together are refused.
    func refusals(ofDefaults columns: [Column]) throws -> [Column: String] {
        var found: [Column: String] = [:]
        for start in stride(from: 0, to: columns.count, by: 500) {
            let some = columns[start..<min(start + 500, columns.count)]
            let together = some.enumerated().map { at, column in
                var column = column
                column.name = "c\(at)"
                return column
            }
            guard try refusal(of: together) != nil else { continue }
            for column in some { found[column] = try refusal(of: [column]) }
        }
        return found
    }

    func refusals(ofComputedIn table: Table) throws -> [Refusal] {
        let computed = table.columns.filter { $0.generated != nil }.map(\.name)
        guard try refusal(of: table.bare(computing: computed)) != nil else { return [] }
        return try computed.compactMap { name in
            try refusal(of: table.bare(computing: [name])).map { Refusal(table: table.name, column: name, reason: $0) }
        }
    }

    private func refusal(of columns: [Column]) throws -> String? {
        var table = Table(name: name)
        table.columns = columns
        do {
            try target.trying(on: writing) {
                for statement in try target.construct(Schema(tables: [table])).tables {
                    try writing.execute(SQL(trusted: statement))
                }
                try writing.execute("INSERT INTO \(identifier: name) DEFAULT VALUES")
            }
            return nil
        } catch let error as DatabaseError where target.isRefusal(error) {
            return error.message
        }
    }
}

extension Table {
    /// Returns the table's columns reduced to what the named computed columns need.
    fileprivate func bare(computing names: [String]) -> [Column] {
        columns.map { column in
            var column = column
            if !names.contains(column.name) { column.generated = nil }
            (column.isNullable, column.isIdentity, column.default) = (true, false, nil)
            return column
        }
    }

    fileprivate func refusals(_ reasons: [Column: String]) -> [Refusal] {
        columns.compactMap { column in
            reasons[column.alone].map { Refusal(table: name, column: column.name, reason: $0) }
        }
    }
}

extension Column {
    /// The column reduced to its type and default, which is what a trial depends on.
    fileprivate var alone: Column {
        var column = self
        (column.name, column.isNullable, column.isIdentity, column.generated) = ("c", true, false, nil)
        return column
    }

    /// Whether only the target can tell whether it accepts the default. Constants of plain types are known to fit (`fitted`).
    fileprivate var isDefaultInDoubt: Bool {
        guard let value = `default`, generated == nil else { return false }
        return switch (type, value) {
        case (.boolean, .boolean), (.bigint, .integer), (.real, .integer), (.real, .real), (.text, .text),
            (.varchar, .text), (.timestamp, .now), (.datetime, .now):
            false
        default: true
        }
    }
}

extension TransferPlan {
    /// Leaves out the defaults and expressions that the target refuses, and lists them.
    fileprivate mutating func leave(_ refusals: [Refusal]) {
        let byTable = Dictionary(grouping: refusals, by: \.table)
        for table in tables {
            for refusal in byTable[table.target] ?? [] { omitted.append(table.omission(of: refusal)) }
        }
        let names = byTable.mapValues { Set($0.map(\.column)) }
        let computed = Dictionary(
            uniqueKeysWithValues: tables.map {
                ($0.target, Set($0.computed.map(\.target)).intersection(names[$0.target] ?? []))
            })
        keepValues(of: computed.filter { !$0.value.isEmpty })
        schema = schema.changing(names.keys) { table in
            for at in table.columns.indices {
                let name = table.columns[at].name
                guard names[table.name]?.contains(name) == true, computed[table.name]?.contains(name) != true else {
                    continue
                }
                table.columns[at].default = nil
            }
        }
    }
}

extension PlannedTable {
    fileprivate func omission(of refusal: Refusal) -> Omission {
        if let computed = computed.first(where: { $0.target == refusal.column }) {
            return Omission(
                .other, "\(source).\(computed.source) GENERATED",
                reason: "its values are copied and no longer computed: the target rejects it: \(refusal.reason)")
        }
        let column = zip(targetColumns, sourceColumns).first { $0.0 == refusal.column }?.1
        return Omission(
            .other, "\(source).\(column ?? refusal.column) DEFAULT",
            reason: "the column has no default: the target rejects it: \(refusal.reason)")
    }
}
