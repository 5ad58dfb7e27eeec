import Testing

@testable import Dialects

/// Tests the parts of JSON that PostgreSQL's expressions name by a path, on their way to SQLite.
@Suite("Paths into JSON")
struct PostgreSQLJSONPathTests {
    private let translation = PostgreSQLExpressionTranslation(columns: [Column("doc", .text), Column("Body", .json)])

    private func value(_ text: String, isUnique: Bool = true) throws -> String {
        let translated = try translation.value(
            .native(sqlite: "", postgresql: text), collated: nil, isUnique: isUnique)
        guard case .native(let sqlite, _) = translated else { return "" }
        return sqlite
    }

    /// Returns the words of a transfer as the server writes them.
    private func written(_ json: String, _ path: String) -> String {
        let text = "(\(json) #>> ARRAY[\(path)])"
        let double = "((((\(text))::double precision)::numeric)::double precision)::text"
        return """

            CASE json_typeof((\(json) #> ARRAY[\(path)]))
                WHEN 'boolean'::text THEN (((\(text))::boolean)::integer)::text
                WHEN 'number'::text THEN
                CASE
                    WHEN (\(text) ~ '^-?\\d+$'::text) THEN \(text)
                    ELSE regexp_replace(\(double), '^(-?\\d+)(e.*)?$'::text, '\\1.0\\2'::text)
                END
                ELSE \(text)
            END
            """
    }

    @Test("json_extract() comes back out of the words in which a transfer has written it")
    func ownWords() throws {
        let words = written("(doc)::json", "'user'::text, 'it''s'::text")
        let extract = #"json_extract("doc", '$."user"."it''s"')"#
        #expect(try value(words) == "CAST(\(extract) AS TEXT)")
        // Queries of programs find such an index by it.
        #expect(try value("(\(words))", isUnique: false) == extract)
        let short = words.replacing("((doc)::json", with: "(doc::json")
        #expect(try value("((\(short)) = 'x'::text)") == "(CAST(\(extract) AS TEXT) = 'x')")
        #expect(
            try value(written(#"("Body")::json"#, "'a'::text"), isUnique: false)
                == #"json_extract("Body", '$."a"')"#)
    }

    @Test("other words are not taken for it, nor is a number, which may be a position or a name")
    func otherWords() {
        let words = written("(doc)::json", "'a'::text")
        for other in [
            words.replacing("integer", with: "bigint"), words.replacing("'number'", with: "'string'"),
            words.replacing("#> ARRAY['a'::text]", with: "#> ARRAY['b'::text]"),
            written("(doc)::json", "'0'::text"), written("lower(doc)::json", "'a'::text"),
        ] {
            #expect((try? value(other)) == nil, "\(other)")
        }
    }

    @Test("a path of names is the same as a chain of single ones")
    func paths() throws {
        let chain = try value(#"((("Body" -> 'a'::text) -> 'b'::text) ->> 'c'::text)"#)
        #expect(try value(#"("Body" #>> ARRAY['a'::text, 'b'::text, 'c'::text])"#) == chain)
        #expect(try value(#"(("Body" #> ARRAY['a'::text, 'b'::text]) ->> 'c'::text)"#) == chain)
        #expect(try value(#"("Body" #>> '{a,b,c}'::text[])"#) == chain)
        #expect(try value(#"("Body" #>> '{a.b}'::text[])"#) == value(#"("Body" ->> 'a.b'::text)"#))
        let others = ["{a,0}", "{}", "{a,NULL}", #"{"a"}"#, "{{a},{b}}"].map { "(\"Body\" #>> '\($0)'::text[])" }
        for other in others + [#"("Body" #>> ARRAY['a'::text, '0'::text])"#, "(length(doc) # 3)"] {
            #expect((try? value(other)) == nil, "\(other)")
        }
    }
}
