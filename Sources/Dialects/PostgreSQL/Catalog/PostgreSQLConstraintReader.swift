/// A reader of every key, check and foreign key of every table in the current schema (PostgreSQL's manual, section 53.13).
struct PostgreSQLConstraintReader {
    struct Constraint {
        enum Kind: String { case primaryKey = "p", unique = "u", check = "c", foreignKey = "f", exclusion = "x" }
        var kind: Kind
        var table: String
        var name: String
        var columns: [String] = []
        /// The SQL that makes the constraint again, without its name: `CHECK (a > 0)`.
        var definition: String
        var expression: String?
        var parent: String?
        var isParentHere: Bool
        /// The parent's schema, if it is not the table's.
        var otherSchema: String?
        var parentColumns: [String] = []
        var onDelete: ForeignKey.Action
        var onUpdate: ForeignKey.Action
        var isDeferrable: Bool
        var isDeferred: Bool
        var isValidated: Bool
        var matchesFully: Bool
        /// Whether the server checks the constraint; not if the triggers are disabled by which it does so.
        var isEnforced = true
    }

    private(set) var constraints: [Constraint] = []

    init(_ connection: any Connection, _ scope: PostgreSQLCatalogScope = .whole) throws(DatabaseError) {
        let rows = try connection.query(
            """
            SELECT k.contype::text, c.relname, k.conname,
                -- For a check the server looks at all columns of the table.
                CASE WHEN coalesce(u.at, 1) = 1 THEN pg_get_constraintdef(k.oid, true) END,
                p.relname, p.relnamespace = c.relnamespace AND p.relkind IN ('r', 'p') AND NOT p.relispartition,
                k.confdeltype::text, k.confupdtype::text,
                k.condeferrable, k.condeferred, k.convalidated, k.confmatchtype = 'f', a.attname, f.attname,
                CASE WHEN p.relnamespace <> c.relnamespace THEN (SELECT n.nspname FROM pg_namespace n WHERE n.oid = p.relnamespace) END
            FROM pg_class c
                JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c', 'f', 'x')
                    -- A key that points to a partitioned table points to each of its partitions as well.
                    AND k.conparentid = 0
                LEFT JOIN pg_class p ON p.oid = k.confrelid
                LEFT JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u(child, parent, at) ON true
                LEFT JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.child
                LEFT JOIN pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = u.parent
            WHERE \(scope.tables)
            ORDER BY c.relname, k.oid, u.at
            """)
        for row in rows { add(row) }
    }

    /// Adds a row, which holds one column of a constraint. The rows of a constraint follow each other.
    private mutating func add(_ row: Row) {
        guard let kind = Constraint.Kind(rawValue: row[0].text ?? "") else { return }
        let table = row[1].text ?? ""
        let name = row[2].text ?? ""
        if constraints.last?.table != table || constraints.last?.name != name {
            constraints.append(
                Constraint(
                    kind: kind, table: table, name: name, definition: row[3].text ?? "",
                    expression: Self.condition(ofCheck: row[3].text), parent: row[4].text,
                    isParentHere: row[5].boolean ?? false, otherSchema: row[14].text,
                    onDelete: Self.action(row[6].text), onUpdate: Self.action(row[7].text),
                    isDeferrable: row[8].boolean ?? false,
                    isDeferred: row[9].boolean ?? false, isValidated: row[10].boolean ?? true,
                    matchesFully: row[11].boolean ?? false))
        }
        if let column = row[12].text { constraints[constraints.count - 1].columns.append(column) }
        if let column = row[13].text { constraints[constraints.count - 1].parentColumns.append(column) }
    }

    /// Reads which constraints the server does not check. Foreign keys, and deferrable keys and exclusions, are checked by triggers, which
    /// `ALTER TABLE … DISABLE TRIGGER ALL` switches off on either table. A constraint over partitions has triggers on each of them.
    mutating func readEnforcement(_ connection: any Connection) throws(DatabaseError) {
        let rows = try connection.query(
            """
            WITH RECURSIVE unenforced (key) AS (
                SELECT t.tgconstraint FROM pg_trigger t WHERE t.tgconstraint <> 0 AND t.tgenabled NOT IN ('O', 'A')
                UNION
                SELECT k.conparentid FROM unenforced u JOIN pg_constraint k ON k.oid = u.key WHERE k.conparentid <> 0
            )
            SELECT c.relname, k.conname
            FROM unenforced u JOIN pg_constraint k ON k.oid = u.key JOIN pg_class c ON c.oid = k.conrelid
            WHERE \(PostgreSQLCatalogScope.whole.tables)
            """)
        let unenforced = Set(rows.map { [$0[0].text, $0[1].text] })
        for at in constraints.indices where unenforced.contains([constraints[at].table, constraints[at].name]) {
            constraints[at].isEnforced = false
        }
    }

