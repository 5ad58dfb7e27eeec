import Testing

@testable import Dialects

@Suite struct SQLiteInspectorTests {
    @Test(arguments: InspectorFixture.tortures)
    func everyTortureIsReadAndRendered(name: String) throws {
        let inspection = try InspectorFixture.torture(name)
        #expect(!inspection.schema.tables.isEmpty)
        #expect(inspection.schema.tables.allSatisfy { !$0.columns.isEmpty })
        let text = SchemaAsSwift.render(inspection.schema, importing: "Migrator")
        #expect(text.hasPrefix("import Migrator\n\nprivate let "))
        #expect(SchemaAsJSON.render(inspection).hasPrefix("{\n  \"version\": 1,"))
        #expect(inspection.schema.differences(from: inspection.schema).isEmpty)
    }

    @Test func rowidAliasesAreRequiredAndCountOnlyWhenTheySaySo() throws {
        let inspection = try InspectorFixture.inspect(
            """
            CREATE TABLE a(id INTEGER PRIMARY KEY, x);
            CREATE TABLE b(id INTEGER PRIMARY KEY AUTOINCREMENT);
            CREATE TABLE c(id INTEGER PRIMARY KEY DESC);
            CREATE TABLE d(id INT PRIMARY KEY);
            CREATE TABLE e(id INTEGER PRIMARY KEY) WITHOUT ROWID;
            INSERT INTO b VALUES (500); DELETE FROM b;
            """)
        #expect(inspection.rowidAliases == ["a": "id", "b": "id"])
        let schema = inspection.schema
        #expect(schema["a"]?.columns.map(\.isNullable) == [false, true])
        #expect(schema["a"]?[column: "id"]?.isIdentity == false)
        #expect(schema["b"]?[column: "id"]?.isIdentity == true)
        #expect(schema["c"]?[column: "id"]?.isNullable == true)
        #expect(schema["d"]?[column: "id"]?.isNullable == true)
        #expect(schema["e"]?[column: "id"]?.isNullable == false)
        #expect(inspection.sequences == ["b": 500])
        #expect(schema.tables.allSatisfy { $0.primaryKey?.columns == ["id"] })
    }

