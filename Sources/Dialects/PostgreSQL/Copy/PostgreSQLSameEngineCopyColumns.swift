/// The tables of the copy: their columns' types, defaults, computations and counters.
extension PostgreSQLSameEngineCopy {
    /// Adds the tables, after the sequences that their defaults ask. `counters` holds the last number of each column that the server
    /// numbers, by table and column.
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
                if column.canBeIdentity, let last = counters[table.name]?[column.column.name] {
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
        let type = types.type(of: name, in: column.table)
        if transport == .text { return .text(name, .init(typeKind: type?.kind ?? .base)) }
        return type?.collation != nil && type?.isCollationOwn == true ? .collated(name) : nil
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
        let disregarded = type.disregarded?.rawValue
        copy.types.append(
            TransferredType(
                table: column.table, column: name, type: .native(sqlite: "", postgresql: word),
                reason: "\(what) defined in the source"
                    + (disregarded.map { ", which compares without regard to \($0): \(Self.regardingCase)" } ?? "")))
        return (word, hasServersBase ? Self.transport(of: word) : .text)
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

    /// Returns as what the values of a type that came with the server travel: in binary form, or as text, which the other server casts.
    private static func transport(of type: String) -> ColumnType {
        losesInBinary.contains(element(of: type)) ? .native(sqlite: "", postgresql: type) : .ownForm
    }

    /// The types whose values the binary form does not bring to another server. The server refuses that of an empty `tsquery`, `int2vector` or
    /// `oidvector`, which it sends itself, and sends an `xml` without the declaration that its text has (`<?xml version="1.0"?>`).
    private static let losesInBinary: Set<String> = ["tsquery", "int2vector", "oidvector", "xml"]

    /// Returns the type of an array's elements; any other type as it is.
    private static func element(of type: String) -> String { String(type.prefix { $0 != "[" }) }

    /// The types whose values are the names of objects: https://www.postgresql.org/docs/current/datatype-oid.html
    static let namesObjects: Set<String> = [
        "regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper", "regoperator", "regproc",
        "regprocedure", "regrole", "regtype", "aclitem",
    ]

    /// Why the column's default or computation stays behind, as a sentence about it; `nil` where it comes along.
    private func objection(to column: PostgreSQLColumnReader.Column) -> String? {
        guard !column.canBeIdentity, let expression = expression(of: column) else { return nil }
        if let function = uses.functions[column.table]?[column.column.name] {
            return Self.objection(toCalling: function)
        }
        if let objection = objection(toSequencesIn: expression, of: column) { return objection }
        if column.column.generated != nil, let objection = changed[column.table]?.objection(to: expression) {
            return "\(objection): its values are copied"
        }
        let object = uses.objects[column.table]?[column.column.name] ?? casts.decisiveType(in: expression)
        return object.map { "it uses \($0), which is defined in the source: \(expression)" }
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
        if let held = types.type(of: value.name, in: column.table), let collation = held.collation {
            if held.isCollationOwn {
                copy.omitted.append(omission(ofOwn: collation, held, of: column))
            } else {
                text += " COLLATE \(SQLText.identifier(collation))"
            }
        }
        if column.canBeIdentity { return text + identity(column) }
        if !value.isNullable || demands(of: column).contains(where: \.isRequired) { text += " NOT NULL" }
        guard let expression = expression(of: column) else { return text }
        if let objection {
            let what = value.generated == nil ? "DEFAULT" : "GENERATED"
            copy.omitted.append(
                .init(.other, "\(column.table).\(value.name) \(what)", reason: objection, of: column.table))
            return text
        }
        let own = casts.removed(from: expression)
        if value.generated == nil, addDefault(own, of: column) { return text }
        return text + (value.generated == nil ? " DEFAULT (\(own))" : " GENERATED ALWAYS AS (\(own)) STORED")
    }

    private func omission(
        ofOwn collation: String, _ type: PostgreSQLEnforcedType.Description, of column: PostgreSQLColumnReader.Column
    ) -> Omission {
        Omission(
            .other, "\(column.table).\(column.column.name) COLLATE \(collation)",
            reason: "is a collation defined in the source: in the target the column uses the database's collation"
                + (type.disregarded != nil ? ", where texts are equal only byte by byte" : ""), of: column.table)
    }

    /// Returns the identity clause of a column, including a serial one. Programs ask its sequence by name, so the clause says the name where
    /// the server would choose another one.
    private func identity(_ column: PostgreSQLColumnReader.Column) -> String {
        let usual = PostgreSQLDialect().counter(of: column.column.name, in: column.table)
        let name = column.sequence.flatMap { $0 == usual ? nil : "SEQUENCE NAME \(SQLText.identifier($0))" }
        let options = [name, column.counting].compactMap { $0 }.joined(separator: " ")
        return " GENERATED \(column.identity == "a" ? "ALWAYS" : "BY DEFAULT") AS IDENTITY"
            + (options.isEmpty ? "" : " (\(options))")
    }
}
