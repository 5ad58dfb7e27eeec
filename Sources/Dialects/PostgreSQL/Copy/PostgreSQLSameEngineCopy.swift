/// Makes a copy of a PostgreSQL database in the database's own SQL: the current schema's tables, and the statements by which the
/// server says that their keys, indexes and views can be made again.
struct PostgreSQLSameEngineCopy {
    private let schema: Schema
    private let types: PostgreSQLTypeReader
    /// What the columns' domains demand of them, by table: a copy has no domains.
    private let demands: [String: [DomainDemand]]
    /// The casts to types that were made in this database.
    private let casts: PostgreSQLOwnCasts
    /// What defaults and computations use that was made in this database.
    private let uses: PostgreSQLOwnUses
    /// The functions that did not come with the server, so that the other database need not have them.
    private let ownFunctions: [String]
    /// The columns that are something else in the copy, by table.
    private var changed: [String: PostgreSQLChangedColumns] = [:]
    private(set) var copy = SameEngineCopy()

    init(
        _ schema: Schema, _ types: PostgreSQLTypeReader, _ demands: [DomainDemand], _ uses: PostgreSQLOwnUses,
        ownFunctions: [String]
    ) {
        self.schema = schema
        self.types = types
        self.demands = Dictionary(grouping: demands, by: \.table)
        let own = schema.tables.flatMap { table in
            table.columns.compactMap { column in
                types.type(of: column.name, in: table.name).flatMap { $0.isOwn ? $0.declared : nil }
            }
        }
        casts = PostgreSQLOwnCasts(to: uses.types.union(own))
        self.uses = uses
        self.ownFunctions = ownFunctions
    }

    /// Adds the tables. `counters` holds the last number of each column that the server numbers, by table and column.
    mutating func addTables(_ columns: [PostgreSQLColumnReader.Column], _ counters: [String: [String: Int64]]) {
        let byTable = Dictionary(grouping: columns, by: \.table)
        for table in schema.tables {
            var result = SameEngineCopy.Table(name: table.name, statement: "", columns: [])
            var clauses: [String] = []
            let types = (byTable[table.name] ?? []).map { ($0, transferred($0)) }
            changed[table.name] = PostgreSQLChangedColumns(
                columns: types.compactMap { change(of: $0.0, as: $0.1.transport) })
            for (column, type) in types {
                let objection = objection(to: column)
                clauses.append(clause(column, type.word, objection))
                if column.column.generated == nil || objection != nil {
                    result.columns.append(.init(column.column.name, type.transport))
                }
                if column.column.isIdentity, let last = counters[table.name]?[column.column.name] {
                    result.counters.append(.init(column: column.column.name, last: last))
                }
            }
            result.statement = "CREATE TABLE \(SQLText.identifier(table.name)) \(DDL.body(clauses))"
            copy.tables.append(result)
        }
    }

    /// What is otherwise about the column in the copy; `nil` if nothing is.
    private func change(
        of column: PostgreSQLColumnReader.Column, as transport: ColumnType
    ) -> PostgreSQLChangedColumns.Column? {
        let name = column.column.name
        if transport == .text {
            return .text(name, .init(typeKind: types.type(of: name, in: column.table)?.kind ?? .base))
        }
        return column.ownCollation == nil ? nil : .collated(name)
    }

    /// Returns the type in the copy. A type that came with the server is the same everywhere, and its values travel as the server
    /// sends them. Any other type becomes the type under it, or text.
    private mutating func transferred(_ column: PostgreSQLColumnReader.Column) -> (word: String, transport: ColumnType)
    {
        let name = column.column.name
        guard let type = types.type(of: name, in: column.table), type.kind != .base || type.isOwn else {
            return builtIn(column)
        }
        if type.kind == .range || type.kind == .multirange, !type.isOwn {
            return (column.declaredType, .ownForm)
        }
        let isDomain = type.kind == .domain
        let hasServersBase = isDomain && !type.isBaseOwn && !Self.namesObjects.contains(Self.element(of: type.base))
        let word = hasServersBase ? type.base : "text"
        let what = type.kind == .enumeration ? "is an enumeration" : isDomain ? "is a domain" : "is a type"
        copy.types.append(
            TransferredType(
                table: column.table, column: name, type: .native(sqlite: "", postgresql: word),
                reason: "\(what) defined in the source"
                    + (type.ignoresCase ? ", which compares without regard to case: \(Self.regardingCase)" : "")))
        return (word, hasServersBase ? Self.transport(of: word) : .text)
    }

