import Foundation
import TestSupport
import Testing

/// Tests what only one framework writes, or only one expects.
@Suite("transfer of frameworks' databases", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferFrameworkTests {
    private static let rails =
        "CREATE TABLE schema_migrations (version varchar); CREATE TABLE ar_internal_metadata (key varchar);"

    @Test("Rails' times of day bear a day in SQLite, and its moments no fraction of zero, on both ways")
    func railsTimes() async throws {
        let table = "CREATE TABLE t (id integer PRIMARY KEY, at datetime(6), clock time, UNIQUE (at));"
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                Self.rails + table
                    + """
                    INSERT INTO t VALUES (1, '2024-01-02 03:04:05', '2000-01-01 09:30:00'), (2, '2024-01-02 03:04:05.500000', NULL),
                        (3, NULL, '2000-01-01 23:59:59.250000');
                    """)
            let empty = try await box.migrate("transfer", source, target)
            #expect(empty.ending == .exit(0), "\(empty)")
            #expect(
                try query(
                    "SELECT clock || ' ' || pg_typeof(clock) FROM t WHERE clock IS NOT NULL ORDER BY id", on: target)
                    == ["09:30:00 time without time zone", "23:59:59.25 time without time zone"])
            try execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public", on: target)
            try execute(
                Self.rails + "CREATE TABLE t (id bigint PRIMARY KEY, at timestamp UNIQUE, clock time)", on: target)
            let there = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(there.ending == .exit(0), "\(there)")

            let back = box("back.db")
            try execute(Self.rails + table, on: back, creating: true)
            let returned = try await box.migrate("transfer", target, back, "--into-existing")
            #expect(returned.ending == .exit(0), "\(returned)")
            #expect(
                try query("SELECT coalesce(at, '-') || '|' || coalesce(clock, '-') FROM t ORDER BY id", on: back) == [
                    "2024-01-02 03:04:05|2000-01-01 09:30:00", "2024-01-02 03:04:05.500000|-",
                    "-|2000-01-01 23:59:59.250000",
                ])
            // Rails can't write the table of statistics into its schema file.
            #expect(try query("SELECT name FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'", on: back) == [])
            #expect(try await box.migrate("verify", source, back).ending == .exit(0))
        }
    }

    @Test("booleans that Rails 5.1 and older wrote as words are booleans by a proposed rule")
    func wordsOfTruth() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                Self.rails + """
                    CREATE TABLE t (id integer PRIMARY KEY, words boolean DEFAULT 'f' NOT NULL, mixed boolean, other boolean, none boolean);
                    INSERT INTO t VALUES (1, 't', 1, 't', NULL), (2, 'f', 'F', 2, NULL), (3, 'f', 'true', 'f', NULL);
                    """)
            let proposed = try await box.migrate(
                "transfer", source, target, "--dry-run", "--write-rules", box("rules.yaml"))
            #expect(proposed.ending == .exit(0), "\(proposed)")
            let rules = try String(contentsOfFile: box("rules.yaml"), encoding: .utf8)
            #expect(
                rules.contains(
                    """
                          # all 3 texts say true or false, and it is declared boolean
                          words: {type: boolean}
                          # all 2 texts say true or false, and it is declared boolean
                          mixed: {type: boolean}

                    """))
            #expect(!rules.contains("other:") && !rules.contains("none:"))
            let run = try await box.migrate("transfer", source, target, "--rules", box("rules.yaml"))
            #expect(run.ending == .exit(0), "\(run)")
            try execute("INSERT INTO t (id) VALUES (4)", on: target)
            #expect(
                try query(
                    "SELECT concat_ws('|', words, mixed, other, pg_typeof(other), pg_typeof(none)) FROM t ORDER BY id",
                    on: target)
                    == ["t|t|t|text|boolean", "f|f|2|text|boolean", "f|t|f|text|boolean", "f|text|boolean"])
        }
    }

    @Test("a rule that would break the framework's own fields is not proposed, and Laravel's tables are recognised")
    func proposals() async throws {
        func proposed(_ script: String) async throws -> Run {
            try await withDatabase(.postgresql) { box, target in
                try await box.migrate("transfer", try makeSource(box, script), target, "--dry-run")
            }
        }
        let django = try await proposed(
            """
            CREATE TABLE django_migrations (id integer PRIMARY KEY, applied datetime);
            CREATE TABLE n (id char(32) PRIMARY KEY, txt text NOT NULL, made integer, token char(32), words char(32), sum varchar(32));
            INSERT INTO n VALUES ('00000000000000000000000000000000', '[]', 1704164645, 'd41d8cd98f00f204e9800998ecf8427e',
                    'd41d8cd98f00f204e9800998ecf8427e', 'd41d8cd98f00f204e9800998ecf8427e'),
                ('11111111111111111111111111111111', '[]', 1704164645, '00000000000000000000000000000001', 'none',
                    '00000000000000000000000000000001');
            """)
        #expect(django.output.contains("      # a UUIDField\n      id: {type: uuid}\n"), "\(django)")
        #expect(django.output.contains("      token: {type: uuid}\n"), "\(django)")
        #expect(!django.output.contains("      words: {") && !django.output.contains("      sum: {"), "\(django)")
        #expect(!django.output.contains("      txt: {") && !django.output.contains("      made: {"), "\(django)")
        let local = try await proposed(
            """
            CREATE TABLE migrations (id integer PRIMARY KEY, migration varchar, batch integer);
            CREATE TABLE n (id integer PRIMARY KEY, at datetime DEFAULT (datetime('now', 'localtime')), other datetime);
            INSERT INTO n VALUES (1, '2024-01-02 03:04:05', '2024-01-02 03:04:05');
            """)
        #expect(
            local.output.contains("migrations shows that an application creates these tables with Laravel")
                && local.output.contains("have the transfer fill them (--into-existing)"), "\(local)")
        #expect(
            local.output.contains("      other: {timestamp: iso, zone: UTC}") && !local.output.contains("      at: {"),
            "\(local)")
    }

    @Test("a table that only its name shows to be a record of migrations gets the remark, too, which names the option")
    func recordsOfMigrations() async throws {
        for table in ["schema_version", "coreinfo", "applied_schema_deltas", "my_migrations", "databasechangelog", "t"]
        {
            try await withDatabase(.postgresql) { box, target in
                let source = try makeSource(box, "CREATE TABLE \(table) (version integer)")
                let run = try await box.migrate("transfer", source, target, "--dry-run")
                #expect(run.ending == .exit(0), "\(run)")
                let isRemarked = run.output.contains("let it create its tables there first")
                #expect(isRemarked == (table != "t") && isRemarked == run.output.contains("--into-existing"), "\(run)")
            }
        }
    }

    @Test(
        "a tool whose table has a name that others use, too, is known by the table's columns",
        arguments: [
            ("schema_migrations (version bigint, dirty boolean)", "with golang-migrate"),
            ("schema_migrations (filename varchar)", "with Sequel"), ("schema_info (version bigint)", "with Sequel"),
            ("migration (version varchar, apply_time bigint)", "with Yii"),
            ("VersionInfo (Version bigint, AppliedOn datetime, Description text)", "with FluentMigrator"),
            ("CHANGELOG (ID bigint, APPLIED_AT varchar, DESCRIPTION varchar)", "with MyBatis"),
            ("versions (table_name text(50) PRIMARY KEY NOT NULL, table_version integer NOT NULL)", "with GnuCash"),
            ("changelog (id bigint, text varchar)", nil), ("versions (id integer, table_name text)", nil),
            (
                """
                schema_migrations (version varchar, rollback_sql varchar);
                CREATE UNIQUE INDEX unique_schema_migrations ON schema_migrations (version)
                """, "schema_migrations is, by its name, where an application records"
            ),
            (
                """
                schema_migrations (version varchar);
                CREATE UNIQUE INDEX unique_schema_migrations ON schema_migrations (version)
                """, "with Rails"
            ),
        ] as [(String, String?)])
    func toolsByColumns(_ table: String, _ words: String?) async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, "CREATE TABLE \(table)")
            let run = try await box.migrate("transfer", source, target, "--dry-run")
            #expect(run.ending == .exit(0), "\(run)")
            let isRemarked = run.output.contains("let it create its tables there first")
            let isNamed = words.map { run.output.contains($0) } ?? !isRemarked
            #expect(isNamed && isRemarked == (words != nil), "\(run)")
        }
    }

    @Test("a bigint of Django's whose name suggests a duration gets a comment, and any other one nothing")
    func djangoDurations() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE django_migrations (id integer PRIMARY KEY);
                CREATE TABLE n (id integer PRIMARY KEY, content_length bigint, create_time bigint, age bigint, ttl bigint, delay bigint,
                    duration_ms bigint, time_spent bigint, dur bigint, estimate bigint);
                INSERT INTO n VALUES (1, 5368709120, 1704164645, 30, 3600, 1704164645, 5, 93600000001, 7, NULL);
                """)
            let file = box("rules.yaml")
            let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", file)
            #expect(dry.ending == .exit(0), "\(dry)")
            let yaml = try String(contentsOfFile: file, encoding: .utf8)
            #expect(
                yaml.split(separator: "\n").filter { $0.contains("{") }.map { $0.trimmingPrefix { $0 == " " } } == [
                    "# time_spent: {type: interval}", "# dur: {type: interval}", "# estimate: {type: interval}",
                ], "\(yaml)")
        }
    }

    @Test("where an application makes its own tables, the report only counts the rules; their file holds them all")
    func countedRules() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE django_migrations (id integer PRIMARY KEY);
                CREATE TABLE n (id char(32) PRIMARY KEY, other char(32));
                INSERT INTO n VALUES ('123e4567e89b12d3a456426614174000', '123e4567e89b12d3a456426614174001');
                """)
            let run = try await box.migrate("transfer", source, target, "--write-rules", box("rules.yaml"))
            #expect(run.ending == .exit(0) && run.output.contains("  2 columns: type: uuid\n"), "\(run)")
            let yaml = try String(contentsOfFile: box("rules.yaml"), encoding: .utf8)
            #expect(yaml.contains("id: {type: uuid}") && yaml.contains("other: {type: uuid}"), "\(yaml)")
        }
    }

    @Test("a column that is declared as an array holds its text, which the report does not blame for being no number")
    func arrays() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, "CREATE TABLE t (tags INT[]); INSERT INTO t VALUES ('[1,2]')")
            let run = try await box.migrate("transfer", source, target)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.output.contains("  t.tags: declared INT[], holds arrays as texts: text\n"), "\(run)")
        }
    }

    @Test("a date with a midnight behind it, as Laravel writes, is that date; with another time it is none")
    func laravelDates() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE p (id integer PRIMARY KEY, pub date, other date);
                INSERT INTO p VALUES (1, '1900-01-01 00:00:00', '1900-01-01 00:00:00'), (2, '2024-02-29', '2024-02-29 00:00:01');
                """)
            let run = try await box.migrate("transfer", source, target)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(
                try query(
                    "SELECT pub || ' ' || pg_typeof(pub) || ' ' || pg_typeof(other) FROM p ORDER BY id", on: target)
                    == ["1900-01-01 date text", "2024-02-29 date text"])
            try execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public", on: target)
            try execute("CREATE TABLE p (id bigint PRIMARY KEY, pub date, other timestamp)", on: target)
            #expect(try await box.migrate("transfer", source, target, "--into-existing").ending == .exit(0))
            #expect(try query("SELECT pub::text FROM p ORDER BY id", on: target) == ["1900-01-01", "2024-02-29"])
        }
    }

    @Test(
        "a sequence that a default asks, or that bears a column's name, goes on after the keys; of another a remark tells"
    )
    func freeSequences() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id integer PRIMARY KEY, n text); INSERT INTO t VALUES (1, 'a'), (7, 'b');
                CREATE TABLE u (id integer PRIMARY KEY); INSERT INTO u VALUES (3);
                CREATE TABLE e (id integer PRIMARY KEY);
                CREATE TABLE r (id integer PRIMARY KEY); INSERT INTO r VALUES (5);
                """)
            try execute(
                """
                CREATE SEQUENCE t_id_seq; CREATE SEQUENCE "Own"; CREATE SEQUENCE others; CREATE SEQUENCE e_id_seq; CREATE SEQUENCE ahead START 50;
                CREATE TABLE t (id int PRIMARY KEY, n varchar(255));
                CREATE TABLE u (id bigint PRIMARY KEY DEFAULT nextval('"Own"'), far int DEFAULT nextval('ahead'));
                CREATE TABLE e (id int PRIMARY KEY);
                CREATE SEQUENCE by_text; CREATE TABLE r (id int PRIMARY KEY DEFAULT nextval('by_text'::text));
                """, on: target)
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0), "\(run)")
            #expect(
                run.output.contains("the sequence others is not set, because no column of the target uses it"),
                "\(run)")
            #expect(run.output.contains(#"SELECT setval('"others"', (SELECT max(column) FROM table))"#), "\(run)")
            #expect(!run.output.contains("may not change") && !run.output.contains("ends before"), "\(run)")
            for (sequence, next) in [
                ("t_id_seq", "8"), ("\"Own\"", "4"), ("e_id_seq", "1"), ("ahead", "51"), ("by_text", "6"),
            ] {
                #expect(try query("SELECT nextval('\(sequence)')::text", on: target) == [next], "\(sequence)")
            }
        }
    }

    @Test(
        "a sequence that bears a table's name goes on after its key, unless something else numbers the key or asks it")
    func sequencesOfTables() async throws {
        try await withDatabase(.postgresql) { box, target in
            let tables = ["customer", "Order", "own", "given", "code", "a_b"]
            let made = tables.map {
                "CREATE TABLE \"\($0)\" (id integer PRIMARY KEY); INSERT INTO \"\($0)\" VALUES (7);"
            }
            let source = try makeSource(
                box,
                """
                \(made.joined(separator: "\n"))
                CREATE TABLE pair (a int, b int, PRIMARY KEY (a, b)); INSERT INTO pair VALUES (7, 7);
                CREATE TABLE a (id integer PRIMARY KEY, b int); INSERT INTO a VALUES (1, 9);
                """)
            try execute(
                """
                CREATE SEQUENCE customer_seq INCREMENT 50; CREATE TABLE customer (id bigint PRIMARY KEY);
                CREATE SEQUENCE "Order_SEQ"; CREATE TABLE "Order" (id int PRIMARY KEY);
                CREATE TABLE own (id int PRIMARY KEY, nr int); CREATE SEQUENCE own_seq OWNED BY own.nr;
                CREATE SEQUENCE given_seq; CREATE TABLE given (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY);
                CREATE SEQUENCE code_seq; CREATE TABLE code (id int PRIMARY KEY, nr text DEFAULT 'C' || nextval('code_seq'));
                CREATE SEQUENCE pair_seq; CREATE TABLE pair (a int, b int, PRIMARY KEY (a, b));
                CREATE SEQUENCE a_b_seq; CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE a_b (id int PRIMARY KEY);
                """, on: target)
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.output.contains("the sequences code_seq, given_seq, pair_seq are not set"), "\(run)")
            for (sequence, next) in [
                ("customer_seq", "57"), ("\"Order_SEQ\"", "8"), ("own_seq", "1"), ("given_seq", "1"), ("pair_seq", "1"),
                ("a_b_seq", "10"),
            ] {
                #expect(try query("SELECT nextval('\(sequence)')::text", on: target) == [next], "\(sequence)")
            }
            #expect(try query("SELECT nextval('code_seq')::text", on: target) == ["2"], "the default asked it once")
        }
    }

    @Test(
        "seconds of more than six digits, as .NET, Go and Rust write them, are refused, and rounded by the rule that is proposed"
    )
    func fineSeconds() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE c (id integer PRIMARY KEY, at TEXT, loc DATETIME, other TEXT);
                INSERT INTO c VALUES (1, '2024-01-02 03:04:05.1234567', '2024-12-31 23:59:59.999999999', '2024-01-02 03:04:05.1234567x'),
                    (2, '2024-01-02 03:04:05.5', '2024-01-02 03:04:05', NULL), (3, '2024-01-02T03:04:05.1234564+02:00', NULL, NULL);
                """)
            let rules = box("rules.yaml")
            let empty = try await box.migrate(
                "transfer", source, target, "--dry-run", "--write-rules", box("empty.yaml"))
            let proposed = try String(contentsOfFile: box("empty.yaml"), encoding: .utf8)
            #expect(
                proposed.contains("      loc: {timestamp: iso, zone: UTC}") && !proposed.contains("at: {"),
                "\(empty) \(proposed)")
            try execute("CREATE TABLE c (id int PRIMARY KEY, at timestamptz, loc timestamp, other text)", on: target)
            let refused = try await box.migrate(
                "transfer", source, target, "--into-existing", "--dry-run", "--write-rules", rules)
            #expect(refused.ending == .exit(2) && refused.error.contains("c.at (timestamptz): 2 values"), "\(refused)")
            let run = try await box.migrate("transfer", source, target, "--into-existing", "--rules", rules)
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query("SELECT concat_ws(' ', at AT TIME ZONE 'UTC', loc, other) FROM c ORDER BY id", on: target)
                    == [
                        "2024-01-02 03:04:05.123457 2025-01-01 00:00:00 2024-01-02 03:04:05.1234567x",
                        "2024-01-02 03:04:05.5 2024-01-02 03:04:05", "2024-01-02 01:04:05.123456",
                    ])
        }
    }

    @Test("texts that are days go into a column of moments by the rule that is proposed, also beside moments")
    func daysAsMoments() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE d (id integer PRIMARY KEY, day TEXT, mixed DATETIME, fine TEXT, plain TEXT, other TEXT);
                INSERT INTO d VALUES (1, '2024-05-01', '2024-05-01', '2024-05-01', '2024-05-01', '2024-05-01'),
                    (2, NULL, '2024-05-02T10:00:00+02:00', '2024-05-02 10:00:00.1234567', '2024-05-02 10:00:00', 'soon');
                """)
            try execute(
                "CREATE TABLE d (id int PRIMARY KEY, day timestamptz, mixed timestamptz, fine timestamp, plain timestamp, other text)",
                on: target)
            let rules = box("rules.yaml")
            let refused = try await box.migrate(
                "transfer", source, target, "--into-existing", "--dry-run", "--write-rules", rules)
            #expect(refused.ending == .exit(2) && refused.error.contains("d.day (timestamptz): 1 value"), "\(refused)")
            let proposed = try String(contentsOfFile: rules, encoding: .utf8)
            for column in ["day", "mixed", "fine"] {
                #expect(proposed.contains("\n      \(column): {timestamp: iso, zone: UTC}"), "\(proposed)")
            }
            #expect(!proposed.contains("plain:") && !proposed.contains("other:"), "\(proposed)")
            let run = try await box.migrate("transfer", source, target, "--into-existing", "--rules", rules)
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            #expect(
                try query(
                    "SELECT concat_ws(' ', day AT TIME ZONE 'UTC', mixed AT TIME ZONE 'UTC', fine, plain) FROM d ORDER BY id",
                    on: target)
                    == [
                        "2024-05-01 00:00:00 2024-05-01 00:00:00 2024-05-01 00:00:00 2024-05-01 00:00:00",
                        "2024-05-02 08:00:00 2024-05-02 10:00:00.123457 2024-05-02 10:00:00",
                    ])
        }
    }

    @Test("the default of a column whose numbers a rule reads is the moment that it counts")
    func countedDefaults() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE c (id integer PRIMARY KEY, a INTEGER NOT NULL DEFAULT (strftime('%s','now')), b INTEGER DEFAULT 0,
                    c INTEGER DEFAULT (unixepoch() * 1000), d REAL DEFAULT (julianday('now')), e INTEGER DEFAULT -1, f INTEGER DEFAULT '60',
                    g INTEGER DEFAULT CURRENT_TIMESTAMP, h REAL DEFAULT (strftime('%s','now') - 978307200));
                INSERT INTO c VALUES (1, 1700000000, 1700000000, 1700000000000, 2460000.5, 1700000000, 1700000000, 1700000000, 700000000);
                """)
            try Data(
                """
                tables:
                  c:
                    columns: {a: {timestamp: unix}, b: {timestamp: unix}, c: {timestamp: unix_ms}, d: {timestamp: julian},
                      e: {timestamp: unix, type: datetime}, f: {timestamp: unix}, g: {timestamp: unix}, h: {timestamp: apple}}
                """.utf8
            ).write(to: URL(fileURLWithPath: box("rules.yaml")))
            let run = try await box.migrate("transfer", source, target, "--rules", box("rules.yaml"))
            #expect(run.ending == .exit(0) && !run.output.contains("DEFAULT:"), "\(run)")
            try execute("INSERT INTO c (id) VALUES (2)", on: target)
            let near = ["a", "c", "d", "g", "h"].map { "abs(extract(epoch FROM now() - \($0))) < 600" }
            #expect(
                try query(
                    "SELECT concat_ws(' ', b AT TIME ZONE 'UTC', e, f AT TIME ZONE 'UTC', \(near.joined(separator: " AND "))) FROM c WHERE id = 2",
                    on: target) == ["1970-01-01 00:00:00 1969-12-31 23:59:59 1970-01-01 00:01:00 t"])
        }
    }

    @Test("Django's moments bear no fraction of zero, and addresses no length of a network that they are themselves")
    func djangoMoments() async throws {
        let tables =
            "CREATE TABLE django_migrations (id integer PRIMARY KEY, applied datetime NOT NULL); CREATE TABLE t (at datetime, ip char(39));"
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE django_migrations (id integer PRIMARY KEY, applied timestamptz NOT NULL);
                CREATE TABLE t (at timestamptz, ip inet);
                INSERT INTO t VALUES ('2024-01-02 03:04:05Z', '10.0.0.1'), ('2024-01-02 03:04:05.25Z', '::1'), (NULL, '10.0.0.0/8');
                """, on: target)
            let back = box("back.db")
            try execute(tables, on: back, creating: true)
            let returned = try await box.migrate("transfer", target, back, "--into-existing")
            #expect(returned.ending == .exit(0), "\(returned)")
            #expect(
                try query("SELECT coalesce(at, '-') || '|' || ip FROM t", on: back) == [
                    "2024-01-02 03:04:05|10.0.0.1", "2024-01-02 03:04:05.250000|::1", "-|10.0.0.0/8",
                ])
        }
    }

    @Test("for Rails no rule makes JSON, a uuid or a span of what it keeps as a text or a moment")
    func railsRules() async throws {
        let tables = """
            CREATE TABLE t (id varchar PRIMARY KEY, metadata text, js json, took datetime(6));
            INSERT INTO t VALUES ('123e4567-e89b-12d3-a456-426614174000', '{"a":1}', '{"a":1}', '1970-01-02 03:04:05');
            """
        try await withDatabase(.postgresql) { box, target in
            for (name, script, isRails) in [("a", tables, false), ("b", Self.rails + tables, true)] {
                let source = box("\(name).db")
                try execute(script, on: source, creating: true)
                let dry = try await box.migrate("transfer", source, target, "--dry-run")
                #expect(dry.output.contains("js: {type: jsonb}"), "\(dry)")
                for rule in ["metadata: {type: jsonb}", "id: {type: uuid}", "took: {span: since_1970}"] {
                    #expect(dry.output.contains(rule) != isRails, "\(rule) \(dry)")
                }
            }
        }
    }

    @Test("for SQLAlchemy only what a declared type backs is proposed; what values alone suggest is a comment")
    func guesses() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);
                CREATE TABLE t (id CHAR(32) PRIMARY KEY, meta JSON, made DATETIME, ok BOOLEAN, words TEXT, created_time BIGINT, ip TEXT,
                    token TEXT);
                INSERT INTO t VALUES ('123e4567e89b42d3a456426614174000', '{"a": 1}', '2024-01-02 03:04:05', 't', '{"a": 1}',
                    1704164645678, '192.0.2.1', '123e4567-e89b-42d3-a456-426614174000');
                """)
            let file = box("rules.yaml")
            let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", file)
            #expect(dry.ending == .exit(0), "\(dry)")
            let yaml = try String(contentsOfFile: file, encoding: .utf8)
            #expect(
                yaml.split(separator: "\n").filter { $0.contains("{") }.map { $0.trimmingPrefix { $0 == " " } } == [
                    "id: {type: uuid}", "meta: {type: jsonb}", "# made: {timestamp: iso, zone: UTC}",
                    "ok: {type: boolean}", "# words: {type: jsonb}", "# created_time: {timestamp: unix_ms}",
                    "# ip: {type: inet}", "# token: {type: uuid}",
                ], "\(yaml)")
            #expect(yaml.contains("\n# What values alone suggest is commented out: "), "\(yaml)")
            #expect(yaml.contains("DateTime(timezone=True): a plain DateTime has no zone\n"), "\(yaml)")
            #expect(dry.output.contains("      meta: {type: jsonb}") && !dry.output.contains("words: {"), "\(dry)")
            let run = try await box.migrate("transfer", source, target, "--rules", file)
            #expect(run.ending == .exit(0) && !run.output.contains("Rules to consider"), "\(run)")
            #expect(
                try query(
                    "SELECT concat_ws(' ', pg_typeof(id), pg_typeof(meta), pg_typeof(words), pg_typeof(created_time)) FROM t",
                    on: target) == ["uuid jsonb text bigint"])
        }
    }

    @Test(
        "where an application records its migrations, numbers and texts stay what they are, unless the declared type is another",
        arguments: [
            "CREATE TABLE migrations (id INTEGER PRIMARY KEY, migration varchar, batch integer)",
            "CREATE TABLE migrations (id INTEGER PRIMARY KEY, timestamp bigint, name varchar)",
            #"CREATE TABLE "__EFMigrationsHistory" ("MigrationId" TEXT PRIMARY KEY, "ProductVersion" TEXT)"#,
            "CREATE TABLE knex_migrations (id integer PRIMARY KEY, name varchar, batch integer)",
            "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, inserted_at TEXT)",
            "CREATE TABLE oc_migrations (app varchar, version varchar)",
            "CREATE TABLE migrations (id bigint, name varchar, version varchar, currentVersion varchar)",
            "CREATE TABLE migrate_version (repository_id varchar, repository_path varchar, version bigint)",
            "CREATE TABLE files_phinxlog (version bigint)",
            "CREATE TABLE VersionInfo (Version bigint, AppliedOn TEXT, Description TEXT)",
            """
            CREATE TABLE schema_migrations (version varchar, rollback_sql varchar, min_version varchar);
            CREATE UNIQUE INDEX unique_schema_migrations ON schema_migrations (version)
            """,
        ])
    func guessesForRecordedMigrations(_ record: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                \(record);
                CREATE TABLE jobs (id INTEGER PRIMARY KEY, payload TEXT, available_at INTEGER, made DATETIME, meta JSON);
                INSERT INTO jobs VALUES (1, '{"a": 1}', 1704164645, '2024-01-02 03:04:05', '{"a": 1}');
                """)
            let file = box("rules.yaml")
            let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", file)
            #expect(dry.ending == .exit(0), "\(dry)")
            let yaml = try String(contentsOfFile: file, encoding: .utf8)
            #expect(
                yaml.split(separator: "\n").filter { $0.contains("{") }.map { $0.trimmingPrefix { $0 == " " } } == [
                    "# payload: {type: jsonb}", "# available_at: {timestamp: unix}",
                    "made: {timestamp: iso, zone: UTC}", "meta: {type: jsonb}",
                ], "\(yaml)")
            #expect(try await box.migrate("transfer", source, target, "--rules", file).ending == .exit(0))
            try execute("INSERT INTO jobs VALUES (2, 'x', 1700000001, NULL, NULL)", on: target)
        }
    }

    @Test("a uuid is proposed for a foreign key only if both of its sides are uuids")
    func keysOfUUIDs() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE d (id varchar PRIMARY KEY); CREATE TABLE r (d_id varchar REFERENCES d (id), own varchar);
                INSERT INTO d VALUES ('x'), ('123e4567-e89b-12d3-a456-426614174000');
                INSERT INTO r VALUES ('123e4567-e89b-12d3-a456-426614174000', '123e4567-e89b-12d3-a456-426614174000');
                """)
            let rules = box("rules.yaml")
            let dry = try await box.migrate("transfer", source, target, "--dry-run", "--write-rules", rules)
            #expect(dry.ending == .exit(0), "\(dry)")
            let text = try String(contentsOfFile: rules, encoding: .utf8)
            #expect(text.contains("own: {type: uuid}") && !text.contains("d_id"), "\(text)")
            #expect(try await box.migrate("transfer", source, target, "--rules", rules).ending == .exit(0))
        }
    }

    @Test("what computes with values that a rule converts is left out aloud, and never becomes true or false by itself")
    func convertedColumns() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id integer PRIMARY KEY, e text, del integer NOT NULL DEFAULT 0, made integer, done integer,
                    b boolean DEFAULT 't', CHECK (made > 1000000000), CHECK (done >= made), CHECK (made IS NOT NULL OR done IS NULL));
                INSERT INTO t VALUES (1, 'a', 0, 1704164645, 1704164646, 't'), (2, 'a', 1704164646, 1704164645, NULL, 'f');
                CREATE UNIQUE INDEX one ON t (e) WHERE del = 0;
                CREATE INDEX undone ON t (made) WHERE done IS NULL;
                CREATE UNIQUE INDEX truths ON t (e) WHERE b = 't';
                """)
            let rules = try makeRules(
                box,
                """
                tables:
                  t:
                    columns:
                      del: {timestamp: unix}
                      made: {timestamp: unix}
                      done: {timestamp: unix}
                      b: {type: boolean}
                """)
            let run = try await box.migrate("transfer", source, target, "--rules", rules)
            #expect(run.ending == .exit(0), "\(run)")
            for name in ["index one", "index truths"] { #expect(run.output.contains(name), "\(run)") }
            #expect(run.output.contains("it computes with made, whose values are converted"), "\(run)")
            #expect(
                try query("SELECT indexdef FROM pg_indexes WHERE tablename = 't' ORDER BY indexname", on: target).map {
                    $0.contains("WHERE (done IS NULL)")
                } == [false, true])
            #expect(throws: (any Error).self) {
                try execute("INSERT INTO t (id, made, done) VALUES (3, now(), now() - interval '1 day')", on: target)
            }
            try execute("INSERT INTO t (id, del, made, done) VALUES (4, now(), now(), now())", on: target)
            #expect(try query("SELECT b::text FROM t ORDER BY id", on: target) == ["true", "false", "true"])
        }
    }
}
