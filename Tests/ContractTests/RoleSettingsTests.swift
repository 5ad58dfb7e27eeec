import Dialects
import Migrator
import TestSupport
import Testing

@Suite(
    "Whatever a role's or a database's settings say",
    .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct RoleSettingsTests {
    /// A database for one test, and a role that owns it and has no other rights.
    private struct Place {
        let url: DatabaseURL
        let admin: any Connection
        let name: String
        let role: String
        let roleURL: DatabaseURL

        func open(_ url: DatabaseURL? = nil) throws -> Database {
            try Database(url ?? roleURL, options: ConnectionOptions(access: .create, isOwned: true))
        }

        func set(_ setting: String) throws {
            try admin.executeScript("ALTER DATABASE \(SQLText.identifier(name)) SET \(setting)")
        }
    }

    private func withPlace(_ body: (Place) async throws -> Void) async throws {
        try await TestPostgreSQL.withFreshDatabase { url in
            let admin = try connect(to: url)
            defer { admin.close() }
            let name = try admin.queryValue("SELECT current_database()")?.text ?? ""
            let role = "role_\(name)"
            try admin.executeScript(
                "CREATE ROLE \(SQLText.identifier(role)) LOGIN; ALTER DATABASE \(SQLText.identifier(name)) OWNER TO "
                    + "\(SQLText.identifier(role)); GRANT ALL ON SCHEMA public TO \(SQLText.identifier(role))")
            let roleURL = try TestPostgreSQL.url(["dbname": name, "user": role])
            let place = Place(url: url, admin: admin, name: name, role: role, roleURL: roleURL)
            let result: Result<Void, any Error>
            do { result = .success(try await body(place)) } catch { result = .failure(error) }
            // The role has to be dropped here, because it belongs to the whole server and not to the database.
            try admin.executeScript(
                "ALTER DATABASE \(SQLText.identifier(name)) OWNER TO CURRENT_USER; DROP OWNED BY "
                    + "\(SQLText.identifier(role)) CASCADE; DROP ROLE \(SQLText.identifier(role))")
            try result.get()
        }
    }

    private static let history = [
        Migration("1") {
            CreateTable("t") {
                Column("id", .bigint).identity().primaryKey()
                Column("kind", .varchar(9)).oneOf("a", "b")
                Column("at", .timestamp).default(.now)
                Column("share", .real).default(.real(0.1))
            }
        },
        Migration("2") {
            RunSQL(.native(sqlite: "", postgresql: "SELECT pg_sleep(0.3)"), undo: .nothing)
            RunSQL(#"INSERT INTO t (kind) VALUES ('a')"#, undo: .nothing)
            AlterTable("t") { ChangeColumn("at").type(.text).default("") }
        },
        Migration("3") { AlterTable("t") { ChangeColumn("at").type(.timestamp).default(.now) } },
    ]

    @Test("a migration runs under its own")
    func own() async throws {
        try await withPlace { place in
            for setting in [
                "statement_timeout = 40", "lock_timeout = 40", "idle_in_transaction_session_timeout = 40",
                "default_transaction_read_only = on", "default_transaction_isolation = 'serializable'",
                "DateStyle = 'German, DMY'", "IntervalStyle = 'sql_standard'", "bytea_output = 'escape'",
                "standard_conforming_strings = off", "extra_float_digits = -15", "check_function_bodies = off",
                "synchronous_commit = off", "transform_null_equals = on", "quote_all_identifiers = on",
                "array_nulls = off", "TimeZone = 'Asia/Tokyo'", "xmloption = 'document'", "row_security = on",
            ] { try place.set(setting) }
            let database = try place.open()
            let migrator = try database.migrator(Self.history, allowsDataLoss: true)
            #expect(try await migrator.up().steps.count == 3)
            #expect(try await migrator.drift().isEmpty)
            #expect(try await migrator.down(.none).steps.count == 3)
            let expected = [
                "statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "lock_timeout": "10s",
                "default_transaction_read_only": "off", "default_transaction_isolation": "read committed",
                "synchronous_commit": "on", "row_security": "off", "DateStyle": "ISO, YMD", "TimeZone": "UTC",
                "quote_all_identifiers": "off", "check_function_bodies": "on",
            ]
            for (name, value) in expected {
                #expect(try await database.value("SELECT current_setting(\(name))")?.text == value, "\(name)")
            }
            await database.close()
        }
    }

    @Test("what the URL itself says of time counts")
    func spoken() async throws {
        let url = try TestPostgreSQL.url(["options": "-c statement_timeout=123s"])
        let connection = try connect(to: url)
        defer { connection.close() }
        #expect(try connection.queryValue("SHOW statement_timeout")?.text == "123s")
    }

    @Test("a session that would heed no foreign key is brought to heed them, or refused")
    func replica() async throws {
        try await withPlace { place in
            try place.set("session_replication_role = replica")
            let superuser = try place.open(place.url)
            #expect(try await superuser.value("SHOW session_replication_role")?.text == "origin")
            await superuser.close()
            let database = try place.open()
            let error = await #expect(throws: DatabaseError.self) { try await database.migrator(Self.history).up() }
            #expect(error?.kind == .permission && error?.message.contains("session_replication_role") == true)
            await database.close()
        }
    }

    @Test("objects in other schemas of the path hijack nothing of ours")
    func hijack() async throws {
        try await withPlace { place in
            try place.admin.executeScript(
                """
                CREATE SCHEMA app AUTHORIZATION \(SQLText.identifier(place.role)); CREATE SCHEMA evil;
                GRANT USAGE, CREATE ON SCHEMA evil TO PUBLIC;
                CREATE FUNCTION evil.yes(varchar, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT true';
                CREATE OPERATOR evil.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = evil.yes);
                CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT ''1999-01-01''::timestamptz';
                CREATE FUNCTION evil.quote_ident(name) RETURNS text LANGUAGE sql AS 'SELECT ''evil''';
                CREATE FUNCTION evil.lower(varchar) RETURNS text LANGUAGE sql AS 'SELECT ''a''';
                CREATE TABLE evil.tc_migrations (id text); CREATE TABLE evil.t (kept int); INSERT INTO evil.t VALUES (7);
                CREATE TABLE evil.gone (kept int); INSERT INTO evil.gone VALUES (7);
                ALTER TABLE evil.gone OWNER TO \(SQLText.identifier(place.role));
                CREATE VIEW evil.pg_class AS SELECT 1 AS oid;
                """)
            try place.set("search_path = app, evil, pg_catalog")
            let database = try place.open()
            let gone = Migration("4") { CreateTable("gone") { Column("id", .bigint).primaryKey() } }
            #expect(try await database.migrator(Self.history + [gone]).up().steps.count == 4)
            #expect(try await database.migrator(Self.history + [gone]).drift().isEmpty)
            await #expect(throws: DatabaseError.self) { try await database.run("INSERT INTO t (kind) VALUES ('x')") }
            #expect(try await database.value("SELECT count(*) FROM app.t WHERE at > '2020-01-01'") == 1)
            #expect(try await database.count("tc_migrations") == 4)
            // A table that was dropped by hand counts as missing, even if another schema has one of the same name.
            try await database.run("DROP TABLE app.gone")
            let dropping = Migration("5") { DropTable("gone") }
            await #expect(throws: (any Error).self) {
                try await database.migrator(Self.history + [gone, dropping], allowsDataLoss: true).up()
            }
            #expect(try place.admin.values("SELECT kept FROM evil.gone") == [[7]])
            #expect(try place.admin.values("SELECT kept FROM evil.t") == [[7]])
            await database.close()
        }
    }

    @Test("what a script says is found on the path that the role names, and its tables stand where ours do")
    func scripts() async throws {
        try await withPlace { place in
            try place.admin.executeScript(
                """
                CREATE SCHEMA app AUTHORIZATION \(SQLText.identifier(place.role)); CREATE SCHEMA shared;
                GRANT USAGE ON SCHEMA shared TO PUBLIC; CREATE TABLE shared.colours (name text);
                GRANT ALL ON shared.colours TO PUBLIC; INSERT INTO shared.colours VALUES ('red');
                """)
            for path in ["app, shared", "pg_temp, app, shared", "pg_catalog, app, shared"] {
                try place.set("search_path = \(path)")
                let database = try place.open()
                let migrations = [
                    Migration("1") {
                        CreateTable("t") { Column("name", .text).primaryKey() }
                        RunSQL("INSERT INTO t SELECT name FROM colours", undo: .nothing)
                        RunSQL("CREATE TABLE by_hand (a int)", undo: .script("DROP TABLE by_hand"))
                    }
                ]
                #expect(try await database.migrator(migrations, allowsDataLoss: true).up().steps.count == 1)
                #expect(try await database.value("SELECT name FROM app.t") == "red", "\(path)")
                #expect(try await database.withConnection { try $0.hasTable("by_hand") }, "\(path)")
                #expect(try await database.migrator(migrations).drift().map(\.description) == [], "\(path)")
                try await database.migrator(migrations, allowsDataLoss: true).down(.none)
                await database.close()
            }
        }
    }

    @Test("types and operators of an extension are found in its schema")
    func extensions() async throws {
        try await withPlace { place in
            try place.admin.executeScript(
                """
                CREATE SCHEMA app AUTHORIZATION \(SQLText.identifier(place.role)); CREATE SCHEMA ext;
                GRANT USAGE ON SCHEMA ext TO PUBLIC; CREATE EXTENSION citext SCHEMA ext;
                """)
            try place.set("search_path = app, ext")
            let database = try place.open()
            let migrations = [
                Migration("1") {
                    CreateTable("t") {
                        Column("id", .bigint).primaryKey()
                        Column("mail", .native(sqlite: "TEXT", postgresql: "citext"))
                        Check(.native(sqlite: "mail <> 'Nobody'", postgresql: "mail <> 'Nobody'")).named("somebody")
                    }
                }
            ]
            #expect(try await database.migrator(migrations).up().steps.count == 1)
            #expect(try await database.migrator(migrations).drift().isEmpty)
            await #expect(throws: DatabaseError.self) {
                try await database.run("INSERT INTO t VALUES (1, 'nobody')")
            }
            await database.close()
        }
    }

    @Test("a path that names no schema is refused with a sentence, before anything is done")
    func noSchema() async throws {
        try await withPlace { place in
            for path in ["nowhere", "''", "pg_catalog"] {
                try place.set("search_path = \(path)")
                let database = try place.open()
                let error = await #expect(throws: DatabaseError.self) { try await database.migrator(Self.history).up() }
                #expect(error?.message.hasPrefix("the search path (") == true, "\(path)")
                #expect(error?.remedy != nil)
                await database.close()
            }
        }
    }
}