    private static let regardingCase = "in the target texts are equal only byte by byte"

    /// The remarks on a key of a column that compares without regard to case, or on a foreign key. In the copy it takes more rows.
    private func remarks(
        onKey name: String, _ kind: Omission.Kind, over columns: [String], of table: String
    ) -> [Omission] {
        columns.filter { types.type(of: $0, in: table)?.ignoresCase == true }.prefix(1).map { column in
            Omission(
                kind, name, reason: "compares \(column) without regard to case in the source: \(Self.regardingCase)",
                of: table)
        }
    }

    /// Returns the type in the copy for a type that came with the server. A `regclass` would travel as the number of a table,
    /// which is another table's number in another database, or no table's. An `aclitem` has no binary form. Both travel as text.
    private mutating func builtIn(_ column: PostgreSQLColumnReader.Column) -> (word: String, transport: ColumnType) {
        guard Self.namesObjects.contains(Self.element(of: column.declaredType)) else {
            return (column.declaredType, Self.transport(of: column.declaredType))
        }
        copy.types.append(
            TransferredType(
                table: column.table, column: column.column.name, type: .native(sqlite: "", postgresql: "text"),
                reason: "names an object of the source: written as text"))
        return ("text", .text)
    }

    /// Returns as what the values of a type that came with the server travel. The server refuses the binary form of an empty `tsquery`, which
    /// it sends itself ("malformed tsquery: operand not found"), so that these travel as text, which the other server casts.
    private static func transport(of type: String) -> ColumnType {
        element(of: type) == "tsquery" ? .native(sqlite: "", postgresql: type) : .ownForm
    }

    /// Returns the type of an array's elements; any other type as it is.
    private static func element(of type: String) -> String { String(type.prefix { $0 != "[" }) }

    /// The types whose values are the names of objects: https://www.postgresql.org/docs/current/datatype-oid.html
    static let namesObjects: Set<String> = [
        "regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper", "regoperator", "regproc",
        "regprocedure", "regrole", "regtype", "aclitem",
    ]

    /// Why the column's default or computation stays behind, as a sentence about it; `nil` where it comes along.
    private func objection(to column: PostgreSQLColumnReader.Column) -> String? {
        guard let expression = expression(of: column) else { return nil }
        if let function = ownFunction(in: expression) {
            return "it calls \(function)(), which is defined in the source"
        }
        // A sequence that numbers a column makes it an identity column. Any other sequence is not part of the tables that are copied.
        let tokens = SQLToken.scan(expression)
        if calls("nextval", in: tokens) || calls("currval", in: tokens) {
            return
                "it uses a sequence, and a copy has no sequences but those that belong to a column (OWNED BY): \(expression)"
        }
        if column.column.generated != nil, let objection = changed[column.table]?.objection(to: expression) {
            return "\(objection): its values are copied"
        }
        let object = uses.objects[column.table]?[column.column.name] ?? casts.decisiveType(in: expression)
        return object.map { "it uses \($0), which is defined in the source: \(expression)" }
    }

    /// Why one of these expressions over a table means something else in the copy, as a sentence about it; `nil` if none does.
    private func objection(to expressions: [SQLExpression], of table: String) -> String? {
        expressions.flatMap(\.texts).lazy.compactMap { changed[table]?.objection(to: $0) }.first
    }

    /// Why SQL means something else without its casts to types of the source, as a sentence about it; `nil` if it means the same.
    private func objection(toCastsIn sql: String) -> String? {
        casts.neededType(in: sql).map { "it casts values to \($0), which is defined in the source" }
    }

    private func demands(of column: PostgreSQLColumnReader.Column) -> [DomainDemand] {
        demands[column.table, default: []].filter { $0.column == column.column.name }
    }

    /// The column's default or computation, or else its domain's default.
    private func expression(of column: PostgreSQLColumnReader.Column) -> String? {
        column.expression ?? demands(of: column).lazy.compactMap(\.defaultText).first
    }

