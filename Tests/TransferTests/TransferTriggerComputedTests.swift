import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests BEFORE triggers of tables with computed columns, which PostgreSQL computes when these triggers have run.
extension TransferTriggerTests {
    @Test("a BEFORE trigger comes along unless it reads a computed column of the new row")
    func computedColumns() async throws {
        try await withTriggers(
            """
            CREATE TABLE item (id INTEGER PRIMARY KEY, price INTEGER, Tax INTEGER GENERATED ALWAYS AS (price * 2) STORED);
            CREATE TABLE log (id INTEGER PRIMARY KEY, n INTEGER);
            INSERT INTO item (id, price) VALUES (1, 5), (2, 6);
            CREATE TRIGGER plain BEFORE INSERT ON item WHEN NEW.price < 0 BEGIN SELECT RAISE(ABORT, 'negative'); END;
            CREATE TRIGGER old_row BEFORE UPDATE ON item BEGIN INSERT INTO log (n) VALUES (OLD.tax + NEW.price); END;
            CREATE TRIGGER gone BEFORE DELETE ON item BEGIN
                INSERT INTO log (n) SELECT count(*) FROM item WHERE tax = OLD.tax; END;
            CREATE TRIGGER new_row BEFORE INSERT ON item BEGIN INSERT INTO log (n) VALUES (NEW.tax); END;
            CREATE TRIGGER condition BEFORE UPDATE ON item WHEN NEW.TAX > 9 BEGIN INSERT INTO log (n) VALUES (1); END;
            CREATE TRIGGER nested BEFORE UPDATE ON item BEGIN
                INSERT INTO log (n) SELECT count(*) FROM log WHERE n = NEW.tax; END;
            """
        ) { triggers, source, target in
            let refusals = refusals(triggers)
            #expect(Set(refusals.keys) == ["new_row", "condition", "nested"], "\(refusals)")
            #expect(refusals.values.allSatisfy { $0.hasPrefix("it reads NEW.tax, which is not computed yet") })
            for name in refusals.keys { try source.execute("DROP TRIGGER \(identifier: name)") }
            try expectSame(
                after: [
                    "INSERT INTO item (id, price) VALUES (3, -1)", "INSERT INTO item (id, price) VALUES (4, 7)",
                    "UPDATE item SET price = 8 WHERE id = 1", "DELETE FROM item WHERE id > 1",
                ], in: ["SELECT id, price, \"Tax\" FROM item", "SELECT n FROM log"], source, target)
        }
    }
}
