import Testing

@testable import Dialects

@Suite("an argument of fts3 and fts4")
struct SQLiteFullTextArgumentTests {
    private func read(_ text: String, hasOptions: Bool = true, hasTokenizer: Bool = false) -> SQLiteFullTextArgument? {
        SQLiteFullTextArgument(text, hasOptions: hasOptions, hasTokenizer: hasTokenizer)
    }

    @Test(
        "names the tokenizer behind any mark",
        arguments: [
            "tokenize porter", "TOKENIZE=porter", "tokenize = \"porter\"", "tokenize[porter]", "tokenize\tporter x",
        ])
    func tokenizers(_ text: String) {
        #expect(read(text) == .option("tokenize", value: "porter"))
        #expect(read(text, hasOptions: false) == .option("tokenize", value: "porter"))
    }

    @Test("is a column by its first name, whatever follows")
    func columns() {
        let names = [
            "title": "title", "title TEXT": "title", "[the title] UNINDEXED": "the title", "'it''s'": "it's",
            "\"tokenize\" x": "tokenize", "tokenize": "tokenize", "tokenizer simple": "tokenizer", "`a``b`": "a`b",
        ]
        for (text, name) in names { #expect(read(text) == .column(name), "\(text)") }
        #expect(read("content=\"d\"", hasOptions: false) == .column("content"))
        #expect(read("tokenize porter", hasTokenizer: true) == .column("tokenize"))
        #expect(read("") == nil)
    }

    @Test("is an option of fts4, whose value may have quotes")
    func options() {
        #expect(read("Content=\"my docs\"") == .option("content", value: "my docs"))
        #expect(read("content=docs") == .option("content", value: "docs"))
        #expect(read("content=''") == .option("content", value: ""))
        #expect(read("prefix='2,4'") == .option("prefix", value: "2,4"))
    }
}
