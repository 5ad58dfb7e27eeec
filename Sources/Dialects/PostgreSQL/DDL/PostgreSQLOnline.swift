/// How PostgreSQL alters a table while others read and write it. Statements that read all rows take no lock that others would
/// wait for, and statements that take such a lock read no row. An index is built concurrently
/// (https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY). A constraint is added NOT VALID,
/// which holds for new rows, and validated afterwards
/// (https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES).
struct PostgreSQLOnline {
    let dialect: PostgreSQLDialect
    let alteration: TableAlteration
    let undeclared: UndeclaredObjects

    func steps() throws(LoweringError) -> [OnlineStep] {
        var steps: [OnlineStep] = []
        for step in alteration.steps { steps += try self.steps(step) }
        return steps
    }

    private func steps(_ step: ChangeStep) throws(LoweringError) -> [OnlineStep] {
        let table = PostgreSQLOnlineTable(step.before.name)
        switch step.change {
        case .addIndex(let index): return [try build(index, on: step.after)]
        case .dropIndex(let name):
            try requireOneTable("can't drop an index of such a table while it is in use")
            return [
                OnlineStep(
                    statement: PostgreSQLOnlineTable.removal(ofIndex: name), isMomentary: false,
                    isDone: "SELECT NOT \(table.has(index: name))",
                    // It begins by taking the index out of use.
                    remnant: table.invalid(index: name, removal: nil))
            ]
        case .addUnique(let unique): return try add(unique, to: step.after)
        case .addCheck(let check):
            return table.add(check.name, try DDL.define(check, of: step.after, in: dialect))
        case .addForeignKey(let key):
            try requireOneTable("checks all rows when it adds a foreign key to such a table")
            return table.add(key.name, DDL.define(key))
        case .dropUnique(let name), .dropCheck(let name), .dropForeignKey(let name): return [table.drop(name)]
        case .changeColumn(let name, _):
            guard step.after[column: name]?.isNullable != true else { return [table.release(name)] }
            return table.require(name, by: proof(that: name))
        case .addColumn, .dropColumn, .renameColumn, .addPrimaryKey, .dropPrimaryKey, .renameIndex, .renameConstraint:
            throw LoweringError(step.before.name, "this change can't be made online")
        }
    }

    /// The name of the check that proves for a moment that a column holds no NULL. It is no name of the table's own constraints, and the
    /// same in a run that goes on after an interruption.
    private func proof(that column: String) -> String {
        let names = alteration.before.constraintNames + alteration.after.constraintNames
        let taken = Set(names.map(SQLName.folded))
        return SQLName.free(Naming.whole(["tc_required", alteration.before.name, column])) {
            taken.contains(SQLName.folded($0))
        }
    }

    private func build(_ index: Index, on table: Table) throws(LoweringError) -> OnlineStep {
        try requireOneTable("can't build an index of such a table while others write")
        let live = PostgreSQLOnlineTable(table.name)
        return OnlineStep(
            statement: try dialect.create(index, on: table, concurrently: true), isMomentary: false,
            isDone: "SELECT \(live.has(validIndex: index.name))",
            remnant: live.invalid(
                index: index.name, removal: PostgreSQLOnlineTable.removal(ofIndex: index.name)))
    }

    /// The server does some things for one partition at a time, and not for the table that is made of them
    /// (https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE).
    private func requireOneTable(_ what: String) throws(LoweringError) {
        let name = alteration.before.name
        guard undeclared.partitioned.contains(name) else { return }
        throw LoweringError(
            name, "it is partitioned, and PostgreSQL \(what)",
            remedy: "remove .online(), and apply the migration while nobody writes")
    }

    /// Adds a unique key: its index is built while others write, and then becomes the key's index.
    private func add(_ unique: Unique, to table: Table) throws(LoweringError) -> [OnlineStep] {
        let name = unique.name ?? ""
        var index = Index(name: name, parts: unique.columns.map { .init(.column($0)) })
        index.isUnique = true
        let live = PostgreSQLOnlineTable(table.name)
        let attach = "ADD CONSTRAINT \(SQLText.identifier(name)) UNIQUE USING INDEX \(SQLText.identifier(name))"
        return [
            try build(index, on: table),
            OnlineStep(
                statement: live.alter(attach), isMomentary: true, isDone: "SELECT \(live.has(constraint: name))"),
        ]
    }
}

