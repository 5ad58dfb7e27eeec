import Testing

@testable import Dialects

/// Tests the names that a translated query reads in the target, each by the SELECT around it.
@Suite struct QueryRenamesTests {
    private static let renames = QueryRenames([
        RelationNames("a", as: "a", columns: ["name": "title", "n": "m", "m": "n"]),
        RelationNames("b", as: "b", columns: [:]), RelationNames("c", as: "d", columns: [:]),
    ])

    @Test(
        "a name becomes that of its own relation, and a column of the result keeps its name",
        arguments: [
            (#"SELECT "b"."name" FROM "b""#, #"SELECT "b"."name" FROM "b""#),
            (
                #"SELECT "a"."name", "a"."n" AS "x", "a"."m" FROM "a" ORDER BY "a"."m""#,
                #"SELECT "a"."title" AS "name", "a"."m" AS "x", "a"."n" AS "m" FROM "a" ORDER BY "a"."n""#
            ),
            (
                #"SELECT "c"."id" FROM "c" WHERE EXISTS (SELECT 1 FROM "a" AS "c" WHERE ("c"."name" = 'c'))"#,
                #"SELECT "d"."id" FROM "d" WHERE EXISTS (SELECT 1 FROM "a" AS "c" WHERE ("c"."title" = 'c'))"#
            ),
            (
                #"SELECT "b"."name" FROM "b" LEFT JOIN "a" ON ("b"."name" = "a"."name")"#,
                #"SELECT "b"."name" FROM "b" LEFT JOIN "a" ON ("b"."name" = "a"."title")"#
            ),
            (
                #"SELECT "x"."name" FROM (SELECT "a"."name" FROM "a") AS "x""#,
                #"SELECT "x"."name" FROM (SELECT "a"."title" AS "name" FROM "a") AS "x""#
            ),
            (
                #"WITH "name"("name") AS (SELECT "a"."name" FROM "a") SELECT "name"."name" FROM "name""#,
                #"WITH "name"("name") AS (SELECT "a"."title" AS "name" FROM "a") SELECT "name"."name" FROM "name""#
            ),
        ])
    func names(_ text: String, _ renamed: String) throws {
        #expect(try Self.renames.renamed(text, results: [:]) == renamed)
    }

    @Test("a new name for a column of the result is none for a collation")
    func results() throws {
        let text = #"SELECT "b"."C", ("b"."x" COLLATE "C") AS "Y" FROM "b""#
        let renamed = #"SELECT "b"."C" AS "c", ("b"."x" COLLATE "C") AS "y" FROM "b""#
        #expect(try Self.renames.renamed(text, results: ["C": "c", "Y": "y"]) == renamed)
    }

    @Test(
        "what leaves open which name is meant is refused",
        arguments: [
            #"WITH "c"("id") AS (SELECT 1 AS "id") SELECT "c"."id" FROM "c""#,
            #"SELECT "a"."m" AS "m" FROM "a" JOIN "b" USING ("name")"#, #"SELECT "z"."name" FROM "b""#,
        ])
    func unclear(_ text: String) {
        #expect(throws: Untranslatable.self) { try Self.renames.renamed(text, results: [:]) }
    }
}
