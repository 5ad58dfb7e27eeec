import Dialects
import TestSupport
import Testing
import Transfer

/// Tests copies from PostgreSQL into PostgreSQL of what reads columns that are another type there, or compare otherwise.
@Suite(
    "What reads an enumeration or an own collation, in another PostgreSQL",
    .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLChangedColumnsTests {
    private static let script = """
        CREATE TYPE prio AS ENUM ('low', 'medium', 'high');
        CREATE COLLATION own (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TABLE task (id int PRIMARY KEY, prio prio, cap prio, name text COLLATE own,
            CONSTRAINT capped CHECK (prio <= cap), CONSTRAINT late CHECK (name < 'x'),
            CONSTRAINT known CHECK (prio IS NOT NULL AND prio <> 'high' AND prio IN ('low', 'medium') OR prio = cap));
        INSERT INTO task VALUES (1, 'low', 'high', 'a'), (2, 'medium', 'high', 'B');
        CREATE INDEX below ON task (id) WHERE prio < cap;
        CREATE UNIQUE INDEX high ON task (prio) WHERE cap = 'high';
        CREATE VIEW worst AS SELECT max(prio) AS prio FROM task;
        CREATE VIEW over_worst AS SELECT prio FROM worst;
        CREATE VIEW first AS SELECT id FROM task ORDER BY prio LIMIT 1;
        CREATE VIEW inner_first AS SELECT (SELECT prio FROM task ORDER BY id LIMIT 1) < max(cap) AS b FROM task;
        CREATE VIEW names AS SELECT DISTINCT name FROM task;
        CREATE VIEW shown AS SELECT t.id, t.prio AS p, t.name FROM task t WHERE t.prio <> t.cap;
        CREATE VIEW counted AS SELECT prio, count(*) AS n FROM task JOIN (SELECT id FROM task) o USING (id) GROUP BY prio;
        """

    @Test("what would mean something else stays behind, and is named")
    func named() async throws {
        try await PostgreSQLOddTablesTests.transferred(Self.script, isSameEngine: true) { report, _, _ in
            let lines = report.omitted.filter { [.constraint, .index, .view].contains($0.kind) }
                .map { "\($0.kind.words) \($0.name): \($0.reason)" }
            #expect(
                lines.sorted() == [
                    "constraint task.capped: it reads prio, which becomes text in the target",
                    "constraint task.late: it reads name, which compares otherwise in the target",
                    "index below: it reads prio, which becomes text in the target",
                    "view first: it reads prio, which becomes text in the target",
                    "view inner_first: it reads prio, which becomes text in the target",
                    "view names: it reads name, which compares otherwise in the target",
                    "view over_worst: it reads worst, which is not transferred",
                    "view worst: it reads prio, which becomes text in the target",
                ])
        }
    }

    @Test("what means the same comes along: labels are equal if their texts are")
    func kept() async throws {
        try await PostgreSQLOddTablesTests.transferred(Self.script, isSameEngine: true) { _, _, target in
            let shown = try target.values("SELECT id, p, name FROM shown ORDER BY id")
            #expect(shown == [[1, "low", "a"], [2, "medium", "B"]])
            let counted = try target.values("SELECT prio, n FROM counted ORDER BY prio")
            #expect(counted == [["low", 1], ["medium", 1]])
            for wrong in ["(3, 'high', 'low', 'a')", "(3, 'low', 'high', 'a')"] {
                #expect(throws: DatabaseError.self) {
                    try target.execute(SQL(trusted: "INSERT INTO task VALUES \(wrong)"))
                }
            }
        }
    }
}
