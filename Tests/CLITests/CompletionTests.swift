import Foundation
import TestSupport
import Testing

/// Tests the files in a package beside the programs: the argument parser's completions, and the manual that `ci/package` makes.
@Suite("completions and manual")
struct CompletionTests {
    @Test("bash takes the script of each program", arguments: ["tc-migrate", "teleclauded", "telec"])
    func script(_ name: String) async throws {
        try await withSandbox { box in
            let script = try await box.run(Program(built: name), ["--generate-completion-script", "bash"])
            #expect(script.ending == .exit(0) && script.error.isEmpty, "\(script)")
            try script.output.write(toFile: box("completions"), atomically: true, encoding: .utf8)
            let check = try await box.run(Program(inPath: "bash"), ["-n", box("completions")])
            #expect(check.ending == .exit(0) && check.error.isEmpty, "\(check)")
        }
    }

    @Test(
        "bash completes commands, those of two words too, options, their values and files",
        arguments: [
            ("tc-migrate dr", ["drift"]),
            ("tc-migrate transfer --lower", ["--lowercase-names"]),
            ("tc-migrate transfer --verify di", ["digest"]), ("tc-migrate verify no", ["notes.db"]),
            ("tc-migrate transfer abandon no", ["notes.db"]),
        ])
    func completes(_ line: String, to expected: [String]) async throws {
        try await withSandbox { box in
            let script = try await box.migrate("--generate-completion-script", "bash")
            try script.output.write(toFile: box("completions"), atomically: true, encoding: .utf8)
            try Data().write(to: URL(fileURLWithPath: box("notes.db")))
            let words = line.split(separator: " ")
            let asking = """
                cd '\(box(""))'; PATH='\(URL(fileURLWithPath: Program.tcMigrate.path).deletingLastPathComponent().path)':$PATH
                . ./completions
                COMP_LINE='\(line)'; COMP_POINT=\(line.count); COMP_TYPE=9
                COMP_WORDS=(\(words.joined(separator: " "))); COMP_CWORD=\(words.count - 1)
                _tc-migrate tc-migrate '\(words.last ?? "")' '\(words.dropLast().last ?? "")'
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let answer = try await box.run(Program(inPath: "bash"), ["--norc", "-c", asking])
            #expect(answer.ending == .exit(0), "\(answer)")
            #expect(
                Set(answer.output.split(whereSeparator: \.isWhitespace).map(String.init)) == Set(expected), "\(answer)")
        }
    }

    @Test(
        "the manual holds every command, option and example of the help",
        arguments: ["tc-migrate", "teleclauded", "telec"])
    func manual(_ name: String) async throws {
        try await withSandbox { box in
            let page = try await box.run(
                Program(inPath: "python3"),
                ["\(Built.project)/ci/packaging/manual.py", Program(built: name).path, "2026-11-27"])
            #expect(page.ending == .exit(0) && page.error.isEmpty, "\(page)")
            let help = try await box.run(Program(built: name), ["--help"]).output
            let examples = help.split(separator: "\n").filter { $0.hasPrefix("  \(name) ") }
            #expect(!examples.isEmpty)
            for example in examples { #expect(page.output.contains(example.trimmingPrefix { $0 == " " })) }
            let options = help.matches(of: /--[a-z-]+/).map(\.output)
            for option in options where !option.hasSuffix("-") { #expect(page.output.contains(option.dropFirst(2))) }
        }
    }
}
