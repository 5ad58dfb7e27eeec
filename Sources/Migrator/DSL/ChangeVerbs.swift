import Dialects

/// A type that may be a line of `AlterTable("…") { … }`.
public protocol ChangeVerb {
    /// The changes that this line stands for.
    var changes: [Change] { get }
}

/// Adds a column to a table: `ALTER TABLE "people" ADD COLUMN "nick" text`.
///
///     AddColumn("nick", .text).nullable()
///     AddColumn("state", .text).oneOf("draft", "sent").filling("sent")
///
/// SQLite adds the column in place if it is nullable or has a constant default, and rebuilds the table otherwise. Undoing the
/// change drops the column.
public struct AddColumn: ChangeVerb, DescribesColumn {
    var spec: ColumnSpec
    var fill: Default?

    /// Creates the change.
    ///
    /// - Parameters:
    ///   - name: The column's name.
    ///   - type: The column's type.
    public init(_ name: String, _ type: ColumnType) { spec = ColumnSpec(column: Column(name, type)) }

    /// Sets the value that existing rows get. Rows that are inserted later get the column's default.
    ///
    ///     PostgreSQL  ALTER TABLE "letters" ADD COLUMN "state" text NOT NULL DEFAULT 'sent';
    ///                 ALTER TABLE "letters" ALTER COLUMN "state" DROP DEFAULT
    ///     SQLite      a rebuild of the table, with 'sent' in each row
    ///
    /// If the column is not nullable and has neither a default nor a filling, existing rows stop the migration.
    public func filling(_ value: Default) -> AddColumn {
        var copy = self
        copy.fill = value
        return copy
    }

    public func describing(_ edit: (inout ColumnSpec) -> Void) -> AddColumn {
        var copy = self
        edit(&copy.spec)
        return copy
    }

    public var changes: [Change] {
        let attached: [Change] = spec.constraints.map { part in
            switch part {
            case .column(let column): .addColumn(column, filling: nil)
            case .primaryKey(let key): .addPrimaryKey(key)
            case .unique(let unique): .addUnique(unique)
            case .check(let check): .addCheck(check)
            case .foreignKey(let key): .addForeignKey(key)
            case .index(let index): .addIndex(index)
            }
        }
        return [.addColumn(spec.column, filling: fill)] + attached
    }
}

/// Drops a column: `ALTER TABLE "people" DROP COLUMN "nick"`.
///
/// The keys, checks, indexes and views that use the column must be dropped before it, in the same migration. A column that holds
/// values is dropped only if data loss is allowed. Undoing the change adds the column again, without its values.
public struct DropColumn: ChangeVerb {
    public let changes: [Change]

    /// Creates the change.
    ///
    /// - Parameters:
    ///   - name: The column's name.
    ///   - undoFilling: The value that rows get when the drop is undone. A column that is not nullable and has no default can't
    ///     come back to a table with rows without it.
    public init(_ name: String, undoFilling: Default? = nil) { changes = [.dropColumn(name, undoFilling: undoFilling)] }
}

/// Renames a column: `ALTER TABLE "people" RENAME COLUMN "nick" TO "nickname"`.
///
/// Keys, checks, indexes, foreign keys and views that name the column follow. Adjacent renames that can't be made one after the
/// other are made at once, so `a` to `b` and `b` to `a` swaps two columns.
public struct RenameColumn: ChangeVerb {
    public let changes: [Change]
    /// Renames the column `name`.
    public init(_ name: String, to newName: String) { changes = [.renameColumn(name, to: newName)] }
}

/// Names the column that changes. At least one of the methods of ``ChangesColumn`` says what changes.
///
///     ChangeColumn("metadata").type(.json).required(filling: .json("{}"))
///
///     PostgreSQL  ALTER TABLE "t" ALTER COLUMN "metadata" TYPE jsonb USING "metadata"::jsonb;
///                 UPDATE "t" SET "metadata" = '{}' WHERE "metadata" IS NULL;
///                 ALTER TABLE "t" ALTER COLUMN "metadata" SET NOT NULL
///     SQLite      a rebuild of the table that converts and checks every value
public struct ChangeColumn: ChangesColumn {
    public let name: String
    public var facets: [Facet] { [] }

