import Dialects

/// What may be a line of `AlterTable("…") { … }`.
public protocol ChangeVerb {
    /// The changes that this line stands for.
    var changes: [Change] { get }
}

/// Adds a column to a table: `ALTER TABLE "people" ADD COLUMN "nick" text`.
///
///     AddColumn("nick", .text).nullable()
///     AddColumn("state", .text).oneOf("draft", "sent").filling("sent")
///
/// SQLite adds a column in place where it is nullable or has a constant default, and makes the table anew otherwise. Undoing it
/// drops the column.
public struct AddColumn: ChangeVerb, DescribesColumn {
    var spec: ColumnSpec
    var fill: Default?

    /// - Parameters:
    ///   - name: The column's name.
    ///   - type: What it holds.
    public init(_ name: String, _ type: ColumnType) { spec = ColumnSpec(column: Column(name, type)) }

    /// Sets the value that rows get which exist already. Rows that are inserted later get the column's default.
    ///
    ///     PostgreSQL  ALTER TABLE "letters" ADD COLUMN "state" text NOT NULL DEFAULT 'sent';
    ///                 ALTER TABLE "letters" ALTER COLUMN "state" DROP DEFAULT
    ///     SQLite      the table made anew, with 'sent' in each row
    ///
    /// A column that is neither nullable nor has a default or filling stops the migration where the table has rows.
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
/// What uses the column (keys, checks, indexes, views) is dropped first, in the same migration. A column that holds values is
/// dropped only when data loss is allowed. Undoing it adds the column again, without its values.
public struct DropColumn: ChangeVerb {
    public let changes: [Change]

    /// - Parameters:
    ///   - name: The column's name.
    ///   - undoFilling: What rows get when the drop is undone. A column that is neither nullable nor has a default needs it to
    ///     come back to a table that has rows.
    public init(_ name: String, undoFilling: Default? = nil) { changes = [.dropColumn(name, undoFilling: undoFilling)] }
}

/// Renames a column: `ALTER TABLE "people" RENAME COLUMN "nick" TO "nickname"`.
///
/// Keys, checks, indexes, foreign keys and views that name the column follow. Renames that stand side by side and can't follow
/// one another are made at once, so `a` to `b` and `b` to `a` swaps two columns.
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
///     SQLite      the table made anew, every value converted and checked
public struct ChangeColumn: ChangesColumn {
    public let name: String
    public var facets: [Facet] { [] }

    /// Names the column that changes.
    public init(_ name: String) { self.name = name }
}

/// A column and what changes about it.
public struct ColumnChange: ChangeVerb, ChangesColumn {
    public let name: String
    public let facets: [Facet]

    public var changes: [Change] { [.changeColumn(name, facets)] }
}

/// What can be changed about a column.
public protocol ChangesColumn {
    /// The column's name.
    var name: String { get }
    /// What has been said so far, in this order.
    var facets: [Facet] { get }
}

extension ChangesColumn {
    /// Changes the column's type: `ALTER COLUMN "price" TYPE bigint USING price * 100`.
    ///
    ///     ChangeColumn("price").type(.bigint, using: "price * 100", undo: "price / 100")
    ///
    /// Columns that refer to it by a foreign key take the same type. Without `using` each value is converted, and one that does
    /// not fit the new type stops the migration.
    ///
    /// - Parameters:
    ///   - type: The new type.
    ///   - using: Computes the new value from the row as it was before the alteration, by the names that its columns had then.
    ///   - undo: Computes the old value from the row as the alteration left it, by the same names. Without it, undoing a
    ///     computed change takes the consent to data loss.
    public func type(_ type: ColumnType, using: SQLExpression? = nil, undo: SQLExpression? = nil) -> ColumnChange {
        adding(.type(type, using: using, undo: undo))
    }

    /// Lets the column hold NULL: `ALTER COLUMN "nick" DROP NOT NULL`.
    ///
    /// - Parameter undoFilling: What rows get that hold NULL when the change is undone. Without it, such rows stop the way back.
    public func nullable(undoFilling: Default? = nil) -> ColumnChange { adding(.nullable(true, filling: undoFilling)) }

    /// Forbids NULL: `ALTER COLUMN "nick" SET NOT NULL`.
    ///
    /// - Parameter value: What rows get that hold NULL. Without it, such rows stop the migration.
    public func required(filling value: Default? = nil) -> ColumnChange { adding(.nullable(false, filling: value)) }

