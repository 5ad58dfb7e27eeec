import Dialects
import Foundation

/// A SQLite file as an application might leave it behind, with column types that SQLite does not enforce.
enum Shop {
    /// Returns the path of the file, which is created if it does not exist.
    static func file() async throws -> String {
        let path = "shop.db"
        guard !FileManager.default.fileExists(atPath: path) else { return path }
        let shop = try Database(DatabaseURL(sqlitePath: path), options: ConnectionOptions(access: .create))
        try await shop.withConnection { connection in
            try connection.transaction { try connection.executeInTransaction(script) }
        }
        await shop.close()
        return path
    }

    private static let script = """
        CREATE TABLE goods (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, price DECIMAL(8, 2) NOT NULL, is_sold BOOLEAN NOT NULL DEFAULT 0
        );
        CREATE TABLE orders (
            id INTEGER PRIMARY KEY, good_id INTEGER NOT NULL REFERENCES goods (id), ordered_at DATETIME NOT NULL
        );
        CREATE TRIGGER sold AFTER INSERT ON orders BEGIN
            UPDATE goods SET is_sold = 1 WHERE id = NEW.good_id;
        END;
        INSERT INTO goods (id, name, price) VALUES (1, 'Kettle', 24.5), (2, 'Lamp', 60), (3, 'Café table', 119.95);
        INSERT INTO orders VALUES (1, 2, '2026-01-31 09:30:00'), (2, 3, '2026-02-01 17:45:10');
        """
}