    /// Names the column that changes.
    public init(_ name: String) { self.name = name }
}

/// A column together with its changes.
public struct ColumnChange: ChangeVerb, ChangesColumn {
    public let name: String
    public let facets: [Facet]

    public var changes: [Change] { [.changeColumn(name, facets)] }
}

/// The changes that can be made to a column.
public protocol ChangesColumn {
    /// The column's name.
    var name: String { get }
    /// The changes named so far, in this order.
    var facets: [Facet] { get }
}

extension ChangesColumn {
    /// Changes the column's type: `ALTER COLUMN "price" TYPE bigint USING price * 100`.
    ///
    ///     ChangeColumn("price").type(.bigint, using: "price * 100", undo: "price / 100")
    ///
    /// Columns that refer to this one by a foreign key get the same type. Without `using` each value is converted, and a value
    /// that does not fit the new type stops the migration.
    ///
    /// - Parameters:
    ///   - type: The new type.
    ///   - using: The expression that computes the new value from the row as it was before the alteration, with its column names
    ///     of then.
    ///   - undo: The expression that computes the old value from the row as the alteration left it, with the same column names.
    ///     Without it, undoing a computed change requires consent to data loss.
    public func type(_ type: ColumnType, using: SQLExpression? = nil, undo: SQLExpression? = nil) -> ColumnChange {
        adding(.type(type, using: using, undo: undo))
    }

    /// Lets the column hold NULL: `ALTER COLUMN "nick" DROP NOT NULL`.
    ///
    /// - Parameter undoFilling: The value that rows with NULL get when the change is undone. Without it, such rows stop the
    ///   undo.
    public func nullable(undoFilling: Default? = nil) -> ColumnChange { adding(.nullable(true, filling: undoFilling)) }

    /// Forbids NULL: `ALTER COLUMN "nick" SET NOT NULL`.
    ///
    /// - Parameter value: The value that rows with NULL get. Without it, such rows stop the migration.
    public func required(filling value: Default? = nil) -> ColumnChange { adding(.nullable(false, filling: value)) }

    /// Sets the value of rows that are inserted without one: `ALTER COLUMN "state" SET DEFAULT 'draft'`. Existing rows keep
    /// their values.
    public func `default`(_ value: Default) -> ColumnChange { adding(.default(value)) }

    /// Removes the default: `ALTER COLUMN "state" DROP DEFAULT`.
    public func withoutDefault() -> ColumnChange { adding(.default(nil)) }

    /// Computes the column from other columns of its row, in existing and in future rows. The values that it holds are lost,
    /// which requires consent to data loss.
    ///
    ///     PostgreSQL  ALTER TABLE "t" DROP COLUMN "total";
    ///                 ALTER TABLE "t" ADD COLUMN "total" bigint GENERATED ALWAYS AS (price * amount) STORED
    ///     SQLite      a rebuild of the table
    ///
    /// - Parameters:
    ///   - expression: The expression that computes the value, in SQL that both databases read alike.
    ///   - storage: `.stored` computes the value when the row is written. `.virtual` computes it when the row is read; only
    ///     SQLite supports that.
    public func generated(_ expression: SQLExpression, _ storage: Generated.Storage = .stored) -> ColumnChange {
        adding(.generated(Generated(expression, storage)))
    }

    /// Turns a computed column into an ordinary one that keeps its values: `ALTER COLUMN "total" DROP EXPRESSION`.
    public func notGenerated() -> ColumnChange { adding(.generated(nil)) }

    /// Sets how the column's texts are compared and sorted; `nil` stands for the database's default collation.
    public func collated(_ collation: Collation?) -> ColumnChange { adding(.collation(collation)) }

    private func adding(_ facet: Facet) -> ColumnChange { ColumnChange(name: name, facets: facets + [facet]) }
}

/// Adds an index to a table: `CREATE INDEX "people_name_idx" ON "people" ("name")`.
///
///     AddIndex("email").unique().where("closed_at IS NULL")
public struct AddIndex: ChangeVerb, DescribesIndex {
    var index: Index

    /// Creates an index over columns.
    public init(_ column: String, _ others: String...) { index = Index([column] + others) }

