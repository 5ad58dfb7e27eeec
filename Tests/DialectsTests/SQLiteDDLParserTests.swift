import Testing

@testable import Dialects

@Suite struct SQLiteDDLParserTests {
    @Test func columnsKeepWhatPragmasDoNotTell() throws {
        let table = try #require(
            SQLiteDDLParser.parse(
                """
                CREATE TABLE t(
                  id INTEGER CONSTRAINT pk PRIMARY KEY AUTOINCREMENT, -- counts, (really)
                  a text COLLATE NOCASE CONSTRAINT a_set CHECK (a <> ')') CHECK(length(a)>1) /* , */,
                  b int DEFAULT (1+(2)) NOT NULL ON CONFLICT REPLACE UNIQUE ON CONFLICT ABORT,
                  s integer GENERATED ALWAYS AS (id * 2) STORED, v AS ('n' || a)
                )
                """))
        #expect(table.columns.map(\.name) == ["id", "a", "b", "s", "v"])
        #expect(table.columns[0].isAutoincrement)
        #expect(table.primaryKey == .init(name: "pk", columns: ["id"]))
        #expect(table.columns[1].collation == "NOCASE")
        #expect(
            table.checks == [
                .init(name: "a_set", expression: "a <> ')'"), .init(name: nil, expression: "length(a)>1"),
            ])
        #expect(table.conflictClauses == ["NOT NULL ON CONFLICT REPLACE"])
        #expect(table.uniques == [.init(name: nil, columns: ["b"])])
        #expect(table.columns[3].generated == .init(expression: "id * 2", isStored: true))
        #expect(table.columns[4].generated == .init(expression: "'n' || a", isStored: false))
        #expect(table.columns[2].text == "b int DEFAULT (1+(2)) NOT NULL ON CONFLICT REPLACE UNIQUE ON CONFLICT ABORT")
    }

    @Test(
        "a constraint whose name is empty has none",
        arguments: ["CONSTRAINT \"\"", "CONSTRAINT []", "CONSTRAINT[]", "CONSTRAINT ``", "CONSTRAINT ''"])
    func emptyNames(_ prefix: String) throws {
        let table = try #require(
            SQLiteDDLParser.parse(
                "CREATE TABLE t(a INT \(prefix) UNIQUE, b INT REFERENCES p, \(prefix) CHECK (a > 0), \(prefix) PRIMARY KEY (a))"
            ))
        #expect(table.uniques == [.init(name: nil, columns: ["a"])])
        #expect(table.checks == [.init(name: nil, expression: "a > 0")])
        #expect(table.primaryKey == .init(name: nil, columns: ["a"]))
        #expect(table.columns.map(\.name) == ["a", "b"])
    }

    @Test func strangersQuoteAsTheyLike() throws {
        let table = try #require(
            SQLiteDDLParser.parse(
                "CREATE TABLE [my (table]([a b]int,`c``d`text,\"e\"\"f\" blob,'g'varchar(10),end,\"check\" int check([a b]>0))"
            ))
        #expect(table.columns.map(\.name) == ["a b", "c`d", "e\"f", "g", "end", "check"])
        #expect(table.checks.map(\.expression) == ["[a b]>0"])
    }

    @Test func typeNamesOfManyWordsEndWhereAConstraintBegins() throws {
        let table = try #require(
            SQLiteDDLParser.parse(
                "CREATE TABLE t(a unsigned big int(10) NOT NULL,b byte[] DEFAULT x'00',c \"VARCHAR(10) NOT NULL\" collate rtrim,d,e DEFAULT -1.5e-3 CHECK(e<0),f DEFAULT .5)"
            ))
        #expect(table.columns.map(\.name) == ["a", "b", "c", "d", "e", "f"])
        #expect(table.columns[2].collation == "rtrim")
        #expect(table.checks.map(\.expression) == ["e<0"])
    }

    @Test func tableConstraintsHaveNamesAndMayLackCommas() throws {
        let table = try #require(
            SQLiteDDLParser.parse(
                """
                CREATE TABLE t(a, b, c, CONSTRAINT k PRIMARY KEY(a COLLATE NOCASE DESC, "b") ON CONFLICT IGNORE
                  CONSTRAINT u UNIQUE (c) CHECK (a > b)
                  , CONSTRAINT "to p" FOREIGN KEY (a, b) REFERENCES p(x, y) ON DELETE SET NULL ON UPDATE NO ACTION
                    MATCH FULL NOT DEFERRABLE INITIALLY IMMEDIATE
                  , FOREIGN KEY(c)REFERENCES q DEFERRABLE INITIALLY DEFERRED) WITHOUT ROWID, STRICT
                """))
        #expect(table.primaryKey == .init(name: "k", columns: ["a", "b"]))
        #expect(table.uniques == [.init(name: "u", columns: ["c"])])
        #expect(table.checks == [.init(name: nil, expression: "a > b")])
        #expect(
            table.foreignKeys == [
                .init(name: "to p", columns: ["a", "b"], parent: "p", isDeferred: false),
                .init(name: nil, columns: ["c"], parent: "q", isDeferred: true),
            ])
        #expect(table.isWithoutRowid && table.isStrict)
        #expect(table.conflictClauses.count == 1)
    }

    @Test func autoincrementMayStandInATableConstraint() throws {
        let table = try #require(SQLiteDDLParser.parse("CREATE TABLE t(id INTEGER, PRIMARY KEY(id AUTOINCREMENT))"))
        #expect(table.columns[0].isAutoincrement)
    }

    @Test(arguments: ["", "CREATE", "CREATE TABLE t", "CREATE TABLE t(", "CREATE TABLE t(a", "SELECT (1)", ")("])
    func whatIsNoTableIsNone(text: String) {
        #expect(SQLiteDDLParser.parse(text) == nil)
    }

    @Test func indexPartsLoseDirectionAndCollationOnly() {
        let index = SQLiteIndexDefinition(
            "CREATE UNIQUE INDEX i ON t (lower(a) COLLATE NOCASE DESC, b, (c || ',') asc, d collate \"x y\") WHERE (b > 0) -- all"
        )
        #expect(index?.parts.map(\.expression) == ["lower(a)", "b", "(c || ',')", "d"])
        #expect(index?.parts.map(\.collation) == ["NOCASE", nil, nil, "x y"])
        #expect(index?.condition == "(b > 0)")
    }

    @Test func viewsWithColumnListsNameTheirColumnsThemselves() {
        #expect(SQLiteViewDefinition.query(of: "CREATE VIEW v AS SELECT 1", view: "v") == "SELECT 1")
        #expect(
            SQLiteViewDefinition.query(of: "CREATE VIEW v(a, b) as SELECT 1, 2", view: "v")
                == #"WITH "v"(a, b) AS (SELECT 1, 2) SELECT * FROM "v""#)
    }

    @Test func triggersSayWhenTheyRun() {
        #expect(
            SQLiteTriggerDefinition.event(
                of: "CREATE TRIGGER tr AFTER UPDATE OF a,  b ON t WHEN new.a > 1 BEGIN SELECT 1; END")
                == "AFTER UPDATE OF a, b ON t")
    }
}
