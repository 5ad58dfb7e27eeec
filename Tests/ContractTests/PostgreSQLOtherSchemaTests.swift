import Dialects
import TestSupport
import Testing
import Transfer

/// Tests transfers of a schema whose objects use those of another schema.
@Suite(
    "What uses another schema of PostgreSQL's", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLOtherSchemaTests {
    @Test(
        "a view that reads another schema stays behind and is named: a copy would read its own table of that name",
        arguments: [false, true])
    func views(isSameEngine: Bool) async throws {
        let script = """
            CREATE SCHEMA audit; CREATE TABLE public.t (id int PRIMARY KEY, n text); CREATE TABLE audit.t (id int PRIMARY KEY, n text);
            INSERT INTO public.t VALUES (1, 'of public'); INSERT INTO audit.t VALUES (1, 'of audit');
            CREATE VIEW public.seen AS SELECT id FROM public.t;
            CREATE VIEW audit.joined AS SELECT a.id, p.n FROM audit.t a JOIN public.t p USING (id);
            CREATE VIEW audit.over_joined AS SELECT n FROM audit.joined; CREATE VIEW audit.over_view AS SELECT id FROM public.seen;
            CREATE VIEW audit.own AS SELECT n FROM audit.t;
            CREATE RULE writing AS ON INSERT TO audit.own DO INSTEAD INSERT INTO public.t VALUES (2, NEW.n);
            """
        try await PostgreSQLOddTablesTests.transferred(script, isSameEngine: isSameEngine, schema: "audit") {
            report, _, target in
            let left = report.omitted.filter { $0.kind == .view }.map { "\($0.name): \($0.reason)" }.sorted()
            #expect(
                left == [
                    "joined: it reads public.t, which is not transferred",
                    "over_joined: it reads joined, which is not transferred",
                    "over_view: it reads public.seen, which is not transferred",
                ])
            let rows = try target.values("SELECT n FROM own")
            #expect(rows == [["of audit"]])
        }
    }
}