    /// Creates an index over more than plain columns: `AddIndex("project", .descending("created_at"))`.
    public init(_ part: Index.Part, _ others: Index.Part...) { index = Index(name: "", parts: [part] + others) }

    public var changes: [Change] { [.addIndex(index)] }

    public func describing(_ edit: (inout Index) -> Void) -> AddIndex {
        var copy = self
        edit(&copy.index)
        return copy
    }
}

/// Adds a key, a check or a foreign key to a table: `ALTER TABLE "people" ADD CONSTRAINT "people_email_key" UNIQUE ("email")`.
///
///     Add(Unique("email"))
///     Add(Check("price >= 0").named("price_positive"))
///
/// Rows that violate the constraint stop the migration. SQLite rebuilds the table.
public struct Add: ChangeVerb {
    public let changes: [Change]
    /// Adds the primary key: `ADD PRIMARY KEY ("id")`.
    public init(_ key: PrimaryKey) { changes = [.addPrimaryKey(key)] }
    /// Adds a unique key: `ADD UNIQUE ("email")`.
    public init(_ unique: Unique) { changes = [.addUnique(unique)] }
    /// Adds a check: `ADD CHECK (price >= 0)`.
    public init(_ check: Check) { changes = [.addCheck(check)] }
    /// Adds a foreign key: `ADD FOREIGN KEY ("person_id") REFERENCES "people" ("id")`.
    public init(_ key: ForeignKey) { changes = [.addForeignKey(key)] }
}

/// Drops an index by its name: `DROP INDEX "people_name_idx"`. The default name of an index is `table_column_idx`.
public struct DropIndex: ChangeVerb {
    public let changes: [Change]
    /// Drops the index with this name.
    public init(_ name: String) { changes = [.dropIndex(name)] }
}

/// Renames an index.
///
///     PostgreSQL  ALTER INDEX "people_name_idx" RENAME TO "people_by_name"
///     SQLite      DROP INDEX "people_name_idx";
///                 CREATE INDEX "people_by_name" ON "people" ("name")
public struct RenameIndex: ChangeVerb {
    public let changes: [Change]
    /// Renames the index `name`.
    public init(_ name: String, to newName: String) { changes = [.renameIndex(name, to: newName)] }
}

/// Renames the primary key, a unique key, a check or a foreign key.
///
///     PostgreSQL  ALTER TABLE "people" RENAME CONSTRAINT "people_email_key" TO "one_account_an_address"
///     SQLite      a rebuild of the table
public struct RenameConstraint: ChangeVerb {
    public let changes: [Change]
    /// Renames the key or check `name`.
    public init(_ name: String, to newName: String) { changes = [.renameConstraint(name, to: newName)] }
}

/// Drops the primary key: `ALTER TABLE "people" DROP CONSTRAINT "people_pkey"`. SQLite rebuilds the table.
public struct DropPrimaryKey: ChangeVerb {
    public let changes: [Change] = [.dropPrimaryKey]
    /// Drops the table's primary key.
    public init() {}
}

/// Drops a unique key by its name: `ALTER TABLE "people" DROP CONSTRAINT "people_email_key"`. SQLite rebuilds the table.
///
/// The default name of a unique key is `table_column_key`.
public struct DropUnique: ChangeVerb {
    public let changes: [Change]
    /// Drops the unique key with this name.
    public init(_ name: String) { changes = [.dropUnique(name)] }
}

/// Drops a check by its name: `ALTER TABLE "people" DROP CONSTRAINT "people_age_check"`. SQLite rebuilds the table.
///
/// The default name of a check is `table_column_check` if it reads one column, and `table_check` otherwise.
public struct DropCheck: ChangeVerb {
    public let changes: [Change]
    /// Drops the check with this name.
    public init(_ name: String) { changes = [.dropCheck(name)] }
}

/// Drops a foreign key by its name: `ALTER TABLE "notes" DROP CONSTRAINT "notes_person_id_fkey"`. SQLite rebuilds the table.
///
/// The default name of a foreign key is `table_column_fkey`.
public struct DropForeignKey: ChangeVerb {
    public let changes: [Change]
    /// Drops the foreign key with this name.
    public init(_ name: String) { changes = [.dropForeignKey(name)] }
}
