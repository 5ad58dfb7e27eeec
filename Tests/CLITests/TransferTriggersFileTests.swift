import Foundation
import TestSupport
import Testing

@Suite("transfer --write-triggers", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferTriggersFileTests {
    private static let script = """
        CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, changes INTEGER DEFAULT 0); INSERT INTO notes VALUES (1, 'a', 0);
        CREATE TRIGGER counted AFTER UPDATE OF title ON notes BEGIN
            UPDATE notes SET changes = changes + 1 WHERE id = NEW.id; END;
        CREATE TRIGGER odd AFTER INSERT ON notes BEGIN
            SELECT RAISE(FAIL, 'no'); END;
        """

    private func read(_ file: String) throws -> String { try String(contentsOfFile: file, encoding: .utf8) }

    @Test("the file makes triggers that work, and says which can't be had")
    func file() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, Self.script)
            let file = box("triggers.sql")
            let run = try await box.migrate("transfer", source, target, "--write-triggers", file)
            #expect(run.code == 0, "\(run)")
            #expect(run.output.contains("1 of 2 can be written in the target's SQL"), "\(run)")
            let text = try read(file)
            #expect(text.contains("their AFTER triggers run behind those of the statement's own rows"), "\(text)")
            #expect(text.contains("-- Not translated: odd: FAIL keeps changes that PostgreSQL takes back"), "\(text)")
            #expect(text.contains("\n--     SELECT RAISE(FAIL, 'no'); END"), "\(text)")
            let applied = try await box.run(
                try Program(inPath: "psql"),
                ["-X", "-q", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-f", file, target])
            #expect(applied.code == 0, "\(applied)")
            #expect(
                try query("UPDATE notes SET title = 'b' RETURNING (SELECT changes FROM notes)", on: target) == ["0"])
            #expect(try query("SELECT changes FROM notes", on: target) == ["1"])
        }
    }

    @Test("the file says its encoding, whatever psql's environment says")
    func encoding() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO notes VALUES (1, 'a');
                CREATE TRIGGER named AFTER INSERT ON notes BEGIN UPDATE notes SET title = 'é' WHERE id = NEW.id; END;
                """)
            let file = box("triggers.sql")
            let run = try await box.migrate("transfer", source, target, "--write-triggers", file)
            #expect(run.code == 0, "\(run)")
            let applied = try await box.run(
                try Program(inPath: "psql"),
                ["-X", "-q", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-f", file, target],
                ["PGCLIENTENCODING": "LATIN1"])
            #expect(applied.code == 0, "\(applied)")
            try execute("INSERT INTO notes (id, title) VALUES (2, 'b')", on: target)
            #expect(try query("SELECT title FROM notes WHERE id = 2", on: target) == ["é"])
        }
    }

    @Test("triggers of PostgreSQL are in the file with their definitions, as comments")
    func fromPostgreSQL() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY);
                CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                CREATE TRIGGER touched BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION touch();
                """, on: source)
            let file = box("triggers.sql")
            let run = try await box.migrate(
                "transfer", source, "sqlite:" + box("copy.db"), "--write-triggers", file)
            #expect(run.code == 0, "\(run)")
            let text = try read(file)
            #expect(text.hasPrefix("-- None of the source's triggers can be translated."), "\(text)")
            #expect(text.contains("-- Not translated: touched: PostgreSQL's triggers call functions"), "\(text)")
            #expect(text.contains("\n-- CREATE TRIGGER touched BEFORE INSERT ON t FOR EACH ROW EXECUTE"), "\(text)")
        }
    }

    @Test("triggers of tables that stay behind are not in it, though one of the same name is")
    func excludedInPostgreSQL() async throws {
        try await withDatabase(.postgresql) { box, source in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE gone (id int PRIMARY KEY);
                CREATE TABLE parts (id int) PARTITION BY RANGE (id);
                CREATE TABLE part PARTITION OF parts FOR VALUES FROM (1) TO (9);
                CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                CREATE TRIGGER touched BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION touch();
                CREATE TRIGGER touched BEFORE INSERT ON gone FOR EACH ROW EXECUTE FUNCTION touch();
                CREATE TRIGGER touched BEFORE INSERT ON part FOR EACH ROW EXECUTE FUNCTION touch();
                """, on: source)
            let file = box("triggers.sql")
            let run = try await box.migrate(
                "transfer", source, "sqlite:" + box("copy.db"), "--exclude", "gone,parts", "--write-triggers", file)
            #expect(run.code == 0 && run.output.contains("trigger of t: touched"), "\(run)")
            #expect(!run.output.contains("trigger of gone") && !run.output.contains("trigger of parts"), "\(run)")
            let text = try read(file)
            #expect(text.components(separatedBy: "Not translated: touched").count == 2, "\(text)")
            #expect(text.contains("BEFORE INSERT ON t FOR"), "\(text)")
        }
    }

    @Test("a dry run writes it, too; a file that exists is left alone; nothing is written where others make the tables")
    func places() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, Self.script)
            let file = box("triggers.sql")
            let plan = try await box.migrate("transfer", source, target, "--dry-run", "--write-triggers", file)
            #expect(plan.code == 0 && plan.output.contains("1 of 2 can be written"), "\(plan)")
            #expect(try read(file).contains("CREATE FUNCTION \"counted\"()"))
            let again = try await box.migrate("transfer", source, target, "--write-triggers", file)
            #expect(again.code == 2 && again.error.contains("triggers.sql"), "\(again)")
            #expect(try tables(target).isEmpty)
            for option in ["--into-history", "--into-existing"] {
                let run = try await box.migrate("transfer", source, target, option, "--write-triggers", box("b.sql"))
                #expect(run.code == 64 && run.error.contains("--write-triggers"), "\(run)")
            }
            let plain = try await box.migrate(
                "transfer", "sqlite:" + box("none.db"), target, "--write-triggers", box("c.sql"))
            #expect(plain.code != 0)
            #expect(!FileManager.default.fileExists(atPath: box("c.sql")))
        }
    }
}
