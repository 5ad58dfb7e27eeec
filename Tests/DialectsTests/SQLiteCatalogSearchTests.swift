import Testing

@testable import Dialects

/// Tests that the objects that depend on a table are found by its name in their texts, in any spelling, and only by that name.
@Suite("the part of a catalog that speaks of a table")
struct SQLiteCatalogSearchTests {
    private static let script = """
        CREATE TABLE item_1 (id INTEGER PRIMARY KEY, note TEXT);
        CREATE INDEX plainly ON item_1 (note);
        CREATE TABLE item_10 (id INTEGER PRIMARY KEY, item_1x TEXT);
        CREATE INDEX further ON item_10 (item_1x);
        CREATE TABLE itemA1 (id INTEGER PRIMARY KEY);
        CREATE TABLE bare (id INTEGER REFERENCES ITEM_1);
        CREATE TABLE quoted (id INTEGER REFERENCES "item_1" (id));
        CREATE TABLE bracketed (id INTEGER REFERENCES[item_1](id));
        CREATE TABLE ticked (id INTEGER REFERENCES`item_1`);
        CREATE TABLE stringed (id INTEGER REFERENCES 'item_1');
        CREATE VIEW seen AS SELECT count(*) AS n FROM main.item_1;
        CREATE VIEW unseen AS SELECT count(*) AS n FROM item_10;
        CREATE TRIGGER fired AFTER INSERT ON item_10 BEGIN DELETE FROM Item_1/**/WHERE id = new.id; END;
        CREATE TABLE "100%" (id INTEGER PRIMARY KEY);
        CREATE TABLE "1000" (id INTEGER REFERENCES "100%");
        CREATE TABLE "a\\b" (id INTEGER PRIMARY KEY);
        CREATE TABLE c (id INTEGER REFERENCES "a\\b");
        CREATE TABLE "100x" (id INTEGER PRIMARY KEY);
        """

    @Test(
        arguments: [
            (["item_1"], ["item_1", "plainly", "bare", "quoted", "bracketed", "ticked", "stringed", "seen", "fired"]),
            (["item_10"], ["item_10", "further", "unseen", "fired"]),
            (["itemA1"], ["itemA1"]),
            (["100%"], ["100%", "1000"]),
            (["a\\b"], ["a\\b", "c"]),
            (["itemA1", "100x"], ["itemA1", "100x"]),
            (["nowhere"], []),
        ] as [(Set<String>, Set<String>)])
    func found(names: Set<String>, objects: Set<String>) throws {
        let connection = try database()
        defer { connection.close() }
        #expect(Set(try SQLiteCatalog.read(connection, about: names).objects.map(\.name)) == objects)
    }

    @Test("a switch that a script has left behind hides nothing for longer than the script")
    func caseSensitiveLike() throws {
        let connection = try database()
        defer { connection.close() }
        try connection.keepingSettings { try connection.executeScript("PRAGMA case_sensitive_like = ON") }
        #expect(try SQLiteCatalog.read(connection, about: ["item_1"]).objects.contains { $0.name == "bare" })
    }

    private func database() throws -> any Connection {
        let connection = try SQLiteDriver(path: ":memory:", options: ConnectionOptions(access: .create)).connect()
        try connection.executeScript(Self.script)
        return connection
    }
}
