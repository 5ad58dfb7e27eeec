import Dialects
import Migrator

/// The declared schema that `TC_FIXTURE_SCHEMA` names, as somebody may have edited the one that the history `plain` makes.
enum DeclaredSchema: String {
    case same, grown, required, tightened, renamed, renamedTable, shrunk, uncounted, unsound
    case swapped, swappedTables, chained

    var schema: Schema {
        switch self {
        case .same: Self.schema(of: .people, .notes)
        case .grown: Self.schema(of: .people.adding { $0 + [.nullable("born", .date)] }, .notes, .tags)
        case .required: Self.schema(of: .people.adding { $0 + [Column("email", .text)] }, .notes)
        case .tightened: Self.schema(of: .people.adding { $0.dropLast() + [Column("nick", .text)] }, .notes)
        case .renamed: Self.schema(of: .people.adding { $0.dropLast() + [.nullable("handle", .text)] }, .notes)
        case .renamedTable: Self.schema(of: .people, .notes.called("remarks"))
        case .shrunk: Self.schema(of: .people.adding { $0.dropLast() })
        case .uncounted: Self.schema(of: .people, .notes.adding { [Column("id", .bigint)] + $0.dropFirst() })
        case .unsound: Self.schema(of: .notes)
        // The columns `name` and `nick` have exchanged their names.
        case .swapped:
            Self.schema(
                of: .people.adding { [$0[0], Column("nick", .text), .nullable("name", .text)] }, .notes)
        case .swappedTables:
            Self.schema(of: .people.called("notes"), .notes.called("people", referringTo: "notes"))
        case .chained:
            Self.schema(
                of: .people.adding { [$0[0], Column("nick", .text), .nullable("handle", .text)] }, .notes)
        }
    }

    private static func schema(of tables: Table...) -> Schema {
        Schema { for table in tables { table } }
    }
}

extension Table {
    fileprivate static let people = Table("people") {
        Column("id", .bigint).identity().primaryKey()
        Column("name", .text)
        Column("nick", .text).nullable()
    }

    fileprivate static let notes = Table("notes") {
        Column("id", .bigint).identity().primaryKey()
        Column("person_id", .bigint).references("people", onDelete: .cascade)
        Column("body", .text).default("")
    }

    fileprivate static let tags = Table("tags") {
        Column("name", .text).primaryKey()
        Column("note_id", .bigint).nullable().references("notes")
        Index("note_id")
    }

    fileprivate func adding(_ edit: ([Column]) -> [Column]) -> Table {
        var table = self
        table.columns = edit(columns)
        return table
    }

    fileprivate func called(_ name: String, referringTo parent: String? = nil) -> Table {
        var table = self
        table.name = name
        for at in table.foreignKeys.indices { table.foreignKeys[at].parent = parent ?? table.foreignKeys[at].parent }
        return table
    }
}

extension Column {
    fileprivate static func nullable(_ name: String, _ type: ColumnType) -> Column {
        var column = Column(name, type)
        column.isNullable = true
        return column
    }
}
