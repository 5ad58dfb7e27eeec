import Dialects
import TCMigrations
import Migrator
import Synchronization
import TestSupport
import Testing

@Suite("A live database read back")
struct LiveSchemaTests {
    @Test("the ledger knows what the columns stand for", arguments: Backend.available)
    func declaredTypes(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await Migrator(history: try .teleclaude(), database: database).up()
            let schema = try await database.withConnection { try LiveSchema.inspect($0).schema }
            #expect(schema == Schema.current)
            #expect(schema["sessions"]?[column: "created_at"]?.type == .timestamp)
        }
    }

    @Test("a database that was changed by hand shows what it holds", arguments: Backend.available)
    func changedByHand(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await Migrator(history: try .teleclaude(), database: database).up()
            let schema = try await database.withConnection { connection in
                try connection.execute("ALTER TABLE sessions ADD COLUMN by_hand integer")
                return try LiveSchema.inspect(connection).schema
            }
            #expect(schema["sessions"]?[column: "by_hand"] != nil)
        }
    }

    @Test("an index and a trigger made by hand are one line of drift each", arguments: Backend.available)
    func drift(_ backend: Backend) async throws {
        let trigger: [Backend: [String]] = [
            .sqlite: ["CREATE TRIGGER by_hand AFTER DELETE ON sessions BEGIN SELECT 1; END"],
            .postgresql: [
                "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
                "CREATE TRIGGER by_hand AFTER DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION nothing()",
            ],
        ]
        try await backend.withDatabase { database in
            let migrator = Migrator(history: try .teleclaude(), database: database)
            try await migrator.up()
            let statements = trigger[backend] ?? []
            try await database.withConnection { connection in
                try connection.execute("CREATE INDEX handmade ON sessions (title)")
                for statement in statements { try connection.executeScript(statement) }
            }
            let lines = try await migrator.drift().map(\.description)
            #expect(lines.filter { $0.contains("handmade") }.count == 1)
            #expect(lines.filter { $0.contains("by_hand") }.count == 1)
            #expect(lines.count <= 3, "\(lines)")
        }
    }

    @Test("a trigger that a migration made is none, and its absence is", arguments: Backend.available)
    func missingTrigger(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let migrator = Migrator(history: try .teleclaude(), database: database)
            try await migrator.up()
            #expect(try await migrator.drift() == [])
            let dropped = backend == .sqlite ? "audit_log_no_delete" : "audit_log_refuse"
            let statement = database.transferDialect.dropTrigger(dropped, on: "audit_log")
            try await database.withConnection { _ = try $0.execute(SQL(trusted: statement)) }
            let lines = try await migrator.drift().map(\.description)
            #expect(lines == ["trigger \(dropped) exists only in the declaration"])
        }
    }

    @Test(
        "what an administrator grants is no drift; what a migration granted and is gone is",
        .enabled(if: TestPostgreSQL.isWanted))
    func privileges() async throws {
        let history = try History([
            Migration("0001-a") {
                CreateTable("a") { Column("id", .bigint) }
                CreateTable("b") { Column("id", .bigint) }
                RunSQL(.native(sqlite: "SELECT 1", postgresql: "GRANT SELECT ON a TO PUBLIC"), undo: .nothing)
            }
        ])
        try await Backend.postgresql.withDatabase { database in
            let migrator = Migrator(history: history, database: database)
            try await migrator.up()
            func drift(after statement: String) async throws -> [String] {
                try await database.withConnection { try $0.executeScript(statement) }
                return try await migrator.drift().map(\.description)
            }
            #expect(try await drift(after: "GRANT INSERT ON b TO PUBLIC; GRANT SELECT (id) ON b TO pg_monitor") == [])
            #expect(try await drift(after: "ALTER DEFAULT PRIVILEGES GRANT UPDATE ON TABLES TO PUBLIC") == [])
            let gone = try await drift(after: "REVOKE SELECT ON a FROM PUBLIC")
            #expect(gone == ["privilege SELECT on a to PUBLIC exists only in the declaration"])

            try await database.withConnection {
                try $0.executeScript("GRANT SELECT ON a TO PUBLIC; DROP TABLE tc_migrations")
            }
            #expect(try await migrator.baseline() == ["0001-a"])
        }
    }

    @Test("a trigger or function that no longer does what its migration made is drift", arguments: Backend.available)
    func guttedTrigger(_ backend: Backend) async throws {
        let ways: [Backend: [(String, [String])]] = [
            .sqlite: [
                (
                    "DROP TRIGGER audit_log_no_update; "
                        + "CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log BEGIN SELECT 1; END",
                    ["trigger audit_log_no_update on audit_log: its definition differs from the declaration"]
                )
            ],
            .postgresql: [
                (
                    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
                        + "'BEGIN RETURN new; END'",
                    ["function audit_refuse(): its definition differs from the declaration"]
                ),
                (
                    "ALTER TABLE audit_log DISABLE TRIGGER audit_log_refuse",
                    ["trigger audit_log_refuse on audit_log: disabled here, always enabled in the declaration"]
                ),
                (
                    "ALTER FUNCTION audit_log_advance() SECURITY INVOKER",
                    ["function audit_log_advance(): its definition differs from the declaration"]
                ),
            ],
        ]
        for (statement, lines) in ways[backend] ?? [] {
            try await backend.withDatabase { database in
                let migrator = Migrator(history: try .teleclaude(), database: database)
                try await migrator.up()
                try await database.withConnection { try $0.executeScript(statement) }
                #expect(try await migrator.drift().map(\.description) == lines)
            }
        }
    }

    @Test(
        "a type, aggregate, sequence, exclusion or index of a materialized view that was changed by hand is drift",
        .enabled(if: TestPostgreSQL.isWanted))
    func changedTypes() async throws {
        let script = """
            CREATE DOMAIN pos AS int CHECK (VALUE > 0);
            CREATE TYPE mood AS ENUM ('sad', 'happy');
            CREATE TYPE place AS (street text, number int);
            CREATE TYPE span AS RANGE (subtype = float8);
            CREATE SEQUENCE numbers INCREMENT 2;
            CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int, initcond = '0');
            ALTER TABLE a ADD CONSTRAINT apart EXCLUDE USING gist (int8range(id, id, '[]') WITH &&);
            CREATE MATERIALIZED VIEW seen AS SELECT id FROM a;
            CREATE INDEX seen_id ON seen (id)
            """
        let ways = [
            ("ALTER DOMAIN pos DROP CONSTRAINT pos_check", "domain pos"),
            ("ALTER DOMAIN pos SET DEFAULT 7", "domain pos"),
            ("ALTER TYPE mood RENAME VALUE 'sad' TO 'grim'", "enumeration mood"),
            ("ALTER TYPE place DROP ATTRIBUTE number", "composite type place"),
            (
                "DROP TYPE span; CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = float8mi)",
                "range type span"
            ),
            ("ALTER SEQUENCE numbers CYCLE", "sequence numbers"),
            (
                "CREATE OR REPLACE AGGREGATE total(int) (sfunc = int4pl, stype = int, initcond = '1')",
                "aggregate total(integer)"
            ),
            (
                """
                ALTER TABLE a DROP CONSTRAINT apart;
                ALTER TABLE a ADD CONSTRAINT apart EXCLUDE USING gist (int8range(id, id, '[]') WITH &&) WHERE (id > 7)
                """, "constraint apart on a"
            ),
            ("DROP INDEX seen_id", "materialized view seen"),
        ]
        let history = try History([
            Migration("0001-a") {
                CreateTable("a") { Column("id", .bigint) }
                RunSQL(.native(sqlite: "SELECT 1", postgresql: script), undo: .nothing)
            }
        ])
        for (statement, title) in ways {
            try await Backend.postgresql.withDatabase { database in
                let migrator = Migrator(history: history, database: database)
                try await migrator.up()
                try await database.withConnection { try $0.executeScript("SELECT nextval('numbers')") }
                #expect(try await migrator.drift() == [])
                try await database.withConnection { try $0.executeScript(statement) }
                let lines = try await migrator.drift().map(\.description)
                #expect(lines == ["\(title): its definition differs from the declaration"], "\(statement)")
            }
        }
    }

    @Test(
        "a foreign table, a partition's bound or statistics that were changed by hand are drift",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func changedStorage() async throws {
        let script = """
            CREATE FOREIGN TABLE distant (id int, note text OPTIONS (label 'a')) SERVER far OPTIONS (place 'x');
            CREATE TABLE months (id int, day int) PARTITION BY RANGE (id);
            CREATE TABLE month_1 PARTITION OF months FOR VALUES FROM (0) TO (10);
            CREATE STATISTICS together (dependencies) ON a, b FROM pairs
            """
        let bound = "ALTER TABLE months DETACH PARTITION month_1; ALTER TABLE months ATTACH PARTITION month_1"
        let ways = [
            ("ALTER FOREIGN TABLE distant OPTIONS (SET place 'y')", "foreign table distant"),
            ("ALTER FOREIGN TABLE distant ALTER note OPTIONS (SET label 'b')", "foreign table distant"),
            ("ALTER FOREIGN TABLE distant ADD COLUMN more int", "foreign table distant"),
            ("\(bound) FOR VALUES FROM (0) TO (20)", "partition month_1 of months"),
            (
                "DROP STATISTICS together; CREATE STATISTICS together (mcv) ON a, b FROM pairs",
                "extended statistics together on pairs"
            ),
        ]
        let history = try History([
            Migration("0001-a") {
                CreateTable("pairs") {
                    Column("a", .bigint)
                    Column("b", .bigint)
                }
                RunSQL(.native(sqlite: "SELECT 1", postgresql: script), undo: .nothing)
            }
        ])
        for (statement, title) in ways {
            try await Backend.postgresql.withDatabase { database in
                try await database.run("CREATE FOREIGN DATA WRAPPER none; CREATE SERVER far FOREIGN DATA WRAPPER none")
                let migrator = Migrator(history: history, database: database)
                try await migrator.up()
                // Partitions that are added as time goes by are no drift.
                try await database.run("CREATE TABLE month_2 PARTITION OF months FOR VALUES FROM (100) TO (110)")
                #expect(try await migrator.drift().map(\.description) == [])
                try await database.run(statement)
                let lines = try await migrator.drift().map(\.description)
                #expect(lines == ["\(title): its definition differs from the declaration"], "\(statement)")
            }
        }
    }

    @Test("a script that can't run in a scratch place is left out, and named", arguments: Backend.available)
    func unrepeatable(_ backend: Backend) async throws {
        let script = SQLExpression.native(
            sqlite:
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END; INSERT INTO a SELECT iif(count(*) = 0, json('{'), 1) FROM b",
            postgresql: "CREATE VIEW v AS SELECT 1 AS one; INSERT INTO a SELECT 1 / count(*) FROM b")
        let history = try History([
            Migration("0001-a") {
                CreateTable("a") { Column("id", .bigint).nullable() }
                CreateTable("b") { Column("id", .bigint).nullable() }
            },
            Migration("0002-script") { RunSQL(script, undo: .nothing) },
        ])
        try await backend.withDatabase { database in
            try await Migrator(history: history, database: database).up(to: "0001-a")
            try await database.withConnection { _ = try $0.execute("INSERT INTO b (id) VALUES (1)") }
            try await Migrator(history: history, database: database).up()
            let report = try await Migrator(history: history, database: database).driftReport()
            let made = backend == .sqlite ? "trigger t" : "view v"
            #expect(report.differences.map(\.description) == ["\(made) exists only in the database"])
            #expect(report.unrepeated?.id == "0002-script")
            #expect(report.unrepeated?.reason.isEmpty == false)
            #expect(report.certainDifferences.isEmpty)
            // Nobody knows that it is drift, so a program starts.
            try await Migrator(history: history, database: database).start(.check)

            // An edit that makes no difference is recorded, although nobody knows what the script makes.
            var retold = history.migrations
            retold[0] = Migration("0001-a") {
                CreateTable("b") { Column("id", .bigint).nullable() }
                CreateTable("a") { Column("id", .bigint).nullable() }
            }
            let repair = try await Migrator(history: try History(retold), database: database).repair()
            #expect(repair.migrations.map(\.id) == ["0001-a"] && repair.isSchemaKnown)
            #expect(repair.unrepeated?.id == "0002-script")

            // So is a migration in place of both, and it is said that scripts were not compared.
            let squash = Migration(id: "0002-both", operations: retold.flatMap(\.operations))
                .replacing("0001-a", "0002-script")
            let told = Mutex<[Bool]>([])
            _ = try await Migrator(history: try History([squash]), database: database).up { event in
                if case .recorded(_, _, let areScriptsCompared) = event {
                    told.withLock { $0.append(areScriptsCompared) }
                }
            }
            #expect(told.withLock { $0 } == [false])
        }
    }

    /// Applies a script beside a table and a sequence that no migration makes, and passes a comparison to `body` that was made while
    /// another session kept writers from the table. Expects that the sequence stays as it is.
    private func withComparison(
        of script: String, after prepare: String = "", _ body: (DriftReport) throws -> Void
    ) async throws {
        try await Backend.postgresql.withURL { url in
            let database = try Database(url, options: ConnectionOptions(access: .create, lockTimeout: 5))
            let made = "CREATE TABLE big (n int); INSERT INTO big VALUES (1); CREATE VIEW seen AS SELECT n FROM big"
            let seed = "CREATE FUNCTION seed() RETURNS bigint LANGUAGE sql AS $$ SELECT setval('invoice_no', 99) $$"
            try await database.run("CREATE SEQUENCE invoice_no; \(made); \(seed); \(prepare)")
            let operation = RunSQL(.native(sqlite: "", postgresql: script), undo: .nothing)
            let migrator = try database.migrator([Migration("1") { operation }])
            try await migrator.up()
            try await database.run("SELECT setval('invoice_no', 7)")
            let holder = try connect(to: url)
            defer { holder.close() }
            try holder.executeScript("BEGIN; LOCK TABLE big IN SHARE MODE; SELECT * FROM seen")
            try body(try await migrator.driftReport())
            #expect(try await database.value("SELECT last_value FROM invoice_no") == 7)
            await database.close()
        }
    }

    @Test(
        "a script that is run again for a comparison changes and locks nothing live",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason),
        arguments: [
            "SELECT setval('audit.s', 1)",
            "SELECT setval('public.invoice_no', 1000)", "SELECT setval('invoice_no', 1000)",
            "SELECT nextval('\"public\".\"invoice_no\"')", "UPDATE public.big SET n = 2", "UPDATE big SET n = 2",
            "DO $$ BEGIN UPDATE public.big SET n = 2; END $$", "SET search_path = public; UPDATE big SET n = 2",
            "SELECT set_config('search_path', 'public', true); UPDATE big SET n = 2",
            "CREATE TABLE mails (mail citext); UPDATE big SET n = 2",
            "RESET search_path; SELECT setval('invoice_no', 1000)", "RESET ALL; SELECT setval('invoice_no', 1000)",
            "SET search_path TO DEFAULT; SELECT setval('invoice_no', 1000)",
            "SELECT set_config('search_path', NULL, true); SELECT setval('invoice_no', 1000)",
            firing("SET search_path = public", "PERFORM setval('invoice_no', 1000)"),
            firing("", "UPDATE public.big SET n = 2"), "SELECT seed()",
            "CREATE TABLE mails (mail citext); SELECT seed()",
            "CREATE TABLE mails (mail citext); DO $$ BEGIN EXECUTE 'UPDATE b' || 'ig SET n = 2'; END $$",
        ])
    func nothingLive(_ script: String) async throws {
        let prepare = "CREATE EXTENSION citext; CREATE SCHEMA audit; CREATE SEQUENCE audit.s"
        try await withComparison(of: script, after: prepare) { report in
            #expect(report.unrepeated?.id == "1")
            #expect(report.certainDifferences.isEmpty)
        }
    }

    @Test(
        "a function that names the live schema is not run by a later migration's script either",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func nothingLiveLater() async throws {
        func script(_ id: String, _ text: String) -> Migration {
            Migration(id) { RunSQL(.native(sqlite: "", postgresql: text), undo: .nothing) }
        }
        try await Backend.postgresql.withDatabase { database in
            let bump = """
                CREATE FUNCTION bump() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
                BEGIN PERFORM setval('invoice_no', 1000); RETURN new; END $$;
                CREATE TRIGGER bump BEFORE INSERT ON own FOR EACH ROW EXECUTE FUNCTION bump()
                """
            let migrator = try database.migrator([
                script("1", "CREATE SEQUENCE invoice_no"),
                Migration("2") { CreateTable("own") { Column("n", .integer) } },
                script("3", bump), script("3b", "CREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'SELECT 2'"),
                script("4", "INSERT INTO own VALUES (1)"),
            ])
            try await migrator.up()
            try await database.run("SELECT setval('invoice_no', 7)")
            #expect(try await migrator.driftReport().unrepeated?.id == "4")
            #expect(try await database.value("SELECT last_value FROM invoice_no") == 7)
        }
    }

    @Test(
        "nor is one whose body has no text",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func nothingLiveBound() async throws {
        func script(_ id: String, _ text: String) -> Migration {
            Migration(id) { RunSQL(.native(sqlite: "", postgresql: text), undo: .nothing) }
        }
        try await Backend.postgresql.withDatabase { database in
            let body = "BEGIN ATOMIC SELECT setval('public.invoice_no', 1000); END"
            let migrator = try database.migrator([
                script("1", "CREATE SEQUENCE invoice_no"),
                script("2", "CREATE FUNCTION bump() RETURNS bigint LANGUAGE sql \(body)"), script("3", "SELECT bump()"),
            ])
            try await migrator.up()
            try await database.run("SELECT setval('invoice_no', 7)")
            #expect(try await migrator.driftReport().unrepeated?.id == "3")
            #expect(try await database.value("SELECT last_value FROM invoice_no") == 7)
        }
    }

    @Test(
        "a function that a later script makes harmless keeps no script from being compared",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func harmlessLater() async throws {
        func script(_ id: String, _ text: String) -> Migration {
            Migration(id) { RunSQL(.native(sqlite: "", postgresql: text), undo: .nothing) }
        }
        try await Backend.postgresql.withDatabase { database in
            let seed = "CREATE OR REPLACE FUNCTION seed() RETURNS int LANGUAGE"
            let migrator = try database.migrator([
                Migration("1") { CreateTable("own") { Column("n", .integer) } },
                script("2", "\(seed) plpgsql AS $$ BEGIN PERFORM setval('public.gone', 1); RETURN 1; END $$"),
                script("3", "CREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'SELECT 2'"),
                script("4", "\(seed) sql AS 'SELECT 1'"), script("5", "INSERT INTO own VALUES (seed())"),
            ])
            try await migrator.up()
            let report = try await migrator.driftReport()
            #expect(report.unrepeated == nil && report.differences.isEmpty, "\(report)")
        }
    }

    @Test(
        "the deletions before a data step fire no trigger that changes the live schema",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func nothingLiveByDeletion() async throws {
        try await Backend.postgresql.withDatabase { database in
            try await database.run("CREATE SEQUENCE invoice_no")
            let bump = """
                INSERT INTO own VALUES (1);
                CREATE FUNCTION bump() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM setval('invoice_no', 1000); RETURN NULL; END $$;
                CREATE TRIGGER bump AFTER DELETE ON own FOR EACH STATEMENT EXECUTE FUNCTION bump()
                """
            let migrator = try database.migrator([
                Migration("1") { CreateTable("own") { Column("n", .integer) } },
                Migration("2") { RunSQL(.native(sqlite: "", postgresql: bump), undo: .nothing) },
                Migration("3") { Run("fill") { _ in } },
            ])
            try await migrator.up()
            try await database.run("SELECT setval('invoice_no', 7)")
            #expect(try await migrator.driftReport().unrepeated?.id == "3")
            #expect(try await database.value("SELECT last_value FROM invoice_no") == 7)
        }
    }

    /// Applies a script beside a further schema of the search path, with a table, a sequence and a function, and returns a comparison.
    /// Expects that nothing has counted in the sequence, and that the table's rows are free.
    private func reportBesideFurther(_ script: String) async throws -> DriftReport {
        try await Backend.postgresql.withURL { url in
            let plain = try Database(url, options: ConnectionOptions(access: .create))
            try await plain.run(
                """
                CREATE SCHEMA app; CREATE SEQUENCE public.invoice_no; CREATE TABLE public.colours (id serial, name text);
                INSERT INTO public.colours (name) VALUES ('red');
                CREATE FUNCTION public.bump() RETURNS bigint LANGUAGE sql AS $$ SELECT setval('public.invoice_no', 99) $$
                """)
            let path = "format('ALTER DATABASE %I SET search_path = app, public', current_database())"
            try await plain.run("DO $$ BEGIN EXECUTE \(path); END $$")
            await plain.close()
            let database = try Database(url, options: ConnectionOptions(access: .create))
            let operation = RunSQL(.native(sqlite: "", postgresql: script), undo: .nothing)
            let migrator = try database.migrator([
                Migration("1") {
                    CreateTable("own") {
                        Column("id", .bigint).identity().primaryKey()
                        Column("n", .integer).nullable()
                    }
                    operation
                }
            ])
            try await migrator.up()
            try await database.run("SELECT setval('public.invoice_no', 7); SELECT setval('public.colours_id_seq', 7)")
            let holder = try connect(to: url)
            defer { holder.close() }
            try holder.executeScript("BEGIN; LOCK TABLE public.colours IN SHARE MODE")
            let report = try await migrator.driftReport()
            #expect(try await database.value("SELECT last_value FROM public.invoice_no") == 7, "\(script)")
            #expect(try await database.value("SELECT last_value FROM public.colours_id_seq") == 7, "\(script)")
            await database.close()
            return report
        }
    }

    @Test(
        "a script that would change something in a further schema of the search path, or in any, is not compared",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason),
        arguments: [
            "SELECT setval('invoice_no', 1000)", "SELECT nextval('public.invoice_no')",
            "INSERT INTO colours (name) VALUES ('blue')", "UPDATE public.colours SET name = 'blue'", "SELECT bump()",
            "DELETE FROM colours", "SET search_path = public; SELECT setval('invoice_no', 1000)",
            "SELECT setval(pg_get_serial_sequence('colours', 'id'), 1000)",
            "SELECT setval(c.oid, 1000) FROM pg_class c WHERE c.relname = 'invoice_no'",
            "SELECT setval('invoice' || '_no', 1000)",
            "DO $$ BEGIN EXECUTE format('SELECT setval(%L, 1000)', 'public' || '.invoice_no'); END $$",
            "DO $$ BEGIN EXECUTE 'INSERT INTO col' || 'ours (name) VALUES (1)'; END $$",
            """
            DO $$ DECLARE name text; BEGIN
                SELECT c.oid::regclass::text INTO name FROM pg_class c WHERE c.relname = 'colours';
                EXECUTE format('INSERT INTO %s (name) VALUES (1)', name);
            END $$
            """,
        ])
    func nothingFurther(_ script: String) async throws {
        let report = try await reportBesideFurther(script)
        #expect(report.unrepeated?.id == "1")
        #expect(report.certainDifferences.isEmpty)
    }

    @Test(
        "a script is compared that reads a table of a further schema, counts in its own sequence, or calls a table as a live schema",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason),
        arguments: [
            "INSERT INTO own (n) SELECT length(name) FROM colours", "INSERT INTO own (n) SELECT 1 FROM public.colours",
            "SELECT setval(pg_get_serial_sequence('own', 'id'), 3)", "SELECT setval('own_id_seq', 3)",
            "UPDATE own SET n = app.n FROM own app WHERE app.id = own.id",
            "WITH app AS (SELECT id FROM own) UPDATE own SET n = 1 FROM app WHERE app.id = own.id",
            """
            DO $$ DECLARE name text; BEGIN
                FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'own' LOOP
                    EXECUTE format('UPDATE %I SET n = 1', name);
                END LOOP;
            END $$
            """,
        ])
    func comparedBesideFurther(_ script: String) async throws {
        let report = try await reportBesideFurther(script)
        #expect(report.unrepeated == nil && report.differences.isEmpty, "\(report)")
    }

    @Test(
        "what only has the name of another schema, and a data step beside functions that search the live one, are compared",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func comparedBesideOthers() async throws {
        try await Backend.postgresql.withDatabase { database in
            try await database.run(
                """
                CREATE SCHEMA items; CREATE TABLE items.other (n int);
                CREATE SCHEMA auth; CREATE FUNCTION auth.uid() RETURNS int LANGUAGE sql AS 'SELECT 1'
                """)
            let words = """
                UPDATE own SET n = items.total FROM items WHERE items.total = own.n;
                COMMENT ON TABLE own IS 'see https://auth.example.com'
                """
            let bound = """
                CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
                BEGIN NEW.n := 1; RETURN NEW; END $$;
                CREATE TRIGGER touch BEFORE UPDATE ON own FOR EACH ROW EXECUTE FUNCTION touch();
                CREATE POLICY mine ON own USING (n = auth.uid())
                """
            let migrator = try database.migrator([
                Migration("1") {
                    CreateTable("own") { Column("n", .integer) }
                    CreateTable("items") { Column("total", .integer) }
                },
                Migration("2") { RunSQL(.native(sqlite: "", postgresql: words), undo: .nothing) },
                Migration("3") { RunSQL(.native(sqlite: "", postgresql: bound), undo: .nothing) },
                Migration("4") { Run("fill") { _ in } },
            ])
            try await migrator.up()
            let report = try await migrator.driftReport()
            #expect(report.unrepeated == nil && report.differences.isEmpty, "\(report)")
        }
    }

    @Test(
        "a script is run again with the types of an extension in the live schema, and drops nothing of that schema",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason),
        arguments: [
            "CREATE TABLE mails (mail citext); INSERT INTO mails VALUES ('a')",
            "CREATE SEQUENCE own; SELECT setval('own', 3)",
            "DROP VIEW IF EXISTS seen; CREATE VIEW seen AS SELECT 1 AS n",
            "CREATE FUNCTION public_one() RETURNS int LANGUAGE sql SET search_path = public AS 'SELECT 1'",
            "CREATE FUNCTION own(m citext) RETURNS int LANGUAGE sql AS 'SELECT 1'; SELECT own('a')",
            "CREATE VIEW slow AS SELECT query FROM pg_stat_statements",
        ])
    func repeated(_ script: String) async throws {
        let extensions = "CREATE EXTENSION citext; CREATE EXTENSION pg_stat_statements; CREATE EXTENSION tablefunc"
        try await withComparison(of: script, after: extensions) { report in
            #expect(report.unrepeated == nil)
            let others = report.differences.map(\.description).filter { line in
                !["big", "seen", "invoice_no", "seed", "pg_stat_statements"].contains { line.contains($0) }
            }
            #expect(others == [])
        }
    }

    @Test("a log with rows is undone only by consent, and named", arguments: Backend.available)
    func auditRows(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let history = try History.teleclaude()
            try await Migrator(history: history, database: database).up()
            let zeros = String(repeating: "0", count: 64)
            try await database.withConnection { connection in
                _ = try connection.execute(
                    """
                    INSERT INTO audit_log (seq, at, uid, role, action, outcome, previous_hash, hash) VALUES \
                    (1, '2026-01-02T03:04:05.000006Z', 0, 'admin', 'send', 'allowed', \(zeros), \(zeros))
                    """)
            }
            let error = await #expect(throws: MigratorError.self) {
                try await Migrator(history: history, database: database).down(.to("0002-session-owners"))
            }
            #expect(error.map { "\($0)" }?.contains("audit_log") == true)
            let all = try await Migrator(history: history, database: database).status()
            #expect(all.position == .current)
            let consenting = Migrator(history: history, database: database, options: .init(allowsDataLoss: true))
            #expect(try await consenting.down(.to("0002-session-owners")).steps.map(\.id).last == "0003-audit-log")
        }
    }
}

/// Returns a script that makes a trigger with this setting and body, and fires it.
private func firing(_ setting: String, _ body: String) -> String {
    """
    CREATE FUNCTION bump() RETURNS trigger LANGUAGE plpgsql \(setting) AS $$ BEGIN \(body); RETURN new; END $$;
    CREATE TABLE own (n int);
    CREATE TRIGGER bump BEFORE INSERT ON own FOR EACH ROW EXECUTE FUNCTION bump();
    INSERT INTO own VALUES (1)
    """
}
