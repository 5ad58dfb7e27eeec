/// The kind of a type (`pg_type.typtype`, https://www.postgresql.org/docs/current/catalog-pg-type.html).
enum PostgreSQLTypeKind: String {
    case base = "b"
    case composite = "c"
    case domain = "d"
    case enumeration = "e"
    case range = "r"
    case multirange = "m"
    case pseudo = "p"
}