/// The queries and statements for one live table.
private struct PostgreSQLOnlineTable {
    let name: String

    init(_ name: String) { self.name = name }

    func alter(_ what: String) -> String { "ALTER TABLE \(SQLText.identifier(name)) \(what)" }

    static func removal(ofIndex name: String) -> String { "DROP INDEX CONCURRENTLY \(SQLText.identifier(name))" }

    // MARK: What is done to it

    /// Adds a constraint. `definition` begins with the constraint's name.
    func add(_ constraint: String?, _ definition: String) -> [OnlineStep] {
        let constraint = constraint ?? ""
        let name = SQLText.identifier(constraint)
        return [
            OnlineStep(
                statement: alter("ADD \(definition) NOT VALID"), isMomentary: true,
                isDone: "SELECT \(has(constraint: constraint))"),
            OnlineStep(
                statement: alter("VALIDATE CONSTRAINT \(name)"), isMomentary: false,
                isDone: "SELECT \(has(constraint: constraint, "convalidated"))",
                remnant: .init(
                    name: "the constraint \(constraint), not validated",
                    exists: "SELECT \(has(constraint: constraint, "NOT convalidated"))",
                    removal: alter("DROP CONSTRAINT \(name)"), isOurs: false)),
        ]
    }

    func drop(_ constraint: String) -> OnlineStep {
        OnlineStep(
            statement: alter("DROP CONSTRAINT \(SQLText.identifier(constraint))"), isMomentary: true,
            isDone: "SELECT NOT \(has(constraint: constraint))")
    }

    /// Makes a column required. A check of this name that is already validated saves `SET NOT NULL` from reading all rows.
    func require(_ column: String, by check: String) -> [OnlineStep] {
        let quoted = SQLText.identifier(column)
        let definition = "CONSTRAINT \(SQLText.identifier(check)) CHECK (\(quoted) IS NOT NULL)"
        let proof = add(check, definition).map { step in
            var step = step
            step.isDone = "SELECT \(requires(column)) OR (\(step.isDone))"
            return step
        }
        let set = OnlineStep(
            statement: alter("ALTER COLUMN \(quoted) SET NOT NULL"), isMomentary: true,
            isDone: "SELECT \(requires(column))")
        return proof + [set, drop(check)]
    }

    func release(_ column: String) -> OnlineStep {
        OnlineStep(
            statement: alter("ALTER COLUMN \(SQLText.identifier(column)) DROP NOT NULL"), isMomentary: true,
            isDone: "SELECT NOT \(requires(column))")
    }

    // MARK: What is asked of it

    private var oid: SQL {
        """
        (SELECT oid FROM pg_catalog.pg_class \
        WHERE relname = \(name) AND relnamespace = \(trusted: PostgreSQLCatalogScope.schema))
        """
    }

    private func requires(_ column: String) -> SQL {
        """
        EXISTS (SELECT FROM pg_catalog.pg_attribute \
        WHERE attrelid = \(oid) AND attname = \(column) AND NOT attisdropped AND attnotnull)
        """
    }

    func has(constraint: String, _ condition: SQL = "true") -> SQL {
        """
        EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = \(oid) AND conname = \(constraint) AND \(condition))
        """
    }

    func has(index: String) -> SQL { has(index: index, "true") }

    func has(validIndex index: String) -> SQL { has(index: index, "x.indisvalid") }

    /// Returns a query for an index that is neither valid nor being built: an index is not valid until its build has ended.
    func invalid(index: String, removal: String?) -> OnlineStep.Remnant {
        let isAbandoned: SQL = """
            NOT x.indisvalid AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = x.indexrelid)
            """
        return .init(
            name: "the invalid index \(index)", exists: "SELECT \(has(index: index, isAbandoned))",
            removal: removal, isOurs: true)
    }

    private func has(index: String, _ condition: SQL) -> SQL {
        """
        EXISTS (SELECT FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid \
        WHERE x.indrelid = \(oid) AND i.relname = \(index) AND \(condition))
        """
    }
}
