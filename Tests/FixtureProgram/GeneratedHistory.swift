import Migrator

/// A history of any length, such as `grown:1000`, for tests and benchmarks of the growth of time and memory.
struct GeneratedHistory {
    private enum Kind: String {
        /// Each migration makes one table with one index.
        case grown
        /// The first half of the migrations makes tables. Each one of the second half alters a table, alternately in place and by a rebuild
        /// on SQLite.
        case altered
        /// One migration makes all tables, each with a reference to the one before it.
        case wide
        /// One migration replaces all those of `grown`.
        case squashed
        /// One migration makes all tables, and a second one makes an index on each table, online.
        case online
    }

    private let kind: Kind
    private let count: Int

    init?(_ choice: String) {
        let parts = choice.split(separator: ":")
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])), let count = Int(parts[1]) else {
            return nil
        }
        self.kind = kind
        self.count = count
    }

    var migrations: [Migration] {
        switch kind {
        case .grown: (0..<count).map(creation)
        case .altered: (0..<count).map { at in at < count / 2 ? creation(at) : alteration(at) }
        case .squashed:
            [
                Migration(
                    id: "99999-squashed", operations: (0..<count).map { .createTable(table($0)) },
                    replaces: (0..<count).map(id))
            ]
        case .online:
            [
                Migration(id: id(0), operations: (0..<count).map { .createTable(table($0)) }),
                Migration(id: id(1), operations: (0..<count).map(indexing), isOnline: true),
            ]
        case .wide: [Migration(id: id(0), operations: (0..<count).map(childCreation))]
        }
    }

    private func id(_ at: Int) -> String {
        let digits = String(at + 1)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits + "-step"
    }

    private func creation(_ at: Int) -> Migration { Migration(id: id(at), operations: [.createTable(table(at))]) }

    private func alteration(_ at: Int) -> Migration {
        let name = "item_\(at - count / 2)"
        return Migration(id(at)) {
            if at.isMultiple(of: 2) {
                AlterTable(name) { AddColumn("note", .text).nullable() }
            } else {
                AlterTable(name) { ChangeColumn("amount").nullable() }
            }
        }
    }

    private func table(_ at: Int) -> Table {
        Table("item_\(at)") {
            Column("id", .bigint).identity().primaryKey()
            Column("name", .text)
            Column("amount", .bigint)
            Column("made_at", .timestamp).default(.now)
            Index("name", "made_at")
        }
    }

    private func indexing(_ at: Int) -> SchemaOperation {
        .alterTable("item_\(at)", [.addIndex(Index(name: "", parts: ["amount"]))])
    }

    private func childCreation(_ at: Int) -> SchemaOperation { .createTable(child(at)) }

    private func child(_ at: Int) -> Table {
        var table = table(at)
        if at > 0 {
            var parent = Column("parent_id", .bigint)
            parent.isNullable = true
            table.columns.append(parent)
            table.foreignKeys.append(ForeignKey(["parent_id"], to: "item_\(at - 1)", ["id"]))
        }
        return table
    }
}
