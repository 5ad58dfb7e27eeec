import Testing

@testable import Dialects
import TestSupport

@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLErrorTests {
    private static let tables = """
        CREATE TABLE p (id int PRIMARY KEY, secret text NOT NULL);
        CREATE TABLE c (id int REFERENCES p, n int CONSTRAINT n_positive CHECK (n > 0));
        INSERT INTO p VALUES (1, 'x')
        """

    @Test(
        arguments: [
            ("INSERT INTO p VALUES (1, 'y')", .unique, "23505", "p_pkey"),
            ("INSERT INTO c VALUES (2, 1)", .foreignKey, "23503", "Key (id)=(2) is not present in table \"p\""),
            ("INSERT INTO p VALUES (2, NULL)", .notNull, "23502", "\"secret\""),
            ("INSERT INTO c VALUES (1, 0)", .check, "23514", "n_positive"),
            ("ALTER TABLE c ADD COLUMN n int", .exists, "42701", "\"n\""),
            ("SELEKT", .syntax, "42601", "SELEKT"),
            ("SELECT * FROM nowhere", .other, "42P01", "nowhere"),
        ] as [(String, DatabaseError.Kind, String, String)])
    func theServersErrorsAreSorted(statement: String, kind: DatabaseError.Kind, code: String, part: String) throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.executeScript(Self.tables)
            let error = #expect(throws: DatabaseError.self) { try connection.execute(SQL(trusted: statement)) }
            #expect(error?.kind == kind)
            #expect(error?.code == code)
            #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
            #expect(error?.statement == statement)
        }
    }

    @Test("the violated constraint is a fact of its own, whatever language the server's sentence is written in")
    func constraintOfAForeignSentence() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.executeScript(Self.tables)
            let check = #expect(throws: DatabaseError.self) { try connection.execute("INSERT INTO c VALUES (1, 0)") }
            #expect(check?.constraint == "n_positive")
            let key = #expect(throws: DatabaseError.self) { try connection.execute("INSERT INTO p VALUES (1, 'y')") }
            #expect(key?.constraint == "p_pkey")
            let foreign = #expect(throws: DatabaseError.self) {
                try connection.execute(
                    """
                    DO $$ BEGIN RAISE 'viole la contrainte de vérification « n_positive »'
                    USING ERRCODE = '23514', CONSTRAINT = 'n_positive'; END $$
                    """)
            }
            #expect(foreign?.kind == .check && foreign?.constraint == "n_positive")
            let other = #expect(throws: DatabaseError.self) { try connection.execute("SELEKT") }
            #expect(other != nil && other?.constraint == nil)
        }
    }

    @Test(
        "a server that lacks space, or a standby that has to replay, interrupts the work, and says who can do what",
        arguments: [
            (
                "SELECT count(*) FROM (SELECT g FROM generate_series(1, 100000) g ORDER BY random()) s",
                .diskFull, "raise temp_file_limit"
            ),
            (
                """
                DO $$ BEGIN RAISE EXCEPTION 'canceling statement due to conflict with recovery' USING ERRCODE = '40001'; END $$
                """, .interrupted, "hot_standby_feedback"
            ),
            ("DO $$ BEGIN RAISE 'could not serialize access' USING ERRCODE = '40001'; END $$", .locked, "again"),
            (
                """
                DO $$ BEGIN RAISE 'Shared Memory aufgebraucht' USING ERRCODE = '53200',
                HINT = 'Sie müssen möglicherweise max_locks_per_transaction erhöhen.'; END $$
                """, .resources, "max_locks_per"
            ),
            ("DO $$ BEGIN RAISE 'out of memory' USING ERRCODE = '53200'; END $$", .resources, "memory to spare"),
            ("DO $$ BEGIN RAISE 'could not read block' USING ERRCODE = '58030'; END $$", .resources, "disk"),
        ] as [(String, DatabaseError.Kind, String)])
    func interruptions(_ statement: String, _ kind: DatabaseError.Kind, _ remedy: String) throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.executeScript("SET temp_file_limit = 64; SET work_mem = '64kB'")
            let error = #expect(throws: DatabaseError.self) { try connection.values(SQL(trusted: statement)) }
            #expect(error?.kind == kind, "\(String(describing: error))")
            #expect(error?.remedy?.contains(remedy) == true)
        }
    }

    @Test("what others depend on is not dropped, and the error names them and says what to do first")
    func dependents() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.executeScript("CREATE TABLE t (a int); CREATE VIEW reader AS SELECT a FROM t")
            let error = #expect(throws: DatabaseError.self) { try connection.execute("DROP TABLE t") }
            #expect(error?.message.contains("view reader depends on table t") == true)
            #expect(error?.remedy?.hasPrefix("drop what depends on it") == true)
        }
    }

    @Test("rows that a policy would hide or refuse are an error that says whom to connect as, and never fewer rows")
    func policies() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.executeScript(
                """
                CREATE TABLE s (v int); INSERT INTO s VALUES (1), (2); ALTER TABLE s ENABLE ROW LEVEL SECURITY;
                CREATE POLICY few ON s USING (v > 1); GRANT SELECT, INSERT ON s TO pg_monitor
                """)
            try connection.execute("SET ROLE pg_monitor")
            for (filters, statement, policy) in [
                ("off", "SELECT v FROM s", "would hide rows"), ("on", "INSERT INTO s VALUES (0)", "refuses the row"),
            ] {
                try connection.execute("SET row_security = \(trusted: filters)")
                let error = #expect(throws: DatabaseError.self) { try connection.values(SQL(trusted: statement)) }
                #expect(error?.kind == .permission)
                #expect(error?.remedy?.hasPrefix("use a role with BYPASSRLS, or the table's owner") == true)
                #expect(error?.remedy?.hasSuffix(": a policy \(policy)") == true)
            }
        }
    }

    @Test func aFailingRowIsNotRepeated() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.executeScript("CREATE TABLE s (token text, n int NOT NULL CHECK (n > 0))")
            for number in ["NULL", "0"] {
                let error = #expect(throws: DatabaseError.self) {
                    try connection.execute("INSERT INTO s VALUES (\("c4nary"), \(trusted: number))")
                }
                #expect(error.map { "\($0)" }?.contains("c4nary") == false)
            }
        }
    }

    @Test func anotherSessionsLockIsLocked() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let holder = try connect(to: url)
            let waiter = try connect(to: url, ConnectionOptions(lockTimeout: 0.05))
            defer { [holder, waiter].forEach { $0.close() } }
            try holder.execute("CREATE TABLE t (a int)")
            try holder.begin()
            try holder.execute("LOCK TABLE t")
            let error = #expect(throws: DatabaseError.self) { try waiter.values("SELECT * FROM t") }
            #expect(error?.kind == .locked)
            #expect(error?.code == "55P03")
        }
    }

    @Test func aStatementTimeoutSaysWhatToDo() throws {
        let connection = try connect(to: TestPostgreSQL.requireURL(), ConnectionOptions(statementTimeout: 0.05))
        defer { connection.close() }
        let error = #expect(throws: DatabaseError.self) { try connection.execute("SELECT pg_sleep(60)") }
        #expect(error?.kind == .interrupted)
        #expect(error?.remedy == "allow a longer statement timeout")
    }
}

