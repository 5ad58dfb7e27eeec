/// The kind of a relation that can be dropped by itself and holds rows or numbers, or shows rows (`pg_class.relkind`,
/// https://www.postgresql.org/docs/current/catalog-pg-class.html).
enum PostgreSQLRelationKind: String {
    case table = "r"
    case partitionedTable = "p"
    case view = "v"
    case materializedView = "m"
    case foreignTable = "f"
    case sequence = "S"

    /// The words between `DROP` and the relation's name.
    var words: String {
        switch self {
        case .table, .partitionedTable: "TABLE"
        case .view: "VIEW"
        case .materializedView: "MATERIALIZED VIEW"
        case .foreignTable: "FOREIGN TABLE"
        case .sequence: "SEQUENCE"
        }
    }
}