    /// Sets the value of rows that are inserted without one: `ALTER COLUMN "state" SET DEFAULT 'draft'`. Existing rows stay as
    /// they are.
    public func `default`(_ value: Default) -> ColumnChange { adding(.default(value)) }

    /// Removes the default: `ALTER COLUMN "state" DROP DEFAULT`.
    public func withoutDefault() -> ColumnChange { adding(.default(nil)) }

    /// Computes the column from others of its row, from now on and in existing rows. The values that it holds are lost, which
    /// takes the consent to data loss.
    ///
    ///     PostgreSQL  ALTER TABLE "t" DROP COLUMN "total";
    ///                 ALTER TABLE "t" ADD COLUMN "total" bigint GENERATED ALWAYS AS (price * amount) STORED
    ///     SQLite      the table made anew
    ///
    /// - Parameters:
    ///   - expression: What it is computed from, in SQL that both databases read alike.
    ///   - storage: `.stored` computes when the row is written; `.virtual` when it is read, which SQLite alone can.
    public func generated(_ expression: SQLExpression, _ storage: Generated.Storage = .stored) -> ColumnChange {
        adding(.generated(Generated(expression, storage)))
    }

    /// Turns a computed column into an ordinary one that keeps its values: `ALTER COLUMN "total" DROP EXPRESSION`.
    public func notGenerated() -> ColumnChange { adding(.generated(nil)) }

    /// Sets how the column's texts are compared and sorted; `nil` is the database's own way.
    public func collated(_ collation: Collation?) -> ColumnChange { adding(.collation(collation)) }

    private func adding(_ facet: Facet) -> ColumnChange { ColumnChange(name: name, facets: facets + [facet]) }
}

/// Adds an index to a table: `CREATE INDEX "people_name_idx" ON "people" ("name")`.
///
///     AddIndex("email").unique().where("closed_at IS NULL")
public struct AddIndex: ChangeVerb, DescribesIndex {
    var index: Index

    /// An index over columns.
    public init(_ column: String, _ others: String...) { index = Index([column] + others) }

    /// An index over more than plain columns: `AddIndex("project", .descending("created_at"))`.
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
/// Rows that it does not hold for stop the migration. SQLite makes the table anew.
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

/// Drops an index by its name: `DROP INDEX "people_name_idx"`. An index that nobody named is `table_column_idx`.
public struct DropIndex: ChangeVerb {
    public let changes: [Change]
    /// Drops the index of this name.
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
///     SQLite      the table made anew
public struct RenameConstraint: ChangeVerb {
    public let changes: [Change]
    /// Renames the key or check `name`.
    public init(_ name: String, to newName: String) { changes = [.renameConstraint(name, to: newName)] }
}

/// Drops the primary key: `ALTER TABLE "people" DROP CONSTRAINT "people_pkey"`. SQLite makes the table anew.
public struct DropPrimaryKey: ChangeVerb {
    public let changes: [Change] = [.dropPrimaryKey]
    /// Drops the table's primary key.
    public init() {}
}

/// Drops a unique key by its name: `ALTER TABLE "people" DROP CONSTRAINT "people_email_key"`. SQLite makes the table anew.
///
/// A key that nobody named is `table_column_key`.
public struct DropUnique: ChangeVerb {
    public let changes: [Change]
    /// Drops the unique key of this name.
    public init(_ name: String) { changes = [.dropUnique(name)] }
}

/// Drops a check by its name: `ALTER TABLE "people" DROP CONSTRAINT "people_age_check"`. SQLite makes the table anew.
///
/// A check that nobody named is `table_column_check` where it reads one column, and `table_check` otherwise.
public struct DropCheck: ChangeVerb {
    public let changes: [Change]
    /// Drops the check of this name.
    public init(_ name: String) { changes = [.dropCheck(name)] }
}

/// Drops a foreign key by its name: `ALTER TABLE "notes" DROP CONSTRAINT "notes_person_id_fkey"`. SQLite makes the table anew.
///
/// A foreign key that nobody named is `table_column_fkey`.
public struct DropForeignKey: ChangeVerb {
    public let changes: [Change]
    /// Drops the foreign key of this name.
    public init(_ name: String) { changes = [.dropForeignKey(name)] }
}
