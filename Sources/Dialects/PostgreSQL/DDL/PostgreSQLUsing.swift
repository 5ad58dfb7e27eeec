/// The expressions from which retyped columns are computed: `using:`, which reads the table as it was before the alteration.
///
/// PostgreSQL makes the changes one after the other. A value is computed where its column is retyped, with the names of that
/// moment. If a column that the value reads is gone or changed by then, the value is computed before anything else, and kept in a
/// column of its own until it is needed.
struct PostgreSQLUsing {
    /// The expressions of the new values, by the position of their step.
    private(set) var values: [Int: String] = [:]
    private(set) var before: [String] = []
    private(set) var afterwards: [String] = []

    init(_ steps: [ChangeStep], _ dialect: PostgreSQLDialect) throws(LoweringError) {
        guard let start = steps.first?.before else { return }
        var taken = Set(steps.flatMap { $0.before.columns + $0.after.columns }.map { SQLName.folded($0.name) })
        // `current` holds the present name of each column of the first table, unless the column is gone or holds other values.
        var current = Dictionary(start.columns.map { ($0.name, $0.name) }, uniquingKeysWith: { first, _ in first })
        for (at, step) in steps.enumerated() {
            if case .changeColumn(_, let facets) = step.change {
                for case .type(let type, let using?, _) in facets {
                    let text = try dialect.render(using, as: .value(type, of: start))
                    let read = start.columns.map(\.name).filter(ColumnNames(text).names)
                    if read.allSatisfy({ current[$0] != nil }) {
                        values[at] = ColumnNames(text).renamed(current)
                    } else {
                        values[at] = try keep(text, as: type, for: step, &taken, dialect)
                    }
                }
            }
            step.follow(&current)
        }
    }

    private mutating func keep(
        _ value: String, as type: ColumnType, for step: ChangeStep, _ taken: inout Set<String>,
        _ dialect: PostgreSQLDialect
    ) throws(LoweringError) -> String {
        var number = 1
        while !taken.insert("tc_using_\(number)").inserted { number += 1 }
        let name = SQLText.identifier("tc_using_\(number)")
        let type = try dialect.render(type)
        let alter = "ALTER TABLE \(SQLText.identifier(step.before.name))"
        // An UPDATE would fire triggers, so the value is computed by a change of type.
        before += ["\(alter) ADD COLUMN \(name) \(type)", "\(alter) ALTER COLUMN \(name) TYPE \(type) USING \(value)"]
        afterwards.append("\(alter) DROP COLUMN \(name)")
        return name
    }
}

extension ChangeStep {
    fileprivate func follow(_ current: inout [String: String]) {
        switch change {
        case .renameColumn(let old, let new):
            for (name, now) in current where now == old { current[name] = new }
        case .dropColumn(let column, _):
            for (name, now) in current where now == column { current[name] = nil }
        case .changeColumn(let column, let facets):
            guard facets.contains(where: \.changesValues) else { return }
            for (name, now) in current where now == column { current[name] = nil }
        case .addColumn, .addIndex, .dropIndex, .addPrimaryKey, .dropPrimaryKey, .addUnique, .dropUnique, .addCheck,
            .dropCheck, .addForeignKey, .dropForeignKey, .renameIndex, .renameConstraint:
            break
        }
    }
}

extension Facet {
    fileprivate var changesValues: Bool {
        switch self {
        case .type, .generated: true
        case .nullable(let flag, let fill): !flag && fill != nil
        case .default, .collation: false
        }
    }
}
