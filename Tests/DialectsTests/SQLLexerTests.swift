import Testing

@testable import Dialects

@Suite("Scripts and expressions become tokens by one lexer")
struct SQLLexerTests {
    private static let lexicons: [SQLLexicon] = [.sqlite, .postgresql, .either]

    private func tokens(_ text: String, _ lexicon: SQLLexicon) -> [String] {
        var lexer = SQLLexer(text, lexicon)
        var tokens: [String] = []
        while let token = lexer.next() { tokens.append(lexer.text(token)) }
        return tokens
    }

    private func kinds(_ text: String, _ lexicon: SQLLexicon) -> [SQLToken.Kind] {
        var lexer = SQLLexer(text, lexicon)
        var kinds: [SQLToken.Kind] = []
        while let token = lexer.next() { if !token.isBlank { kinds.append(token.kind) } }
        return kinds
    }

    @Test(
        arguments: [
            "SELECT 'it''s', \"a\"\"b\" -- x\r\n, /* /* */ */ 1", "E'\\'' $$a$$ $b$ $$ $b$ $1 [c d] `e`",
            "x[1] x'0F' é", "a->>'b' || 1.5e-3 <= 0xE-1 <> != == :: << >> ->", "\u{FEFF}\u{B} \t'", "\"a", "/* a",
            "E'\\", "[a", "$a$ b", "`",
        ])
    func theTokensAreTheWholeText(_ text: String) {
        for lexicon in Self.lexicons { #expect(tokens(text, lexicon).joined() == text) }
    }

    @Test func whatTheDatabasesShareIsAlike() {
        for lexicon in Self.lexicons {
            #expect(tokens("a->>'b'||1.5e-3<=x'0F'", lexicon) == ["a", "->>", "'b'", "||", "1.5e-3", "<=", "x'0F'"])
            #expect(tokens("0xE-1e", lexicon) == ["0xE", "-", "1e"])
            #expect(kinds("a \"b\" 'c' 1 + -- d\n/* e */", lexicon) == [.word, .quoted, .string, .number, .symbol])
        }
    }

    @Test func whatDiffersFollowsTheLexicon() {
        #expect(tokens("[a b]", .sqlite) == ["[a b]"])
        #expect(tokens("[a b]", .either) == ["[a b]"])
        #expect(tokens("[a b]", .postgresql) == ["[", "a", " ", "b", "]"])
        #expect(tokens("a[1]", .either) == ["a", "[", "1", "]"])
        #expect(tokens("a[1]", .sqlite) == ["a", "[1]"])
        #expect(tokens("e'\\'", .sqlite) == ["e", "'\\'"])
        #expect(tokens("$$;$$", .sqlite) == ["$", "$", ";", "$", "$"])
        for lexicon in [SQLLexicon.postgresql, .either] {
            #expect(tokens("e'\\''", lexicon) == ["e'\\''"])
            #expect(tokens("$$;$$", lexicon) == ["$$;$$"])
            #expect(tokens("$1$2", lexicon) == ["$", "1$2"])
        }
        #expect(kinds("/* /* */ a */", .postgresql).isEmpty)
        #expect(kinds("/* /* */ a", .either) == [.word])
        #expect(kinds("-- a\rb", .postgresql) == [.word])
        #expect(kinds("-- a\rb", .either).isEmpty)
        #expect(kinds("\u{B}", .either) == [.symbol])
        #expect(kinds("\u{B}", .sqlite).isEmpty)
    }
}
