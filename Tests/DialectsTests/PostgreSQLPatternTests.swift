import Testing

@testable import Dialects

/// Tests which patterns of PostgreSQL have a counterpart in SQLite's GLOB.
struct PostgreSQLPatternTests {
    @Test(
        arguments: [
            ("^[0-9]{3}-x.*$", "[0-9][0-9][0-9]-x*"), ("^a.b$", "a?b"), (#"^\*\[[^]x]$"#, "[*][[][^]x]"), ("^$", ""),
            ("^é{2}$", "éé"), ("a", nil), ("^a", nil), ("^a+$", nil), ("^a*$", nil), ("^ab?$", nil), ("^(a|b)$", nil),
            (#"^\d$"#, nil), ("^[[:alpha:]]$", nil), (#"^[\d]$"#, nil), ("^a{2,3}$", nil), ("^a{2}?$", nil),
            ("^[a$", nil), ("^.\u{301}[ab]\u{302}$", "?\u{301}[ab]\u{302}"), ("^a\u{301}{2}$", "a\u{301}\u{301}"),
            ("^.*\u{301}$", "*\u{301}"), ("^a+\u{301}$", nil),
        ] as [(String, String?)])
    func regularExpressions(_ expression: String, _ glob: String?) {
        #expect(PostgreSQLPattern.glob(ofRegularExpression: expression) == glob)
    }

    @Test(arguments: [
        ("a%_", "a*?"), (#"\%\_\\"#, #"%_\"#), ("[*?]", "[[][*][?]]"), ("", ""),
        ("a%\u{301}_\u{301}", "a*\u{301}?\u{301}"),
    ])
    func likes(_ like: String, _ glob: String) {
        #expect(PostgreSQLPattern.glob(ofLike: like) == glob)
    }

    @Test func otherEscapes() {
        // An escape character that is escaped stands for itself, and so does a backslash.
        #expect(PostgreSQLPattern.escaped("a!%!!", by: "!") == #"a\%\!"#)
        #expect(PostgreSQLPattern.escaped(#"!\\%"#, by: "!") == #"\\\\%"#)
        #expect(PostgreSQLPattern.escaped(#"a\%"#, by: #"\"#) == #"a\%"#)
        let accent = "\u{301}"
        #expect(PostgreSQLPattern.escaped("a!" + accent, by: "!") == #"a\"# + accent)
        #expect(PostgreSQLPattern.escaped(#"a\%"#, by: "") == #"a\\%"#)
    }
}
