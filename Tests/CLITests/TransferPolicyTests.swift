import Foundation
import TestSupport
import Testing

/// Tests every kind of incompatible value under every policy: which values are transferred, which are not, and that the counts add up.
@Suite("transfer --on-mismatch", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferPolicyTests {
    /// A kind of incompatible value: a table `t` of three rows, one of which does not fit, and the outcome for its column `v`.
    struct Kind: Sendable, CustomTestStringConvertible {
        var name: String
        var script: String
        /// The type of `v` if it is widened, and if it is kept.
        var widened: String
        var kept: String
        var rules = ""
        /// The reason that is reported for the incompatible value, and its place.
        var reason: String
        var place = "in row id=2"
        var outcomes = Outcomes()

        var testDescription: String { name }

        static func column(_ declaration: String, _ values: String) -> String {
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v \(declaration)); INSERT INTO t VALUES \(values)"
        }
    }

    /// The outcome under each policy. The defaults apply to most kinds.
    struct Outcomes: Sendable {
        var widen = Outcome.widened
        var fail = Outcome.refused("misfits")
        var null = Outcome.nulled
        var quarantine = Outcome.quarantined
    }

    enum Outcome: Sendable {
        case widened, nulled, quarantined
        case refused(String)
    }

    static let kinds = [
        Kind(
            name: "text in INTEGER", script: Kind.column("INT", "(1, 5), (2, 'n/a'), (3, 7)"), widened: "text",
            kept: "bigint",
            reason: "is not a whole number of 64 bits"),
        Kind(
            name: "fraction in INTEGER", script: Kind.column("INT", "(1, 5), (2, 0.5), (3, 7)"),
            widened: "double precision",
            kept: "bigint", reason: "is not a whole number of 64 bits"),
        Kind(
            name: "blob in TEXT", script: Kind.column("TEXT", "(1, 'a'), (2, x'00ff'), (3, 'b')"), widened: "bytea",
            kept: "text",
            reason: "is bytes, not text"),
        Kind(
            name: "text in BLOB", script: Kind.column("BLOB", "(1, x'00'), (2, 'text'), (3, x'01')"), widened: "bytea",
            kept: "bytea", reason: "is text, not bytes"),
        Kind(
            name: "NUL in text", script: Kind.column("TEXT", "(1, 'a'), (2, 'a' || char(0) || 'b'), (3, 'b')"),
            widened: "bytea", kept: "text", reason: "holds a NUL character"),
        Kind(
            name: "invalid UTF-8", script: Kind.column("TEXT", "(1, 'a'), (2, CAST(x'61ff' AS TEXT)), (3, 'b')"),
            widened: "bytea", kept: "text", reason: "is not UTF-8"),
        Kind(
            name: "over-long varchar", script: Kind.column("VARCHAR(3)", "(1, 'äöü'), (2, 'abcd'), (3, '')"),
            widened: "text",
            kept: "character varying", reason: "is longer than 3 characters"),
        Kind(
            name: "decimal out of range", script: Kind.column("DECIMAL(5,2)", "(1, 1.25), (2, 1000), (3, 999)"),
            widened: "numeric", kept: "numeric", reason: "is not a decimal number of at most 5 digits"),
        Kind(
            name: "infinity in DECIMAL", script: Kind.column("DECIMAL(5,2)", "(1, 1.25), (2, -9e999), (3, 999)"),
            widened: "text", kept: "numeric", reason: "is not a decimal number of at most 5 digits"),
        Kind(
            name: "no timestamp", script: Kind.column("DATETIME", "(1, '2024-01-02 03:04:05'), (2, 'soon'), (3, NULL)"),
            widened: "text", kept: "timestamp without time zone", reason: "is not a timestamp without a zone"),
        Kind(
            name: "no boolean", script: Kind.column("BOOLEAN", "(1, 0), (2, 2), (3, 'true')"), widened: "text",
            kept: "boolean", reason: "is neither true nor false"),
        Kind(
            name: "JSON that jsonb refuses",
            script: Kind.column("TEXT", #"(1, '{}'), (2, '{"a": "\u0000"}'), (3, '[]')"#),
            widened: "text", kept: "jsonb", rules: "tables: {t: {columns: {v: {type: jsonb}}}}",
            reason: "is not JSON that jsonb accepts", outcomes: Outcomes(widen: .refused("misfits"))),
        Kind(
            name: "a lone surrogate", script: Kind.column("TEXT", #"(1, '{}'), (2, '"\ud800"'), (3, '[]')"#),
            widened: "text",
            kept: "jsonb", rules: "tables: {t: {columns: {v: {type: jsonb}}}}",
            reason: "is not JSON that jsonb accepts",
            outcomes: Outcomes(widen: .refused("misfits"))),
        Kind(
            name: "NaN in JSON", script: Kind.column("TEXT", "(1, '{}'), (2, '[NaN]'), (3, '[]')"), widened: "text",
            kept: "jsonb", rules: "tables: {t: {columns: {v: {type: jsonb}}}}",
            reason: "is not JSON that jsonb accepts",
            outcomes: Outcomes(widen: .refused("misfits"))),
        Kind(
            name: "NULL in a primary key",
            script: "CREATE TABLE t (v TEXT PRIMARY KEY, id INT); INSERT INTO t VALUES ('a', 1), (NULL, 2), ('c', 3)",
            widened: "text", kept: "text", reason: "is NULL where a value is required", place: "in row v=NULL",
            outcomes: Outcomes(null: .widened)),
        Kind(
            name: "an incompatible value in a required column",
            script: Kind.column("INT NOT NULL", "(1, 5), (2, 'n/a'), (3, 7)"),
            widened: "text", kept: "bigint", reason: "is not a whole number of 64 bits",
            outcomes: Outcomes(null: .refused("never_null"))),
        Kind(
            name: "keys that are one in the target",
            script:
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v UNIQUE); INSERT INTO t VALUES (1, 1), (2, '1'), (3, 'x')",
            widened: "text", kept: "text", reason: "repeats the key t_v_key",
            outcomes: Outcomes(
                widen: .refused("key_not_built"), fail: .refused("key_not_built"), null: .refused("key_not_built"))),
        Kind(
            name: "keys that a rule's type makes one",
            script: """
                CREATE TABLE t (v TEXT PRIMARY KEY, id INT); INSERT INTO t VALUES ('123e4567-e89b-12d3-a456-426614174000', 1), \
                ('123E4567-E89B-12D3-A456-426614174000', 2), ('00000000-e89b-12d3-a456-426614174000', 3)
                """,
            widened: "uuid", kept: "uuid", rules: "tables: {t: {columns: {v: {type: uuid}}}}",
            reason: "repeats the key t_pkey",
            outcomes: Outcomes(
                widen: .refused("key_not_built"), fail: .refused("key_not_built"), null: .refused("key_not_built"))),
    ]

    @Test("widen", arguments: kinds)
    func widen(_ kind: Kind) async throws { try await check(kind, "widen", kind.outcomes.widen) }
    @Test("fail", arguments: kinds)
    func fail(_ kind: Kind) async throws { try await check(kind, "fail", kind.outcomes.fail) }
    @Test("null", arguments: kinds)
    func null(_ kind: Kind) async throws { try await check(kind, "null", kind.outcomes.null) }
    @Test("quarantine", arguments: kinds)
    func quarantine(_ kind: Kind) async throws { try await check(kind, "quarantine", kind.outcomes.quarantine) }

    private func check(_ kind: Kind, _ policy: String, _ outcome: Outcome) async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, kind.script)
            let rules = try makeRules(box, kind.rules)
            let run = try await box.run(
                .tcMigrate, ["transfer", source, target, "--json", "--on-mismatch", policy, "--rules", rules])
            switch outcome {
            case .widened:
                try expectRows(3, kind.widened, run, target)
                #expect(try tables(target).contains("tc_quarantine") == false)
            case .nulled:
                try expectRows(3, kind.kept, run, target)
                let table = try #require(try run.document(TransferDocument.self).tables.first)
                #expect(table.nulled.map(\.column) == ["v"] && table.nulled.map(\.values) == [1])
                #expect(try query("SELECT id::text FROM t WHERE v IS NULL AND id = 2", on: target) == ["2"])
            case .quarantined: try expectQuarantined(kind, run, target)
            case .refused(let code):
                #expect(run.ending == .exit(2), "\(run)")
                let error = try run.document(ErrorDocument.self).error
                #expect(error.code == code, "\(run)")
                #expect(try tables(target) == [])
                guard code != "key_not_built" else { return }
                #expect(error.message.contains("t.v") && error.message.contains(kind.reason), "\(run)")
                #expect(
                    error.context.misfits?.map(\.values) == [1] && error.message.contains(kind.place),
                    "\(run)")
            }
        }
    }

    private func expectRows(_ count: Int, _ type: String, _ run: Run, _ target: String) throws {
        #expect(run.ending == .exit(0), "\(run)")
        let document = try run.document(TransferDocument.self)
        #expect(document.verdict == "verified" && document.tables.map(\.targetRows) == [count])
        let found = try query(
            "SELECT data_type::text FROM information_schema.columns WHERE table_name = 't' AND column_name = 'v'",
            on: target)
        #expect(found == [type])
    }

    private func expectQuarantined(_ kind: Kind, _ run: Run, _ target: String) throws {
        try expectRows(2, kind.kept, run, target)
        let table = try #require(try run.document(TransferDocument.self).tables.first)
        #expect(table.sourceRows == 3 && table.quarantined == 1, "\(run)")
        let aside = try query(
            "SELECT concat_ws(' | ', source_table, column_name, reason, record::jsonb ->> 'id') FROM tc_quarantine",
            on: target)
        #expect(aside.count == 1 && aside[0].hasPrefix("t | v | ") && aside[0].hasSuffix(" | 2"), "\(aside)")
        #expect(aside[0].contains(kind.reason), "\(aside)")
    }

    @Test("a row in quarantine is whole: every value can be had again from its JSON")
    func record() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, b, r, x, t TEXT, big, e);
                INSERT INTO t VALUES (7, 'n/a', x'00ff10', 0.1, 9e999, 'a"\\' || char(10) || 'ä', 9223372036854775807, NULL);
                INSERT INTO t VALUES (8, 'n/a', x'', -0.0, -9e999, 'a' || char(0), 1e300, 5e-324);
                """)
            let run = try await box.migrate("transfer", source, target, "--quiet", "--on-mismatch", "quarantine")
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.output.contains("QUARANTINED") && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query(
                    "SELECT concat_ws(' ', source_table, row_key, column_name) FROM tc_quarantine ORDER BY 1",
                    on: target)
                    == ["t id=7 n", "t id=8 n"])
            #expect(
                try query("SELECT record FROM tc_quarantine ORDER BY row_key", on: target) == [
                    #"{"id": 7, "n": "n/a", "b": {"blob": "AP8Q"}, "r": 0.1, "x": {"real": "Infinity"}, "t": "a\"\\\u000aä", "#
                        + #""big": 9223372036854775807, "e": null}"#,
                    #"{"id": 8, "n": "n/a", "b": {"blob": ""}, "r": {"real": "-0.0"}, "x": {"real": "-Infinity"}, "#
                        + #""t": {"text": "YQA="}, "big": 1e+300, "e": 5e-324}"#,
                ])
            // The quarantine table belongs to the program: it does not count as drift, and does not hinder `up`.
            let up = try await box.migrate("up", "--database", target)
            #expect(up.ending == .exit(0), "\(up)")
            let drift = try await box.migrate("drift", "--database", target)
            #expect(!"\(drift)".contains("tc_quarantine"), "\(drift)")
        }
    }

    @Test("more rows than memory holds go aside in several turns, and the streams' books balance")
    func many() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, v INT, w TEXT);
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
                INSERT INTO t SELECT i, CASE WHEN i % 3 = 0 THEN 'n/a' ELSE i END, hex(zeroblob(1000)) FROM n;
                """)
            let run = try await box.migrate(
                "transfer", source, target, "--json", "--on-mismatch", "quarantine", "--chunk-mb", "5")
            #expect(run.ending == .exit(0), "\(run)")
            let table = try #require(try run.document(TransferDocument.self).tables.first)
            #expect(table.targetRows == 8_000 && table.quarantined == 4_000)
            #expect(try query("SELECT count(*)::text FROM tc_quarantine", on: target) == ["4000"])
            #expect(try query("SELECT count(*)::text FROM t WHERE id % 3 = 0", on: target) == ["0"])
        }
    }

    @Test("a refusal takes away what was set aside before it, and rows of parents that went aside are orphans")
    func aftermath() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE p (id INTEGER PRIMARY KEY, v INT); INSERT INTO p VALUES (1, 5), (2, 'n/a');
                CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p); INSERT INTO c VALUES (1, 1), (2, 2);
                CREATE TABLE k (number UNIQUE, place INT); INSERT INTO k VALUES (1, 7), ('1', 8), ('x', 9);
                """)
            let rules = try makeRules(box, "on_mismatch: quarantine\ntables: {k: {on_mismatch: widen}}")
            let refused = try await box.migrate("transfer", source, target, "--quiet", "--rules", rules)
            expectRefusal(refused, saying: "k_number_key cannot be built", "quarantine")
            #expect(try tables(target) == [])

            let kept = try await box.migrate("transfer", source, target, "--on-mismatch", "quarantine", "--quiet")
            #expect(kept.ending == .exit(0) && kept.output.contains("1 row has no parent in p (p=2)"), "\(kept)")
            #expect(try query("SELECT concat(number, ' ', place) FROM k ORDER BY 1", on: target) == ["1 7", "x 9"])
            #expect(try query("SELECT record FROM tc_quarantine WHERE source_table = 'k'", on: target).count == 1)
        }
    }

    @Test("rules and policies hold on the way to SQLite, too")
    func toSQLite() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, n text, at bigint, gone text);
                INSERT INTO t VALUES (1, '5', 1704164645, 'x'), (2, 'y', NULL, NULL), (3, '7', 0, NULL)
                """, on: source)
            let rules = try makeRules(
                box,
                """
                on_mismatch: quarantine
                tables:
                  t: {rename: u, columns: {n: {type: bigint}, at: {timestamp: unix}, gone: {skip: true}}}
                """)
            let run = try await box.migrate("transfer", source, box("home.db"), "--json", "--rules", rules)
            #expect(run.ending == .exit(0), "\(run)")
            let table = try #require(try run.document(TransferDocument.self).tables.first)
            #expect(table.sourceRows == 3 && table.targetRows == 2 && table.quarantined == 1)
            let home = "sqlite:\(box("home.db"))"
            #expect(
                try query("SELECT id || ' ' || n || ' ' || typeof(n) || ' ' || at FROM u ORDER BY id", on: home)
                    == ["1 5 integer 2024-01-02T03:04:05.000000Z", "3 7 integer 1970-01-01T00:00:00.000000Z"])
            #expect(
                try query("SELECT row_key || ' ' || reason FROM tc_quarantine", on: home)
                    == ["id=2 is not a whole number of 64 bits"])
        }
    }

    @Test("on the way to SQLite, rows that repeat a key are set aside, or refused by name")
    func repeatedKeysToSQLite() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, u text UNIQUE);
                INSERT INTO t VALUES (1, '123e4567-e89b-12d3-a456-426614174000'), (2, '123E4567-E89B-12D3-A456-426614174000'),
                    (3, '00000000-e89b-12d3-a456-426614174000');
                """, on: source)
            let target = "sqlite:\(box("home.db"))"
            let rules = try makeRules(box, "tables: {t: {columns: {u: {type: uuid}}}}")
            let options = ["transfer", source, target, "--json", "--rules", rules]
            let refused = try await box.run(.tcMigrate, options)
            #expect(refused.ending == .exit(2) && refused.error.contains("t.u, row id=2"), "\(refused)")
            #expect(try refused.document(ErrorDocument.self).error.code == "key_not_built")
            let run = try await box.run(.tcMigrate, options + ["--on-mismatch", "quarantine"])
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT id FROM t ORDER BY id", on: target) == ["1", "3"])
            let aside = "SELECT row_key || ' ' || column_name || ' ' || reason FROM tc_quarantine"
            #expect(
                try query(aside, on: target) == ["id=2 u repeats a key (UNIQUE constraint failed: t.u)"])
        }
    }

    @Test("a value that became NULL is not counted if its row was then set aside")
    func nulledRowsThatAreSetAside() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, u text UNIQUE, n text);
                INSERT INTO t VALUES (1, '123e4567-e89b-12d3-a456-426614174000', '5'),
                    (2, '123E4567-E89B-12D3-A456-426614174000', 'x'), (3, '00000000-e89b-12d3-a456-426614174000', 'y');
                """, on: source)
            let rules = try makeRules(
                box, "tables: {t: {columns: {u: {type: uuid}, n: {type: bigint, on_mismatch: null}}}}")
            let run = try await box.migrate(
                "transfer", source, box("home.db"), "--json", "--rules", rules, "--on-mismatch", "quarantine")
            #expect(run.ending == .exit(0), "\(run)")
            let table = try #require(try run.document(TransferDocument.self).tables.first)
            #expect(table.targetRows == 2 && table.quarantined == 1, "\(run)")
            #expect(table.nulled.map(\.column) == ["n"] && table.nulled.map(\.values) == [1], "\(run)")
        }
    }

    @Test("a copy into a database of the same kind takes no policy")
    func sameKind() async throws {
        try await withSandbox { box in
            let source = try makeSource(box, "CREATE TABLE t (v INT)")
            let run = try await box.migrate("transfer", source, box("copy.db"), "--on-mismatch", "fail")
            expectRefusal(run, 64, saying: "rules do not apply")
        }
    }

    @Test("a refusal names all incompatible values of all columns, counted, with the first examples")
    func refusal() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE a (id INTEGER PRIMARY KEY, v INT, w DATE);
                INSERT INTO a VALUES (1, 'x', '2024-01-02'), (2, 'y', 'soon'), (3, 'z', NULL), (4, '?', NULL), (5, x'00', 3);
                CREATE TABLE b (k TEXT PRIMARY KEY, v VARCHAR(2)) WITHOUT ROWID; INSERT INTO b VALUES ('one', 'abc');
                """)
            let run = try await box.migrate("transfer", source, target, "--on-mismatch", "fail", "--quiet")
            #expect(run.ending == .exit(2), "\(run)")
            #expect(
                run.error == """
                    error: values are incompatible with their columns' types:
                      a.v (bigint): 5 values: is not a whole number of 64 bits ('x' in row id=1, 'y' in row id=2, 'z' in row id=3, …)
                      a.w (date): 2 values: is not a date ('soon' in row id=2, 3 in row id=5)
                      b.v (varchar(2)): 1 value: is longer than 2 characters ('abc' in row k='one')
                    widen the columns, make the values NULL, or set the rows aside: --on-mismatch widen, null, quarantine

                    """)
            #expect(try tables(target) == [])
        }
    }

    @Test("what is advised for a given type does not include to widen it")
    func refusalUnderARule() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box, "CREATE TABLE a (id INTEGER PRIMARY KEY, v INT NOT NULL); INSERT INTO a VALUES (1, 'x'), (2, 3)")
            let rules = try makeRules(box, "tables:\n  a:\n    columns:\n      v: {type: bigint}\n")
            for policy in [[], ["--on-mismatch", "null"]] {
                let run = try await box.run(.tcMigrate, ["transfer", source, target, "-q", "--rules", rules] + policy)
                expectRefusal(run, saying: "a.v (bigint): 1 value: is not a whole number of 64 bits", "quarantine")
                #expect(!run.error.contains("widen "), "\(run)")
            }
        }
    }
}

/// Makes a SQLite file with the script, and returns its path.
func makeSource(_ box: Sandbox, _ script: String) throws -> String {
    let path = box("source.db")
    let fixture = try SQLiteFixture(script)
    defer { fixture.remove() }
    try FileManager.default.copyItem(atPath: fixture.path, toPath: path)
    return path
}

func makeRules(_ box: Sandbox, _ text: String) throws -> String {
    let path = box("rules.yaml")
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    return path
}
