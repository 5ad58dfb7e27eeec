import Foundation
import TestSupport
import Testing

/// The commands of docs/moving.md, run one after the other on tables such as each framework makes; `ci/soak django` and
/// `ci/soak orm` run the real ones.
@Suite("docs/moving.md", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct MovingPageTests {
    struct Section: Sendable, CustomTestStringConvertible {
        var name: String
        /// The file that the section's commands read. `source` is the script that fills it.
        var file: String
        var source: String
        /// The script for the tables that the framework has made in the target.
        var target = ""
        /// The exit codes of the commands.
        var exits: [Int32]

        var testDescription: String { name }
    }

    private static let django = """
        CREATE TABLE django_content_type (id integer PRIMARY KEY, app_label varchar(100) NOT NULL);
        CREATE TABLE auth_permission (id integer PRIMARY KEY, content_type_id integer REFERENCES django_content_type (id));
        INSERT INTO django_content_type VALUES (1, 'shop'); INSERT INTO auth_permission VALUES (1, 1);
        """

    static let sections = [
        Section(
            name: "A file, and nothing else", file: "shop.db",
            source:
                "CREATE TABLE goods (id INTEGER PRIMARY KEY, made_at INT); INSERT INTO goods VALUES (1, 1704164645)",
            exits: [0, 0]),
        Section(
            name: "Django", file: "db.sqlite3",
            source: django
                + """
                CREATE TABLE django_migrations (id integer PRIMARY KEY, applied datetime NOT NULL);
                INSERT INTO django_migrations VALUES (1, '2024-01-02 03:04:05.678901');
                CREATE TABLE shop_order (id char(32) PRIMARY KEY, duration bigint);
                INSERT INTO shop_order VALUES ('123e4567e89b12d3a456426614174000', 1);
                """,
            target: django
                + """
                CREATE TABLE django_migrations (id integer PRIMARY KEY, applied timestamptz NOT NULL);
                INSERT INTO django_migrations VALUES (1, now());
                CREATE TABLE shop_order (id uuid PRIMARY KEY, duration interval);
                """, exits: [0, 0, 0]),
        Section(
            name: "Rails", file: "storage/production.sqlite3",
            source: """
                CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY);
                CREATE TABLE ar_internal_metadata (key varchar NOT NULL PRIMARY KEY, value varchar);
                CREATE TABLE posts (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, created_at datetime(6) NOT NULL, live boolean);
                INSERT INTO schema_migrations VALUES ('20240102030405'); INSERT INTO ar_internal_metadata VALUES ('environment', 'p');
                INSERT INTO posts VALUES (1, '2024-01-02 03:04:05.678901', 1);
                """,
            target: """
                CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY);
                CREATE TABLE ar_internal_metadata (key varchar NOT NULL PRIMARY KEY, value varchar);
                CREATE TABLE posts (id bigserial PRIMARY KEY, created_at timestamp(6) NOT NULL, live boolean);
                INSERT INTO schema_migrations VALUES ('20240102030405'); INSERT INTO ar_internal_metadata VALUES ('environment', 'p');
                """, exits: [0]),
        Section(
            name: "Prisma", file: "dev.db",
            source: """
                CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY); INSERT INTO _prisma_migrations VALUES ('a');
                CREATE TABLE Post (id INTEGER PRIMARY KEY, createdAt DATETIME NOT NULL); INSERT INTO Post VALUES (1, 1704164645678);
                """,
            target: #"CREATE TABLE "Post" (id integer PRIMARY KEY, "createdAt" timestamp(3) NOT NULL)"#, exits: [2, 0]),
        Section(
            name: "SQLAlchemy, Alembic, Peewee, Pony, Tortoise, SQLModel", file: "app.db",
            source: """
                CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY); INSERT INTO alembic_version VALUES ('a');
                CREATE TABLE job (id CHAR(32) PRIMARY KEY, took DATETIME, state VARCHAR(4), payload JSON);
                INSERT INTO job VALUES ('123e4567e89b42d3a456426614174000', '1970-01-01 00:00:01.500000', 'done', 1.5);
                """,
            target: """
                CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); INSERT INTO alembic_version VALUES ('a');
                CREATE TYPE state AS ENUM ('done'); CREATE TABLE job (id uuid PRIMARY KEY, took interval, state state, payload json);
                """, exits: [2, 0]),
    ]

    /// Returns the commands of a section that begin with `tc-migrate`. `nil` means that the next command begins with an empty database.
    private static func commands(of section: String) throws -> [[String]?] {
        let page = try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("docs/moving.md"), encoding: .utf8)
        let text = try #require(page.components(separatedBy: "\n## ").first { $0.hasPrefix(section + "\n") })
        let blocks = text.components(separatedBy: "```sh\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
        return blocks.flatMap { block -> [[String]?] in
            let lines = block.replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n")
            let words = lines.map { $0.split(separator: "#")[0].split(separator: " ").map(String.init) }
            return [nil] + words.filter { $0[0] == "tc-migrate" }.map { Array($0.dropFirst()) }
        }
    }

    @Test("the commands do what they are there for", arguments: sections)
    func section(_ section: Section) async throws {
        try await withSandbox { box in
            let file = box(section.file)
            try FileManager.default.createDirectory(
                atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            #expect(FileManager.default.createFile(atPath: file, contents: nil))
            try execute(section.source, on: file)
            let blocks = try Self.commands(of: section.name).split(separator: nil, omittingEmptySubsequences: true)
            var exits: [Int32] = []
            for block in blocks {
                try await Backend.postgresql.withURL { url in
                    if block.contains(where: { $0?.contains("--into-existing") == true }) {
                        try execute(section.target, on: "\(url)")
                    }
                    for words in block.compactMap({ $0 }) {
                        let arguments = words.map { word in
                            word.hasPrefix("postgresql:///")
                                ? "\(url)" : [section.file, "rules.yaml"].contains(word) ? box(word) : word
                        }
                        let run = try await box.run(.tcMigrate, arguments)
                        exits.append(try #require(run.code))
                        if run.code == 0, !words.contains("--dry-run") {
                            #expect(run.output.contains("verdict: verified"), "\(run)")
                        }
                    }
                }
            }
            #expect(exits == section.exits)
        }
    }
}
