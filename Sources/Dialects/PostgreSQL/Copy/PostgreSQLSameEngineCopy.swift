/// Makes a copy of a PostgreSQL database in the database's own SQL: the current schema's tables, and the statements by which the
/// server says that their keys, indexes and views can be made again.
struct PostgreSQLSameEngineCopy {
    let schema: Schema
    let types: PostgreSQLTypeReader
    /// What the columns' domains demand of them, by table: a copy has no domains.
    let demands: [String: [DomainDemand]]
    /// The casts to types that were made in this database.
    let casts: PostgreSQLOwnCasts
    /// What defaults and computations use that was made in this database.
    let uses: PostgreSQLOwnUses
    /// The columns that are something else in the copy, by table.
    var changed: [String: PostgreSQLChangedColumns] = [:]
    /// The tables whose columns own the copy's sequences, by the sequences' names; none for a sequence of nobody's.
    var ownersOfSequences: [String: Set<String>] = [:]
    var copy = SameEngineCopy()

    static let regardingCase = "in the target texts are equal only byte by byte"

    init(
        _ schema: Schema, _ types: PostgreSQLTypeReader, _ demands: [DomainDemand], _ uses: PostgreSQLOwnUses
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
    }

    /// Why one of these expressions over a table means something else in the copy, as a sentence about it; `nil` if none does.
    func objection(to expressions: [SQLExpression], of table: String) -> String? {
        expressions.flatMap(\.texts).lazy.compactMap { changed[table]?.objection(to: $0) }.first
    }

    /// Why SQL means something else without its casts to types of the source, as a sentence about it; `nil` if it means the same.
    func objection(toCastsIn sql: String) -> String? {
        casts.neededType(in: sql).map { "it casts values to \($0), which is defined in the source" }
    }

    /// Why SQL that calls this function stays behind, as a sentence about it. Another function of its name may have come with the server.
    static func objection(toCalling function: String) -> String {
        "it calls \(function)(), which is defined in the source"
    }

    /// Brings the parts into the order in which they are made, each after those that it needs.
    mutating func finish(_ omitted: [Omission]) {
        let order: [Construction.Part.Kind] = [.primaryKey, .unique, .index, .check, .foreignKey, .view]
        copy.parts = order.flatMap { kind in copy.parts.filter { $0.kind == kind } }
        copy.omitted += omitted
    }
}
