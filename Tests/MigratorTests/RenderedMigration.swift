import Migrator

extension Migration {
    /// Every verb there is.
    static let rendered = Migration("0007-rendered") {
        DropView("seen")
        // Loses the rows of gone.
        DropTable("gone")
        RenameTable("old", to: "kept")
        AlterTable("kept") {
            Add(PrimaryKey("id").named("kept_key"))
        }
        CreateTable(#"letters "x""#) {
            Column("id", .bigint).identity().primaryKey()
            Column("person", .integer)
            Column("state", .varchar(20)).default("draft").collated(.nocase)
            Column("sent", .timestamp).nullable().default(.now)
            Column("odd", .native(sqlite: "ANY", postgresql: "a type of many words, so many that they do not fit"))
                .nullable()
                .default(.expression(.native(sqlite: "x'00'", postgresql: #"'\x00'::bytea /* and some more */"#)))
            Check(#"state <> '"\n#' AND length(state) > 0"#)
            ForeignKey("person", to: "people", "id").onDelete(.cascade).deferred()
            Index(.descending("sent"), .expression("lower(state)"), .ascending("state").collated(.binary))
                .unique()
                .where("sent IS NOT NULL AND state IN ('draft', 'sent', 'read', 'answered', 'thrown away')")
        }
        AlterTable("people") {
            DropCheck("positive")
            DropUnique("people_name_key")
            DropIndex("people_nick_idx")
            // Loses the values of spare.
            DropColumn("spare")
            RenameColumn("nick", to: "handle")
            ChangeColumn("twice").notGenerated()
            ChangeColumn("born").type(.date, using: "CAST(born AS date)", undo: "CAST(born AS text)")
            ChangeColumn("handle").required(filling: "nobody").default("x").collated(.binary)
            ChangeColumn("size").nullable().withoutDefault()
            ChangeColumn("name").collated(nil).required()
            AddColumn("email", .text).filling("unknown")
            AddColumn("half", .bigint).nullable().generated("size / 2", .virtual)
            Add(Unique("email", "handle").named("one_each"))
            Add(
                Check(
                    """
                    size > -1 AND size < 10001 AND size > -2 AND size < 10002 AND size > -3 AND size < 10003 AND size \
                    > -4 AND size < 10004 AND size > -5 AND size < 10005 AND size > -6 AND size < 10006 AND size > -7 \
                    AND size < 10007 AND size > -8 AND size < 10008 AND size > -9 AND size < 10009 AND size > -10 AND \
                    size < 100010 AND size > -11 AND size < 100011 AND size > -12 AND size < 100012
                    """
                )
            )
            AddIndex(.descending("email")).where("email <> ''")
        }
        AlterTable("kept") {
            DropPrimaryKey()
        }
        CreateView(
            "seen",
            as: """
                SELECT name,
                  email
                FROM people\u{20}
                WHERE size > -1 AND size < 10001 AND size > -2 AND size < 10002 AND size > -3 AND size < 10003 AND \
                size > -4 AND size < 10004 AND size > -5 AND size < 10005 AND size > -6 AND size < 10006 AND size > -7 \
                AND size < 10007 AND size > -8 AND size < 10008 AND size > -9 AND size < 10009 AND size > -10 AND size \
                < 100010 AND size > -11 AND size < 100011 AND size > -12 AND size < 100012
                """
        )
        RunSQL("DELETE FROM kept", undo: .impossible(because: "the rows are gone"))
    }
}
