-- A bookshop, as somebody might have made it with SQLite alone: ci/demo moves it, and README.md shows what comes of it.
CREATE TABLE Author (AuthorId INTEGER PRIMARY KEY, Name VARCHAR(60) NOT NULL UNIQUE, Born DATE);
CREATE TABLE Book (
    ISBN TEXT PRIMARY KEY,
    Title VARCHAR(120) NOT NULL,
    AuthorId INTEGER NOT NULL REFERENCES Author ON DELETE CASCADE,
    Price DECIMAL(8,2) NOT NULL CHECK (Price > 0),
    InPrint BOOLEAN NOT NULL DEFAULT 1,
    Cover BLOB
) WITHOUT ROWID;
CREATE TABLE Customer (
    CustomerId INTEGER PRIMARY KEY AUTOINCREMENT,
    Email TEXT NOT NULL COLLATE NOCASE UNIQUE,
    Joined DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE "Order" (
    OrderId INTEGER PRIMARY KEY AUTOINCREMENT,
    CustomerId INTEGER NOT NULL REFERENCES Customer,
    Placed DATETIME NOT NULL,
    Note TEXT
);
CREATE TABLE OrderLine (
    OrderId INTEGER NOT NULL REFERENCES "Order" ON DELETE CASCADE,
    ISBN TEXT NOT NULL REFERENCES Book,
    Quantity INT NOT NULL DEFAULT 1,
    PRIMARY KEY (OrderId, ISBN)
);
CREATE INDEX OrderByCustomer ON "Order" (CustomerId, Placed DESC);
CREATE VIEW Bestseller AS
    SELECT Book.ISBN, Book.Title, sum(OrderLine.Quantity) AS Sold
    FROM Book JOIN OrderLine ON OrderLine.ISBN = Book.ISBN
    GROUP BY Book.ISBN, Book.Title;
CREATE TRIGGER StampOrder AFTER INSERT ON "Order" WHEN new.Note IS NULL BEGIN
    UPDATE "Order" SET Note = 'by web' WHERE OrderId = new.OrderId;
END;

WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
INSERT INTO Author SELECT i, format('Author %03d', i), date('1900-01-01', format('+%d days', i * 97)) FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 800)
INSERT INTO Book SELECT format('978%010d', i * 7919), format('Book %d', i), i % 120 + 1, round(5 + i % 40 + 0.99, 2), i % 9 > 0,
    CASE WHEN i % 3 = 0 THEN CAST(format('cover %d', i) AS BLOB) END FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
INSERT INTO Customer (Email, Joined) SELECT format('Reader%d@example.org', i), datetime('2020-01-01', format('+%d hours', i * 31))
FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
INSERT INTO "Order" (CustomerId, Placed, Note) SELECT i * 7 % 500 + 1, datetime('2021-01-01', format('+%d minutes', i * 311)),
    CASE i % 5 WHEN 0 THEN 'a gift' END FROM n;
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 11999)
INSERT INTO OrderLine SELECT i / 3 + 1, format('978%010d', (i * 13 % 800 + 1) * 7919), i % 4 + 1 FROM n;