    /// Returns the condition in the definition of a check, `CHECK (a > 0) NOT VALID`; `nil` if it is the definition of something else.
    private static func condition(ofCheck definition: String?) -> String? {
        guard let definition, definition.hasPrefix("CHECK ("), let end = definition.lastIndex(of: ")") else {
            return nil
        }
        return String(definition[..<end].dropFirst("CHECK (".count))
    }

    private static func action(_ letter: String?) -> ForeignKey.Action {
        switch letter {
        case "r": .restrict
        case "c": .cascade
        case "n": .setNull
        case "d": .setDefault
        default: .noAction
        }
    }
}

extension PostgreSQLConstraintReader.Constraint {
    /// Adds the constraint to its table, which already has its columns. Returns the properties of the constraint that the table
    /// can't express.
    func add(to table: inout Table) -> [Omission] {
        switch kind {
        case .primaryKey: table.primaryKey = PrimaryKey(columns, name: name)
        case .unique: table.uniques.append(Unique(columns, name: name))
        case .check:
            table.checks.append(Check(PostgreSQLExpression(table.columns).read(expression ?? ""), name: name))
        case .foreignKey:
            guard let parent, isParentHere else { return [strangeParent] }
            var key = ForeignKey(columns, to: parent, parentColumns, name: name)
            key.onDelete = onDelete
            key.onUpdate = onUpdate
            key.isDeferred = isDeferred
            table.foreignKeys.append(key)
        case .exclusion:
            return [remark("\(definition): a schema can't declare an exclusion", isDetail: false)] + unenforced
        }
        return lostDetails
    }

    /// The remark on a foreign key whose parent is not transferred with it.
    var strangeParent: Omission {
        let name = [otherSchema, parent].compactMap { $0 }.joined(separator: ".")
        return remark("refers to \(name), which is not an ordinary table of this schema", isDetail: false)
    }

    /// The remark on a constraint that is NOT VALID. No copy keeps that: a transfer checks the rows there, and lists those that
    /// break the constraint.
    var unvalidated: [Omission] {
        isValidated ? [] : [remark("is NOT VALID: rows that are older than it may break it")]
    }

    /// The remark on a constraint that is not checked. A copy checks it again.
    var unenforced: [Omission] {
        isEnforced ? [] : [remark("is not enforced: its triggers are disabled, so rows may break it")]
    }

    var lostDetails: [Omission] {
        var lost = unvalidated + unenforced
        if kind == .unique, definition.hasPrefix("UNIQUE NULLS NOT DISTINCT") {
            lost.append(remark("is NULLS NOT DISTINCT: it is transferred as a key that treats NULLs as distinct"))
        }
        if includesColumns {
            lost.append(remark("holds columns beside its key (INCLUDE): it is transferred without them"))
        }
        if matchesFully { lost.append(remark("is MATCH FULL: it is transferred as MATCH SIMPLE")) }
        if setsSomeColumns {
            lost.append(remark("sets only some of its columns: it is transferred as setting all of them"))
        }
        if isDeferrable && !(isDeferred && kind == .foreignKey) {
            lost.append(remark("is deferrable: it is transferred as checked immediately"))
        }
        return lost
    }

    /// Whether a foreign key's action applies to some of its columns only, which PostgreSQL allows since version 15.
    var setsSomeColumns: Bool {
        kind == .foreignKey && columns.count > 1
            && (definition.contains(" SET NULL (") || definition.contains(" SET DEFAULT ("))
    }

    /// Whether the index of a key holds columns beside those of the key: `PRIMARY KEY (a) INCLUDE (b)`.
    var includesColumns: Bool {
        guard kind == .primaryKey || kind == .unique else { return false }
        let tokens = SQLToken.scan(definition).filter { !$0.isBlank }
        return zip(tokens, tokens.dropFirst()).contains { $0.isSymbol(")") && $1.isWord("INCLUDE") }
    }

    /// The columns of its own table that a foreign key needs; `nil` for other constraints, whose `columns` may lack some (`INCLUDE`, an
    /// exclusion's condition).
    var neededColumns: [String]? {
        guard kind == .foreignKey else { return nil }
        return isParentHere && parent == table ? columns + parentColumns : columns
    }

    /// Whether the definition of a foreign key contains the parent's schema: `REFERENCES schema.table`.
    var qualifiesParent: Bool {
        guard kind == .foreignKey else { return false }
        let tokens = SQLToken.scan(definition).filter { !$0.isBlank }
        guard let at = tokens.firstIndex(where: { $0.isWord("REFERENCES") }) else { return false }
        return tokens.dropFirst(at + 2).first?.isSymbol(".") ?? false
    }

    private func remark(_ reason: String, isDetail: Bool = true) -> Omission {
        Omission(
            kind == .foreignKey ? .foreignKey : .constraint, "\(table).\(name)", reason: reason, of: table,
            isDetail: isDetail)
    }
}