    private mutating func clause(
        _ column: PostgreSQLColumnReader.Column, _ type: String, _ objection: String?
    ) -> String {
        let value = column.column
        var text = "\(SQLText.identifier(value.name)) \(type)"
        if let collation = column.ownCollation {
            copy.omitted.append(
                .init(
                    .other, "\(column.table).\(value.name) COLLATE \(collation)",
                    reason:
                        "is a collation defined in the source: in the target the column uses the database's collation"
                        + (types.type(of: value.name, in: column.table)?.ignoresCase == true
                            ? ", where texts are equal only byte by byte" : ""),
                    of: column.table))
        }
        switch column.ownCollation == nil ? value.collation : nil {
        case nil: break
        case .binary: text += " COLLATE \"C\""
        case .native(_, let name): text += " COLLATE \(SQLText.identifier(name))"
        case .nocase: break
        }
        if value.isIdentity { return text + identity(column) }
        if !value.isNullable || demands(of: column).contains(where: \.isRequired) { text += " NOT NULL" }
        guard let expression = expression(of: column) else { return text }
        if let objection {
            let what = value.generated == nil ? "DEFAULT" : "GENERATED"
            copy.omitted.append(
                .init(.other, "\(column.table).\(value.name) \(what)", reason: objection, of: column.table))
            return text
        }
        let own = casts.removed(from: expression)
        return text + (value.generated == nil ? " DEFAULT \(own)" : " GENERATED ALWAYS AS (\(own)) STORED")
    }

    /// Returns the identity clause of a column, including a serial one.
    private func identity(_ column: PostgreSQLColumnReader.Column) -> String {
        let counting = column.counting.map { " (\($0))" } ?? ""
        return " GENERATED \(column.identity == "a" ? "ALWAYS" : "BY DEFAULT") AS IDENTITY\(counting)"
    }

    mutating func add(_ constraints: [PostgreSQLConstraintReader.Constraint]) {
        for constraint in constraints {
            let definition = casts.removed(from: constraint.definition)
            let isLeftForLater = constraint.kind == .foreignKey && constraint.isValidated
            let statement =
                "ALTER TABLE \(SQLText.identifier(constraint.table)) ADD CONSTRAINT \(SQLText.identifier(constraint.name)) \(definition)"
                + (isLeftForLater ? " NOT VALID" : "")
            guard constraint.kind != .foreignKey || constraint.isParentHere else {
                copy.omitted.append(constraint.strangeParent)
                continue
            }
            // A parent that is hidden by a table of the server itself is written with its schema, which has another name in the
            // target.
            guard !constraint.qualifiesParent else {
                copy.omitted += constraint.lostDetails
                continue
            }
            if constraint.kind == .foreignKey { copy.omitted += constraint.unvalidated }
            if constraint.isKey {
                copy.omitted += remarks(
                    onKey: "\(constraint.table).\(constraint.name)",
                    constraint.kind == .foreignKey ? .foreignKey : .constraint, over: constraint.columns,
                    of: constraint.table)
            }
            let checked = constraint.expression.map { [SQLExpression.native(sqlite: "", postgresql: $0)] } ?? []
            if let objection = objection(to: checked, of: constraint.table)
                ?? objection(toCastsIn: constraint.definition)
            {
                copy.omitted.append(
                    .init(
                        .constraint, "\(constraint.table).\(constraint.name)", reason: objection, of: constraint.table))
                continue
            }
            copy.parts.append(
                .init(constraint.kind.part, table: constraint.table, name: constraint.name, statement: statement))
        }
    }

    /// Adds the checks of the domains, over the columns that have them.
    mutating func addChecksOfDomains() {
        var used = Set(copy.parts.map { "\($0.table).\($0.name)" })
        for demand in schema.tables.flatMap({ demands[$0.name] ?? [] }) {
            guard var check = demand.check else { continue }
            if let objection = objection(to: check.condition, of: demand) {
                copy.omitted.append(
                    .init(
                        .other, "\(demand.table).\(demand.column) CHECK (\(check.condition))", reason: objection,
                        of: demand.table))
                continue
            }
            while !used.insert("\(demand.table).\(check.name)").inserted { check.name += "_" }
            let table = SQLText.identifier(demand.table)
            copy.parts.append(
                .init(
                    .check, table: demand.table, name: check.name,
                    statement:
                        "ALTER TABLE \(table) ADD CONSTRAINT \(SQLText.identifier(check.name)) CHECK (\(casts.removed(from: check.condition)))"
                ))
        }
    }