/// Tests failing connections. The server of `ci/postgres` asks only the role `tc_password` for a password.
@Suite(.serialized, .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLConnectFailureTests {
    private func failure(_ changes: [String: String]) throws -> DatabaseError {
        let url = try TestPostgreSQL.url(changes)
        return try #require(#expect(throws: DatabaseError.self) { try connect(to: url) })
    }

    @Test func passwordsAreCheckedAndNeverShown() throws {
        let admin = try connect(to: TestPostgreSQL.requireURL())
        defer { admin.close() }
        try TestPostgreSQL.makePasswordRole(on: admin)
        let right = try connect(
            to: TestPostgreSQL.url(["user": "tc_password", "password": TestPostgreSQL.rolePassword]))
        #expect(try right.queryValue("SELECT current_user") == "tc_password")
        right.close()

        let wrong = try failure(["user": "tc_password", "password": "c4nary"])
        #expect(wrong.kind == .authentication)
        #expect(wrong.message.hasPrefix("the server rejects this user or password"))
        #expect(!"\(wrong)".contains("c4nary"))

        // This password also occurs in libpq's message.
        let echoed = try failure(["user": "tc_password", "password": "tc_password"])
        #expect(echoed.kind == .authentication)
        #expect(!"\(echoed)".contains("tc_password"))

        let none = try failure(["user": "tc_password"])
        #expect(none.kind == .authentication)
        #expect(none.message.hasPrefix("the server requires a password"))
    }

    @Test(
        "an unknown database's remedy is a command for a shell, with the server and the user",
        arguments: [
            ("tc_no_such_database", "tc_no_such_database"), ("no such", "'no such'"), ("-z", "-- -z"),
            ("x'z;id", #"'x'\''z;id'"#),
        ])
    func unknownDatabase(name: String, word: String) throws {
        let error = try failure(["dbname": name, "password": "c4nary"])
        #expect(error.kind == .unreachable)
        let remedy = try #require(error.remedy)
        #expect(remedy.hasPrefix("create it with createdb -h ") && remedy.hasSuffix(" \(word)"), "\(remedy)")
        #expect(remedy.contains(" -p ") && remedy.contains(" -U ") && !remedy.contains("c4nary"), "\(remedy)")
    }

    @Test func anUnknownUserIsNamed() throws {
        let error = try failure(["user": "tc_no_such_user"])
        #expect(error.kind == .authentication)
        #expect(error.message.contains("tc_no_such_user"))
        let remedy = try #require(error.remedy)
        #expect(remedy.hasPrefix("create it with createuser -h ") && remedy.hasSuffix(" tc_no_such_user"), "\(remedy)")
        #expect(!remedy.contains(" -U "), "\(remedy)")
    }

    @Test("the server answers, and target_session_attrs asks for another one", arguments: ["standby", "read-only"])
    func otherServer(wanted: String) throws {
        let error = try failure(["target_session_attrs": wanted])
        #expect(error.kind == .unreachable)
        #expect(error.message.hasPrefix("the server answers, and target_session_attrs asks for another one: "))
        #expect(error.remedy?.contains("target_session_attrs") == true)
    }

    @Test(arguments: [
        ["host": "127.0.0.1", "port": "1", "password": "c4nary"], ["host": "/tmp/tc-no-such-folder"],
        ["host": "no-such-host.invalid", "password": "c4nary"],
    ])
    func aServerThatIsNotThere(changes: [String: String]) throws {
        let error = try failure(changes)
        #expect(error.kind == .unreachable)
        #expect(error.message.hasPrefix("the server can't be reached"))
        #expect(!"\(error)".contains("c4nary"))
        #expect(!error.message.contains("\n"))
    }

    @Test(arguments: [
        ["sslmode": "c4nary"], ["port": "c4nary"], ["connect_timeout": "c4nary"], ["service": "no_such_service"],
        ["target_session_attrs": "c4nary"], ["gssencmode": "c4nary"], ["port": "99999"],
    ])
    func parametersThatMakeNoSense(changes: [String: String]) throws {
        #expect(try failure(changes).kind == .invalidURL)
    }

    @Test(
        "a server that is there and takes no connections yet is not looked for elsewhere",
        arguments: ["starting up", "shutting down", "in recovery mode"])
    func starting(state: String) throws {
        let fields = "SFATAL\0C57P03\0Mthe database system is \(state)\0\0"
        try ImitatedServer.answering(ImitatedServer.message("E", Array(fields.utf8))) { url in
            let error = #expect(throws: DatabaseError.self) { try connect(to: url) }
            #expect(error?.kind == .unreachable)
            #expect(error?.message.hasPrefix("the server takes no connections now: ") == true)
            #expect(error?.message.contains("the database system is \(state)") == true)
            #expect(error?.remedy?.hasPrefix("try again when it has started") == true)
        }
    }

    @Test(
        "a server that speaks another language is understood by its codes",
        arguments: [
            (
                "28P01", "auth_failed", "Passwort-Authentifizierung für Benutzer »any« fehlgeschlagen",
                "the server rejects this user or password", "check both"
            ),
            (
                "28000", "InitializeSessionUserId", "Rolle »any« existiert nicht",
                "the server does not let this user in", "check that it exists"
            ),
            (
                "3D000", "InitPostgres", "Datenbank »any« existiert nicht", "there is no such database",
                "create it with createdb -h "
            ),
            (
                "42501", "CheckMyDatabase", "keine Berechtigung für Datenbank »any«", "this user may not connect",
                "GRANT CONNECT"
            ),
            (
                "42501", "set_config_option_ext", "keine Berechtigung, um Parameter »log_statement« zu setzen",
                "the server refuses the connection", nil
            ),
            (
                "55000", "CheckMyDatabase", "Datenbank »any« akzeptiert gegenwärtig keine Verbindungen",
                "the database takes no connections", "ALTER DATABASE"
            ),
            (
                "55000", "InitPostgres", "kann nicht mit ungültiger Datenbank »any« verbinden",
                "the database is what an interrupted DROP DATABASE has left", "DROP DATABASE"
            ),
            (
                "53300", "InitProcess", "schon zu viele Verbindungen", "the server takes no more connections",
                "end others"
            ),
            (
                "57P03", "ProcessStartupPacket", "das Datenbanksystem startet", "the server takes no connections now",
                "try again"
            ),
        ] as [(String, String, String, String, String?)])
    func otherLanguage(code: String, function: String, text: String, message: String, remedy: String?) throws {
        let fields = "SFATAL\0VFATAL\0C\(code)\0M\(text)\0Fauth.c\0L334\0R\(function)\0\0"
        let answer = ImitatedServer.message("E", Array(fields.utf8))
        try ImitatedServer.answering(answer, connections: 2) { url in
            let error = #expect(throws: DatabaseError.self) { try connect(to: url) }
            #expect(error?.message.hasPrefix(message) == true, "\(String(describing: error))")
            #expect(error?.message.hasSuffix("FATAL: \(text)") == true, "\(String(describing: error))")
            let isAdvised = remedy.map { error?.remedy?.hasPrefix($0) == true } ?? (error?.remedy == nil)
            #expect(isAdvised, "\(String(describing: error))")
        }
    }

    @Test func aDatabaseNameIsNoConnectionString() throws {
        let error = try failure(["dbname": "host=elsewhere.invalid"])
        #expect(error.message.contains("database \"host=elsewhere.invalid\" does not exist"))
    }
}
