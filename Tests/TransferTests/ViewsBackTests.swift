import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests what views mean after their way from PostgreSQL to SQLite, by rows that are written into both databases afterwards.
@Suite("views from PostgreSQL to SQLite", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct ViewsBackTests {
    private static let tables = """
        CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL, email varchar(80), joined timestamptz, birthday date,
            active boolean, credit numeric(10,2), meta jsonb, code text COLLATE "C");
        CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int, placed timestamp, shipped timestamp, status text,
            discount numeric(4,3), weight double precision);
        CREATE TABLE item (order_id bigint, line int, quantity int, price numeric(10,2), tax numeric(5,2), free numeric,
            PRIMARY KEY (order_id, line));
        """

    /// Rows with fractions of seconds that would round up to the next month, halves, negative decimals and NULLs.
    private static let rows = [
        #"INSERT INTO customer VALUES (1, 'Ann', 'a@b.com', '2024-01-31T23:59:59.999900Z', '1980-02-29', true, '100.50', '{"tier": "a", "tags": ["x"]}', 'b')"#,
        #"INSERT INTO customer VALUES (2, 'bo', NULL, '2024-02-29T12:00:00.000000Z', '2001-12-31', false, '-0.05', '{"tier": 2, "ok": true}', 'B')"#,
        "INSERT INTO customer VALUES (3, 'Zoë', 'z@', NULL, NULL, NULL, NULL, NULL, NULL)",
        "INSERT INTO orders VALUES (1, 1, '2024-01-31 23:59:59.999900', '2024-02-02 01:00:00.500000', 'new', '0.125', 1.5)",
        "INSERT INTO orders VALUES (2, 1, '2024-02-29 12:30:00.000000', NULL, 'paid', NULL, 0.25)",
        "INSERT INTO orders VALUES (3, 2, '2023-12-31 00:00:00.000001', '2023-12-31 00:01:30.000001', 'paid', '0.500', NULL)",
        "INSERT INTO orders VALUES (4, NULL, NULL, NULL, 'sent', NULL, -2)",
        "INSERT INTO item VALUES (1, 1, 3, '0.335', '19', '1.50')",
        "INSERT INTO item VALUES (1, 2, 1, '-10.01', '7', '1.5')",
        "INSERT INTO item VALUES (2, 1, 7, '1234567.89', NULL, '0.1')",
        "INSERT INTO item VALUES (3, 1, 0, '5.00', '0', NULL)",
        "INSERT INTO item VALUES (3, 2, 2, NULL, '19', NULL)",
    ].map { $0.replacing("0.335", with: "0.34") }

    static let views = [
        "SELECT o.id, c.name, sum(i.quantity * i.price) AS total FROM orders o JOIN customer c ON c.id = o.customer_id JOIN item i ON i.order_id = o.id GROUP BY o.id, c.name",
        "SELECT c.id, count(o.id) AS orders, COALESCE(sum(i.price * i.quantity), 0) AS spent, max(o.placed) AS last FROM customer c LEFT JOIN orders o ON o.customer_id = c.id LEFT JOIN item i ON i.order_id = o.id GROUP BY c.id ORDER BY spent DESC",
        "SELECT date_trunc('month', placed) AS month, date_trunc('week', placed)::date AS week, count(*) FROM orders GROUP BY 1, 2",
        "SELECT round(avg(quantity), 2) AS q, round(avg(price), 3) AS p, avg(price) AS exact, COALESCE(avg(tax), 0) AS t, round(COALESCE(avg(price), 0), 1) AS r FROM item GROUP BY order_id",
        "SELECT order_id FROM item GROUP BY order_id HAVING avg(price) > -4.835 AND sum(price) <> 5",
        "SELECT extract(year FROM placed)::int AS y, extract(month FROM placed) AS m, extract(isodow FROM placed) AS wd, extract(quarter FROM placed) AS q, date_part('second', placed) AS s, to_char(placed, 'YYYY-MM') AS ym, placed::date AS d FROM orders",
        "SELECT id, extract(epoch FROM shipped - placed) AS secs, round(extract(epoch FROM shipped - placed) / 3600, 1) AS hours, (extract(epoch FROM shipped - placed) / 60)::int AS mins FROM orders",
        "SELECT status, count(*) FILTER (WHERE shipped IS NULL) AS open, round(100.0 * count(*) FILTER (WHERE shipped IS NOT NULL) / count(*), 1) AS pct, bool_or(weight > 1) AS heavy FROM orders GROUP BY status",
        "SELECT price * quantity AS net, round(price * quantity * (1 + tax / 100), 2) AS gross, price / nullif(quantity, 0) AS each, round(price / 3, 4) AS third, price::numeric(8,1) AS short, price::int AS whole FROM item",
        "SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY placed DESC) AS rn, lag(placed) OVER (PARTITION BY customer_id ORDER BY placed) AS previous, lead(discount) OVER (ORDER BY id) AS next FROM orders",
        "SELECT order_id, line, sum(price) OVER (PARTITION BY order_id ORDER BY line) AS running, rank() OVER (ORDER BY price DESC) AS place FROM item",
        "WITH t AS (SELECT order_id, sum(price * quantity) AS s FROM item GROUP BY order_id) SELECT o.id, t.s, t.s * (1 - COALESCE(o.discount, 0)) AS after FROM orders o JOIN t ON t.order_id = o.id WHERE t.s > 0.5",
        "SELECT id, CASE WHEN credit < 0 THEN 'debt' WHEN credit > 100.49 THEN 'rich' ELSE 'some' END AS class, abs(credit) AS a, -credit AS neg, greatest(credit, 0) AS g, nullif(credit, -0.05) AS n, credit::text AS t FROM customer",
        "SELECT id FROM customer c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'paid') AND id NOT IN (SELECT customer_id FROM orders WHERE status = 'new')",
        "SELECT id, name FROM customer WHERE active UNION ALL SELECT id::int, status FROM orders UNION SELECT 1, 'x'",
        "SELECT id, placed + interval '14 days' AS due, placed - interval '36 hours' AS before, joined + interval '1 day 00:00:01' AS j FROM orders JOIN customer USING (id)",
        "SELECT c.name, (SELECT max(o.placed) FROM orders o WHERE o.customer_id = c.id) AS last, (SELECT sum(i.price) FROM item i JOIN orders o ON o.id = i.order_id WHERE o.customer_id = c.id) AS s FROM customer c",
        "SELECT id, concat(name, ' <', email, '>') AS full_name, concat_ws(', ', name, email, code) AS listed, name || ' #' || id AS tag, split_part(email, '@', 1) AS a, split_part(email, '@', 2) AS b FROM customer",
        "SELECT id, lpad(name, 2) AS l, rpad(email, 6, 'é-') AS r, lpad(id::text, 4, '0') AS nr, repeat(name, 2) AS twice, ascii(code) AS a, starts_with(email, 'a@') AS s FROM customer",
        "SELECT DISTINCT ON (customer_id) customer_id, id, placed FROM orders ORDER BY customer_id, placed DESC",
        "SELECT placed::time AS clock, date_trunc('second', placed)::time AS seconds FROM orders",
        "SELECT joined AT TIME ZONE 'UTC' AS naive, date_trunc('day', joined) AS day, joined::date AS d FROM customer",
        "SELECT id FROM orders WHERE status IN ('new', 'paid') AND placed BETWEEN '2024-01-01' AND '2024-02-15' ORDER BY placed DESC LIMIT 1",
        "WITH RECURSIVE n(i, s) AS (SELECT 1, 1::bigint UNION ALL SELECT i + 1, s * (i + 1) FROM n WHERE i < 9) SELECT * FROM n",
        "SELECT a.id AS x, b.id AS y FROM customer a FULL JOIN orders b ON a.id = b.customer_id AND b.id < 2",
        "SELECT meta ->> 'tier' AS tier, meta -> 'tags' AS tags, meta -> 'ok' AS ok, meta -> 'tier' AS t FROM customer",
        "SELECT sum(s.n) / 2 AS half, min(s.p) AS least FROM (SELECT count(*) AS n, max(price) AS p FROM item GROUP BY order_id) s",
        "SELECT id FROM orders ORDER BY id OFFSET 1 LIMIT 2", "SELECT id FROM orders ORDER BY id DESC OFFSET 2",
        "SELECT s.id FROM (SELECT id FROM orders OFFSET 0) s WHERE EXISTS (SELECT 1 FROM customer OFFSET 1 LIMIT 1)",
        "SELECT o.id, a.word, a.n FROM orders o JOIN (VALUES ('new', 1), ('paid', 2)) AS a(word, n) ON a.word = o.status",
        "SELECT s.x, s.y FROM (SELECT id, status FROM orders WHERE id < 3) AS s(x, y)",
        "SELECT id, floor(weight) AS f, ceil(weight) AS c, trunc(weight) AS t FROM orders",
        "SELECT id, ntile(2) OVER (ORDER BY id) AS n, nth_value(id, 2) OVER (ORDER BY id) AS second, lag(id, 1, 0::bigint) OVER (ORDER BY id) AS before, lead(discount, 1, 0.5) OVER (ORDER BY id) AS next FROM orders",
        "SELECT id, extract(hour FROM placed::time) AS h, extract(minute FROM placed::time) AS m, extract(second FROM placed::time) AS s, date_part('hour', placed::time) AS p FROM orders",
        "SELECT o.id, o.placed > c.birthday AS a, c.birthday <= o.shipped AS b, o.placed = o.placed::date AS d FROM orders o JOIN customer c ON c.id = o.customer_id",
        "SELECT order_id, line, least(line, quantity, 2) AS l, greatest(line, quantity, 2, 0) AS g, least(price, tax, 7) AS p FROM item",
        "SELECT id, id & 3 AS a, (id | 4) & 5 AS b, id >> 1 AS c, id << 2 AS d, (-id) >> 1 AS e, (-id) & 6 AS f FROM orders",
        "SELECT order_id, line, quantity & 2 AS a, -quantity | 8 AS b, (-quantity) >> 1 AS c FROM item",
        "SELECT max(code) AS last, string_agg(code, '; ') AS codes, count(DISTINCT code) AS n FROM customer",
        "SELECT sum(weight) AS w, avg(weight) AS a, sum(weight * 2.5) AS b, avg(credit)::float8 AS c FROM orders JOIN customer ON customer.id = customer_id",
    ]

    @Test("each yields the same rows in SQLite, of later rows too")
    func sameRows() async throws {
        let definitions = Self.views.enumerated().map { "CREATE VIEW v\($0) AS \($1);" }.joined(separator: "\n")
        try await TestPostgreSQL.withFreshDatabase { url in
            try await withTemporaryFolder { folder in
                let source = try connect(to: url)
                defer { source.close() }
                try source.executeScript(Self.tables + definitions)
                let copy = try DatabaseURL(parsing: "sqlite:\(folder)/copy.db")
                let (from, to) = (try Database(url), try Database(copy))
                let report = try await DatabaseTransfer(from: from, to: to).run()
                await from.close()
                await to.close()
                #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
                let target = try connect(to: copy)
                defer { target.close() }
                for row in Self.rows {
                    try source.execute(SQL(trusted: row))
                    try target.execute(SQL(trusted: row))
                }
                let proof = ViewProof(source: PostgreSQLDialect(), target: SQLiteDialect())
                for (at, view) in Self.views.enumerated() {
                    let outcome = try proof.outcome(of: "v\(at)", as: "v\(at)", source, target)
                    let made = try target.queryValue("SELECT sql FROM sqlite_master WHERE name = \("v\(at)")")
                    #expect(outcome == .same, "\(view)\n\(made?.text ?? "")")
                }
            }
        }
    }
}
