import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests the NOTEs on values that PostgreSQL rounds, and on rows that it refuses.
extension TransferTriggerTests {
    @Test("a value with more decimals than its column is noted, and no other")
    func roundedValues() async throws {
        try await withTriggers(
            """
            CREATE TABLE inv (id INTEGER PRIMARY KEY, net DECIMAL(10,2), rate DECIMAL(10,3), n INTEGER, vat DECIMAL(10,2));
            INSERT INTO inv VALUES (1, 9.99, 1.125, 3, 1.25);
            CREATE TABLE log (id INTEGER PRIMARY KEY, sum DECIMAL(10,2)); INSERT INTO log VALUES (1, 0.25);
            CREATE TRIGGER taxed AFTER INSERT ON inv BEGIN UPDATE inv SET vat = NEW.net * 0.19 WHERE id = NEW.id; END;
            CREATE TRIGGER finer AFTER INSERT ON inv BEGIN INSERT INTO log (sum) VALUES (NEW.rate); END;
            CREATE TRIGGER selected AFTER INSERT ON inv BEGIN INSERT INTO log (sum) SELECT rate FROM inv WHERE id < NEW.id; END;
            CREATE TRIGGER rounded AFTER DELETE ON inv BEGIN INSERT INTO log (sum) VALUES (round(OLD.net * 0.19, 2)); END;
            CREATE TRIGGER counted AFTER DELETE ON inv BEGIN
                INSERT INTO log (sum) VALUES (OLD.net * OLD.n - coalesce(OLD.vat, 0) + 0.5); END;
            CREATE TRIGGER summed AFTER DELETE ON log BEGIN
                UPDATE inv SET vat = (SELECT sum(i.net) FROM inv AS i WHERE i.n = OLD.id), n = n + 1; END;
            """
        ) { triggers, _, _ in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            let rounded = Self.notes(triggers).filter { $0.value.contains("PostgreSQL rounds") }
            #expect(Set(rounded.keys) == ["taxed", "finer", "selected"], "\(rounded)")
            #expect(rounded["taxed"]?.contains("rounds the values of inv.vat to 2 decimals") == true)
        }
    }

    @Test("values that PostgreSQL may refuse are noted, and so is an upsert of a query's rows")
    func refusedRows() async throws {
        try await withTriggers(
            """
            CREATE TABLE s (id INTEGER PRIMARY KEY, p REAL, data TEXT, flag BOOLEAN); INSERT INTO s VALUES (1, 1.5, '{"a":1}', 1);
            CREATE TABLE o (id INTEGER PRIMARY KEY, n INTEGER, b BOOLEAN); INSERT INTO o VALUES (1, 2, 1);
            CREATE TABLE k (name TEXT PRIMARY KEY NOT NULL, n INTEGER);
            CREATE TRIGGER halved AFTER INSERT ON s BEGIN INSERT INTO o (n) VALUES (NEW.p / 2); END;
            CREATE TRIGGER out_of_json AFTER INSERT ON s BEGIN INSERT INTO o (n) VALUES (json_extract(NEW.data, '$.a')); END;
            CREATE TRIGGER truth AFTER INSERT ON s BEGIN INSERT INTO o (b) VALUES (NEW.id); END;
            CREATE TRIGGER upserts AFTER INSERT ON s BEGIN INSERT INTO k SELECT data, 1 FROM s WHERE true
                ON CONFLICT (name) DO UPDATE SET n = n + 1; END;
            CREATE TRIGGER whole AFTER DELETE ON s BEGIN INSERT INTO o (n, b) VALUES (round(OLD.p), OLD.flag); END;
            CREATE TRIGGER chosen AFTER DELETE ON s BEGIN
                INSERT INTO o (n, b) VALUES (unixepoch(), CASE WHEN OLD.p > 1 THEN 1 ELSE 0 END); END;
            """
        ) { triggers, _, _ in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            let refused = Self.notes(triggers).filter { $0.value.contains("PostgreSQL refuses") }
            #expect(Set(refused.keys) == ["halved", "out_of_json", "truth", "upserts"], "\(refused)")
            #expect(refused["halved"]?.contains("a row whose o.n gets another value than one of type bigint") == true)
            #expect(refused["upserts"]?.contains("the upsert into k if its query yields a key twice") == true)
        }
    }
}