    @Test func keysAreConstraintsAndIndexesAreIndexes() throws {
        let table = try #require(
            InspectorFixture.inspect(
                """
                CREATE TABLE t(a TEXT COLLATE NOCASE, b INT, c INT, CONSTRAINT k PRIMARY KEY (b, a), UNIQUE (c),
                    CONSTRAINT u UNIQUE (c, a), UNIQUE (a COLLATE BINARY));
                CREATE INDEX i1 ON t(a) WHERE b > 0;
                CREATE UNIQUE INDEX i2 ON t(lower(a) DESC, c COLLATE NOCASE);
                """
            ).schema["t"])
        #expect(table.primaryKey == PrimaryKey(["b", "a"], name: "k"))
        #expect(table.uniques == [Unique(["c"]), Unique(["c", "a"], name: "u")])
        #expect(table.indexes.map(\.name) == ["t_a_idx", "i1", "i2"])
        #expect(table.indexes[0].parts == [Index.Part(.column("a"), collation: .binary)])
        #expect(table.indexes[0].isUnique)
        #expect(table.indexes[1].condition == "b > 0")
        #expect(
            table.indexes[2].parts == [
                Index.Part(.expression("lower(a)"), descending: true), Index.Part(.column("c"), collation: .nocase),
            ])
    }

    /// A LIKE that was written for SQLite ignores case, so it is read back as an expression for SQLite only.
    @Test func whatPortableTextSaysOtherwiseIsSQLitesOwn() throws {
        let schema = try InspectorFixture.inspect(
            "CREATE TABLE t (a TEXT CHECK (a LIKE 'x%'), b INTEGER CHECK (b > 0)) STRICT; CREATE VIEW v AS SELECT * FROM t"
        ).schema
        let checks = schema["t"]?.checks.map(\.expression)
        #expect(checks == [.native(sqlite: "a LIKE 'x%'", postgresql: ""), "b > 0"])
        #expect(schema[view: "v"]?.query == .native(sqlite: "SELECT * FROM t", postgresql: ""))
    }

    /// `COLLATE` binds more tightly than `||`, so it applies to the operand, and the index compares by bytes.
    @Test func theCollationOfAnOperandIsNotTheIndexs() throws {
        let table = try #require(
            InspectorFixture.inspect(
                "CREATE TABLE t(a, b); CREATE INDEX i ON t(a || b COLLATE NOCASE, (a || b) COLLATE NOCASE DESC)"
            ).schema["t"])
        #expect(
            table.indexes[0].parts == [
                Index.Part(.expression(.native(sqlite: "a || b COLLATE NOCASE", postgresql: ""))),
                Index.Part(
                    .expression(.native(sqlite: "(a || b)", postgresql: "")), descending: true, collation: .nocase),
            ])
    }

    @Test func foreignKeysThatPointNowhereAreListed() throws {
        let inspection = try InspectorFixture.inspect(
            """
            CREATE TABLE Parent(ID INTEGER PRIMARY KEY, code TEXT, free TEXT);
            CREATE UNIQUE INDEX parent_code ON parent(code) WHERE free IS NULL;
            CREATE TABLE child(
                a INT CONSTRAINT fine REFERENCES parent ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
                b INT REFERENCES parent(nosuch), c INT REFERENCES nowhere(id), d TEXT REFERENCES parent(free),
                e TEXT REFERENCES parent(code), FOREIGN KEY (a, b) REFERENCES parent);
            """)
        var key = ForeignKey(["a"], to: "Parent", ["ID"], name: "fine")
        key.onDelete = .cascade
        key.isDeferred = true
        #expect(inspection.schema["child"]?.foreignKeys == [key])
        #expect(
            inspection.omitted.map(\.reason) == [
                "Parent has no column nosuch", "there is no table nowhere", "Parent (free) is neither a key nor unique",
                "Parent (code) is neither a key nor unique", "2 columns can't refer to 1",
            ])
        #expect(inspection.omitted.allSatisfy { $0.kind == .foreignKey })
        #expect(inspection.omitted[0].name == "child (b) → parent (nosuch)")
    }

    @Test func namesInExpressionsAreSpelledAsTheColumnsAre() throws {
        let table = try #require(
            InspectorFixture.inspect(
                """
                CREATE TABLE t(UserId INTEGER, state TEXT, CHECK (USERID > 0 AND [state] IN ("on", 'off')),
                    CHECK (state GLOB 'a*'));
                CREATE INDEX i ON t(userid + 1) WHERE `UserId` IS NOT NULL;
                """
            ).schema["t"])
        #expect(
            table.checks == [
                Check(#""UserId" > 0 AND "state" IN ('on', 'off')"#),
                Check(.native(sqlite: "state GLOB 'a*'", postgresql: "")),
            ])
        #expect(table.indexes[0].parts == [Index.Part(.expression(#""UserId" + 1"#))])
        #expect(table.indexes[0].condition == #""UserId" IS NOT NULL"#)
    }

    /// SQLite allows it in a check and in an index's condition, and forbids it in computed columns, defaults and an index's expressions.
    @Test("a table's own name before a column says nothing")
    func ownTable() throws {
        let table = try #require(
            InspectorFixture.inspect(
                """
                CREATE TABLE u(Age INTEGER, state TEXT, u INT, CHECK (u.age > 21), CHECK ("U"."age" > 21), CHECK ([u].[state] = "on"),
                    CHECK ('u'.'state' <> 'u.age' AND"u".state <> 'u'), CHECK (main.u . age > 5), CHECK (u.u > u));
                CREATE INDEX i ON u(state) WHERE u.age > 60;
                """
            ).schema["u"])
        #expect(
            table.checks.map { SQLiteExpressionTranslation.text($0.expression) } == [
                #""Age" > 21"#, #""Age" > 21"#, #""state" = 'on'"#, #""state" <> 'u.age' AND"state" <> 'u'"#,
                #""Age" > 5"#, #""u" > u"#,
            ])
        #expect(table.indexes[0].condition == #""Age" > 60"#)
    }

    /// Beside a point SQLite takes a string for a name.
    @Test func stringsBesidePointsAreNames() {
        let expressions = SQLiteExpression(names: ["Users", "age"])
        let portable = expressions.portable("SELECT 'users'.age, users.'AGE', 'users' FROM users")
        #expect(portable == #"SELECT "Users".age, "Users"."age", 'users' FROM "Users""#)
        #expect(SQLiteExpressionParser.parse("'t'.a") == .column(of: "t", "a"))
        #expect(SQLiteExpressionParser.parse("main.'t'.'a'") == .column(of: "t", "a"))
        #expect(SQLiteExpressionParser.parse("'t' || 'a'") == .binary(.concatenate, .string("t"), .string("a")))
    }

    @Test func generatedColumnsAndDefaults() throws {
        let generated = try #require(try InspectorFixture.torture("23_generated.sql").schema["t"])
        #expect(generated[column: "s"]?.generated == Generated("a*2", .stored))
        #expect(generated[column: "v"]?.generated == Generated("'n'||a", .virtual))
        let defaults = try #require(try InspectorFixture.torture("36_defaults.sql").schema["t"])
        #expect(defaults[column: "f"]?.default == .text("it's"))
        #expect(defaults[column: "g"]?.default == .boolean(true))
        #expect(defaults[column: "h"]?.default == nil)
        #expect(defaults[column: "i"]?.default == .text("dq"))
        #expect(defaults[column: "e"]?.default == .expression(.native(sqlite: "unixepoch()", postgresql: "")))
    }

    @Test func virtualTablesAndTriggersAreListed() throws {
        let inspection = try InspectorFixture.torture("31_fts5.sql")
        #expect(inspection.schema.tables.map(\.name) == ["t"])
        #expect(inspection.omitted.filter { $0.kind == .virtualTable }.map(\.name) == ["ft"])
        #expect(
            Set(inspection.omitted.filter { $0.kind == .shadowTable }.map(\.name))
                == ["ft_data", "ft_idx", "ft_docsize", "ft_config"])
        let views = try InspectorFixture.torture("30_views_triggers.sql")
        #expect(views.schema.views.map(\.name) == ["vv"])
        #expect(views.omitted.map(\.reason) == ["after insert on t: its body is written in SQLite's own words"])
    }

    /// The file uses a module or a collation that only an application has. This SQLite can't load it, but the inspector describes it.
    @Test func whatThisSQLiteCannotLoadIsStillDescribed() throws {
        let connection = try InspectorFixture.memory(
            """
            CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE);
            CREATE INDEX i ON t(a);
            CREATE TABLE s_node(nodeno INTEGER PRIMARY KEY, data);
            CREATE VIEW broken AS SELECT nosuch FROM nowhere;
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = replace(sql, 'NOCASE', 'PHONEBOOK') WHERE name = 't';
            INSERT INTO sqlite_master VALUES ('table', 's', 's', 0, 'CREATE VIRTUAL TABLE s USING nosuchmodule(a, b)');
            INSERT INTO sqlite_master VALUES ('table', 'r', 'r', 0, 'CREATE VIRTUAL TABLE r USING rtree_i32(id, a, b)');
            PRAGMA writable_schema = RESET;
            """)
        defer { connection.close() }
        let inspection = try SQLiteInspector.inspect(connection)
        #expect(inspection.schema["t"]?[column: "a"]?.collation == .native(sqlite: #""PHONEBOOK""#, postgresql: ""))
        #expect(inspection.schema["t"]?.indexes.map(\.name) == ["i"])
        #expect(inspection.schema.tables.map(\.name) == ["s_node", "t"])
        #expect(inspection.omitted.filter { $0.kind == .virtualTable }.map(\.name) == ["s", "r"])
        #expect(inspection.schema.views.map(\.name) == ["broken"])
    }

    @Test func theToolkitsOwnTablesAreNoPartOfTheSchema() throws {
        let inspection = try InspectorFixture.inspect(
            "CREATE TABLE tc_migrations(id TEXT); CREATE TABLE tc_transfers(id TEXT); CREATE TABLE mine(id TEXT)")
        #expect(inspection.schema.tables.map(\.name) == ["mine"])
    }

    @Test func theLegacyDatabaseIsReadWhole() throws {
        let inspection = try InspectorFixture.inspectFile("legacy/small.db")
        #expect(inspection.schema.tables.count == 21)
        #expect(inspection.schema.tables.reduce(0) { $0 + $1.indexes.count } == 35)
        #expect(inspection.omitted.filter { $0.kind == .virtualTable }.count == 2)
        #expect(inspection.omitted.filter { $0.kind == .shadowTable }.count == 8)
        #expect(inspection.omitted.filter { $0.kind == .trigger }.count == 6)
        let queue = try #require(inspection.schema["inbound_queue"])
        #expect(queue.checks.map(\.expression).contains("message_type IN ('text', 'voice', 'file')"))
        #expect(inspection.schema["sessions"]?[column: "initiated_by_ai"]?.default == .boolean(false))
        #expect(inspection.schema["session_tokens"]?.foreignKeys.first?.onDelete == .cascade)
    }

    @Test func whatWasMadeOfADeclarationReadsBackLikeItsScratch() throws {
        let declared = InspectorSample.schema
        let construction = try SQLiteDialect().construct(declared)
        let script = (construction.tables + construction.afterLoad.map(\.statement)).joined(separator: ";\n")
        let connection = try InspectorFixture.memory(script)
        defer { connection.close() }
        let scratch = try SQLiteInspector.inspectScratch(declared, beside: connection)
        #expect(try SQLiteInspector.inspect(connection).schema.differences(from: scratch.schema).isEmpty)
        #expect(try SQLiteInspector.undeclaredObjects(of: declared, on: connection).objects.isEmpty)

        try connection.executeScript("CREATE INDEX by_hand ON orders(note); ALTER TABLE orders ADD COLUMN extra TEXT")
        let lines = try SQLiteInspector.inspect(connection).schema.differences(from: scratch.schema).map(\.description)
        #expect(
            lines == [
                "column orders.extra exists only in the database",
                "index by_hand on orders exists only in the database",
            ])
    }

    @Test("a default of a column of any type is stored as it is written in a STRICT table, and as a number in another")
    func defaultsOfAny() throws {
        let columns = "(id INTEGER PRIMARY KEY, a ANY DEFAULT '007', b any DEFAULT 1.0, c TEXT DEFAULT 7)"
        let script = "CREATE TABLE held \(columns) STRICT; CREATE TABLE loose \(columns);"
        let connection = try InspectorFixture.memory(script)
        defer { connection.close() }
        let inspection = try SQLiteInspector.inspect(connection)
        let schema = inspection.schema
        #expect(inspection.unconvertedColumns == ["held": ["a", "b"]])
        let held = try #require(schema["held"])
        let types = inspection.withoutConversions(held).columns.map(\.type)
        #expect(types.map(\.isWithoutAffinity) == [false, true, true, false])
        #expect(schema["held"]?.columns.map(\.default) == [nil, .text("007"), .real(1), .text("7")])
        #expect(schema["loose"]?.columns.map(\.default) == [nil, .integer(7), .integer(1), .text("7")])
    }

    @Test func undeclaredObjectsAreWhatIsNotDeclared() throws {
        var declared = Table(name: "t")
        declared.columns = [Column("id", .integer), Column("flag", .boolean)]
        declared.primaryKey = PrimaryKey(["id"])
        let connection = try InspectorFixture.memory(
            """
            CREATE TABLE "t" ("id" INTEGER PRIMARY KEY NOT NULL, "flag" INTEGER NOT NULL CHECK ("flag" IN (0, 1)),
                more TEXT DEFAULT 'x' , CONSTRAINT odd CHECK (id > 7), UNIQUE (flag));
            CREATE TABLE tc_migrations(id TEXT);
            CREATE INDEX tc_i ON tc_migrations(id);
            CREATE INDEX i ON t(more);
            CREATE VIEW v AS SELECT * FROM t;
            CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END;
            """)
        defer { connection.close() }
        let undeclared = try SQLiteInspector.undeclaredObjects(of: Schema(tables: [declared]), on: connection)
        #expect(
            undeclared.objects == [
                .init(.column, name: "more", owner: "t", definition: "more TEXT DEFAULT 'x'"),
                .init(.constraint, name: "odd", owner: "t", definition: "CONSTRAINT \"odd\" CHECK (id > 7)"),
                .init(.constraint, name: "UNIQUE (\"flag\")", owner: "t", definition: "UNIQUE (\"flag\")"),
                .init(.option, name: "not STRICT", owner: "t", definition: "not STRICT"),
                .init(.index, name: "i", owner: "t", definition: "CREATE INDEX i ON t(more)"),
                .init(.view, name: "v", owner: "v", definition: "CREATE VIEW v AS SELECT * FROM t"),
                .init(
                    .trigger, name: "tr", owner: "t",
                    definition: "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END"),
            ])
        #expect(undeclared.takenNames == [])
        try connection.execute("CREATE TABLE TC_new_t (a)")
        let again = try SQLiteInspector.undeclaredObjects(of: Schema(tables: [declared]), around: ["t"], on: connection)
        #expect(again.takenNames == ["TC_new_t"] && again.objects == undeclared.objects)
    }
}
