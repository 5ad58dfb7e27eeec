import TestSupport
import Testing

@Suite("slips of those who type")
struct UnknownCommandTests {
    @Test(
        "a command that is none",
        arguments: [
            (["tranfer", "a.db", "b.db"], "there is no command 'tranfer'; did you mean 'transfer'?"),
            (["stauts"], "there is no command 'stauts'; did you mean 'status'?"),
            (["frobnicate"], "there is no command 'frobnicate'\n"),
            (["help", "trasfer"], "there is no command 'trasfer'; did you mean 'transfer'?"),
            (["trasfer", "--help"], "there is no command 'trasfer'; did you mean 'transfer'?"),
        ])
    func migrate(words: [String], sentence: String) async throws {
        try await withSandbox { box in
            let run = try await box.run(.tcMigrate, words)
            #expect(run.code == 64 && run.output.isEmpty && run.error.contains(sentence), "\(run)")
        }
    }

    @Test(
        "a command line that can't be used is a document, too, for who asks for one",
        arguments: [
            (["stauts", "--json"], "there is no command 'stauts'; did you mean 'status'?"),
            (["status", "--json", "--bogus"], "--bogus"), (["down", "--steps", "0", "--json"], "--steps"),
            (["transfer", "a.db", "--json", "--jobs", "0", "postgresql://u:hidden@h/d"], "--jobs"),
        ])
    func document(words: [String], sentence: String) async throws {
        try await withSandbox { box in
            let run = try await box.run(.tcMigrate, words)
            #expect(run.code == 64 && run.error.contains(sentence), "\(run)")
            let error = try run.document(ErrorDocument.self).error
            #expect(error.code == "usage" && error.message.contains(sentence), "\(run)")
            #expect(!run.output.contains("hidden") && !run.error.contains("hidden"), "\(run)")
        }
    }

    @Test(
        "a command below another that is none",
        arguments: [
            (["sesions", "list"], "there is no command 'sesions'; did you mean 'sessions'?"),
            (["sessions", "lst"], "there is no command 'lst'; did you mean 'list'?"),
            (["help", "sessions", "lst"], "there is no command 'lst'; did you mean 'list'?"),
            (["sessions", "lst", "-h"], "there is no command 'lst'; did you mean 'list'?"),
            // `host` is not for people, so it is not suggested.
            (["hots"], "there is no command 'hots'\n"),
        ])
    func telec(words: [String], sentence: String) async throws {
        try await withSandbox { box in
            let run = try await box.run(.telec, words)
            #expect(run.code == 64 && run.output.isEmpty && run.error.contains(sentence), "\(run)")
            let document = try await box.run(.telec, words + ["--json"])
            #expect(document.code == 64 && document.error.contains(sentence), "\(document)")
            #expect(try document.document(ErrorDocument.self).error.code == "usage")
        }
    }

    @Test(
        "a path that begins with a dash is no request for help, and no missing path",
        arguments: [
            ["inspect", "-dash.db"], ["inspect", "-x.db"], ["transfer", "a.db", "-out.db"],
            ["up", "--database", "-x.db"],
        ])
    func dash(words: [String]) async throws {
        try await withSandbox { box in
            let run = try await box.run(.tcMigrate, words)
            let word = try #require(words.last)
            #expect(run.code == 64 && run.output.isEmpty, "\(run)")
            #expect(run.error.contains("'\(word)' is taken for an option; write a path as './\(word)'"), "\(run)")
            let help = try await box.run(.tcMigrate, ["inspect", "-dash.db", "--help"])
            #expect(help.code == 0 && help.output.contains("USAGE: tc-migrate inspect"), "\(help)")
        }
    }

    @Test("a text that begins with a dash is said to go behind two of them, and a number is no path")
    func text() async throws {
        try await withSandbox { box in
            let text = try await box.run(.telec, ["sessions", "send", "ID", "-v fails. Why?"])
            #expect(text.code == 64 && text.error.contains("is taken for an option; write a path as"), "\(text)")
            #expect(text.error.contains("and other words behind '--'"), "\(text)")
            let number = try await box.run(.telec, ["sessions", "list", "-1.5"])
            #expect(number.code == 64 && !number.error.contains("a path"), "\(number)")
        }
    }

    @Test("the help of a command is shown however it is asked for")
    func help() async throws {
        try await withSandbox { box in
            for words in [["help", "transfer"], ["help", "transfer", "abandon"], ["help"], ["--help"]] {
                let run = try await box.run(.tcMigrate, words)
                #expect(run.code == 0 && run.output.contains("USAGE: tc-migrate") && run.error.isEmpty, "\(run)")
            }
            for words in [["help", "sessions", "list"], ["help", "sessions"], ["sessions", "list", "-h"]] {
                let run = try await box.run(.telec, words)
                #expect(run.code == 0 && run.output.contains("USAGE: telec") && run.error.isEmpty, "\(words) \(run)")
            }
        }
    }

    @Test("a folder that is none makes none")
    func folder() async throws {
        try await withSandbox { box in
            let slip = box("tpyo/dir/x.db")
            #expect(try await box.run(.tcMigrate, ["up", "-d", box("a.db")]).code == 0)
            for words in [["up", "-d", slip], ["transfer", box("a.db"), slip]] {
                let run = try await box.run(.tcMigrate, words)
                #expect(run.code == 2, "\(run)")
                #expect(
                    run.error.contains("there is no folder \(box("tpyo/dir")) for \(slip); create it first"), "\(run)")
            }
            let run = try await box.run(.tcMigrate, ["up"], ["TC_DATABASE_URL": "sqlite:\(slip)"])
            #expect(run.code == 2 && run.error.contains("there is no folder"), "\(run)")
            #expect(try box.contents().keys.filter { $0.contains("tpyo") } == [])
        }
    }
}