    private func objection(to condition: String, of demand: DomainDemand) -> String? {
        if let function = ownFunction(in: condition) { return "it calls \(function)(), which is defined in the source" }
        let isText = types.type(of: demand.column, in: demand.table)?.isBaseOwn == true
        return isText
            ? "it reads \(demand.column), which becomes text in the target" : objection(toCastsIn: condition)
    }

    mutating func add(_ indexes: [PostgreSQLIndexReader.Index]) {
        for index in indexes {
            guard index.isValid else {
                copy.omitted.append(
                    .init(.index, index.index.name, reason: index.objection?.reason ?? "is INVALID", of: index.table))
                continue
            }
            if let objection = objection(to: index.index.expressions, of: index.table)
                ?? objection(toCastsIn: index.definition)
            {
                copy.omitted.append(.init(.index, index.index.name, reason: objection, of: index.table))
                continue
            }
            if index.index.isUnique {
                copy.omitted += remarks(
                    onKey: index.index.name, .index, over: index.index.columnNames, of: index.table)
            }
            copy.parts.append(
                .init(
                    .index, table: index.table, name: index.index.name,
                    statement: casts.removed(from: index.definition)))
        }
    }

    /// Adds the views, each after those that it reads. `changed` are the columns that they read and that are something else in the copy.
    mutating func add(_ views: [PostgreSQLViewReader.View], reading changed: [String: PostgreSQLChangedColumns]) {
        var lost: Set<String> = []
        for view in views {
            let other = view.reads.intersection(lost).min()
            let objection =
                view.objection ?? changed[view.name]?.objection(toQuery: view.query)
                ?? other.map { "it reads \($0), which is not transferred" }
            if let objection {
                lost.insert(view.name)
                copy.omitted.append(.init(.view, view.name, reason: objection))
                continue
            }
            let options = view.options.map { " WITH (\($0))" } ?? ""
            copy.parts.append(
                .init(
                    .view, table: view.name, name: view.name,
                    statement: "CREATE VIEW \(SQLText.identifier(view.name))\(options) AS \(view.query)"))
        }
    }

    mutating func finish(_ omitted: [Omission]) {
        let order: [Construction.Part.Kind] = [.primaryKey, .unique, .index, .check, .foreignKey, .view]
        copy.parts = order.flatMap { kind in copy.parts.filter { $0.kind == kind } }
        copy.omitted += omitted
    }

    private func ownFunction(in expression: String) -> String? {
        let tokens = SQLToken.scan(expression)
        return ownFunctions.first { calls($0, in: tokens) }
    }

    private func calls(_ function: String, in tokens: [SQLToken]) -> Bool {
        tokens.indices.contains { tokens[$0].name == function && tokens[($0 + 1)...].first?.isSymbol("(") == true }
    }
}

extension PostgreSQLConstraintReader.Constraint.Kind {
    fileprivate var part: Construction.Part.Kind {
        switch self {
        case .primaryKey: .primaryKey
        case .unique: .unique
        // An exclusion has an index, and no foreign key refers to it.
        case .exclusion: .index
        case .foreignKey: .foreignKey
        case .check: .check
        }
    }
}

extension PostgreSQLConstraintReader.Constraint {
    /// Whether the constraint compares texts for equality.
    fileprivate var isKey: Bool {
        switch kind {
        case .primaryKey, .unique, .foreignKey: true
        case .exclusion, .check: false
        }
    }
}

extension Index {
    /// The expressions that the index evaluates: its condition, and those of its parts.
    fileprivate var expressions: [SQLExpression] {
        parts.compactMap { part -> SQLExpression? in
            switch part.key {
            case .column: nil
            case .expression(let expression): expression
            }
        } + [condition].compactMap { $0 }
    }
}
