import Foundation
import TestSupport
import Testing

/// A name that is not UTF-8 reaches no other file. Bash writes the bytes, because a test's own arguments are texts.
@Suite("arguments that are not UTF-8")
struct ArgumentBytesTests {
    /// Runs a program by a line of bash, in which it is `$0`.
    private func bash(_ line: String, _ program: Program, _ box: Sandbox, _ variables: [String: String?] = [:])
        async throws -> Run
    {
        try await box.run(Program(inPath: "bash"), ["-c", line, program.path], variables)
    }

    @Test("the file whose name a repaired argument has is not used")
    func transfer() async throws {
        try await withSandbox { box in
            #expect(try await box.migrate("up", "--database", "sqlite:\(box("q\u{FFFD}.db"))").code == 0)
            let before = try box.contents()
            for command in ["transfer $'q\\377.db' out.db", "up --database=$'sqlite:q\\377.db'"] {
                let run = try await bash("exec \"$0\" \(command)", .tcMigrate, box)
                #expect(run.code == 64 && run.output.isEmpty && run.error.contains(#"q\xff.db; "#), "\(run)")
                #expect(run.error.hasPrefix("error: argument 2 is not UTF-8: "), "\(run)")
            }
            let variable = try await bash(
                "TC_DATABASE_URL=$'q\\377.db' exec \"$0\" up", .tcMigrate, box)
            #expect(variable.code == 64 && variable.error.contains("the variable TC_DATABASE_URL"), "\(variable)")
            #expect(try box.contents() == before)
        }
    }

    @Test(
        "every program refuses it, and shows no password",
        arguments: [Program.tcMigrate.path, Program.fixture.path, Program.telec.path, Program.teleclauded.path])
    func everyProgram(path: String) async throws {
        try await withSandbox { box in
            let program = Program(path: path)
            let run = try await bash("exec \"$0\" --json $'postgresql://u:hidden\\377@h/d'", program, box)
            let error = try run.document(ErrorDocument.self).error
            #expect(run.code == 64 && error.code == "usage" && error.message.contains("argument 2"), "\(run)")
            #expect(!run.output.contains("hidden") && !run.error.contains("hidden"), "\(run)")
            let valid = try await bash("exec \"$0\" --version $'\\303\\244'", program, box)
            #expect(!valid.error.contains("UTF-8"), "\(valid)")
        }
    }

    @Test("a session gets neither another argument nor another value, and runs in no other folder")
    func session() async throws {
        try await withDaemon(.sqlite) { daemon in
            let box = daemon.box
            try box.write("q\u{FFFD}", "kept")
            try box.write("d\u{FFFD}/here", "")
            let start = "\"$0\" sessions start --title T"
            let lines = [
                ("exec \(start) -- rm $'q\\377'", #"argument 7 is not UTF-8: q\xff"#),
                ("V=$'s\\377t' exec \(start) --env V -- env", "the value of V is not UTF-8"),
                // What removes the sandbox may not know the name.
                (
                    "mkdir $'d\\377'; cd $'d\\377' && \(start) -- pwd; code=$?; cd .. && rmdir $'d\\377'; exit $code",
                    "the path of the folder . is not UTF-8"
                ),
            ]
            for (line, sentence) in lines {
                let run = try await bash(line, .telec, box, daemon.variables)
                #expect(run.code == 64 && run.error.contains(sentence), "\(run)")
            }
            #expect(FileManager.default.fileExists(atPath: box("q\u{FFFD}")))
            #expect(try await daemon.json("sessions", "list")["sessions"] as? [String] == [])
        }
    }
}
