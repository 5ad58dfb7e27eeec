import TCPOSIX
import TCRuntime

/// The system's own programs.
package enum SystemCommand {
    package struct Answer: Sendable {
        package var code: Int32
        /// Both streams.
        package var text: String
    }

    /// Found in the system's folders only: whoever calls us may have another PATH.
    private static let path = "/usr/sbin:/usr/bin:/sbin:/bin"

    /// Runs one to its end. Throws `MachineError` when it can't be started.
    package static func run(_ words: [String], environment: [String: String] = [:]) throws(MachineError) -> Answer {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw .ofCall("no pipe can be made") }
        let (output, input) = (Descriptor(ends[0]), ends[1])
        let variables = ["PATH": path, "LANG": "C.UTF-8"].merging(environment) { $1 }
        do throws(RuntimeError) {
            let program = Self.file(of: words.first ?? "")
            let child = try ChildProcess(
                [program] + words.dropFirst(), environment: variables,
                streams: ChildProcess.Streams(output: input, error: input))
            close(input)
            let text = (try? FileBytes.read(output, words[0])) ?? []
            return Answer(code: child.wait().code, text: String(decoding: text, as: UTF8.self))
        } catch {
            close(input)
            throw MachineError("failed", error.message, remedy: error.remedy ?? "see that it is installed")
        }
    }

    /// The same of one that must succeed.
    static func require(_ words: [String]) throws(MachineError) {
        let answer = try run(words)
        guard answer.code == 0 else {
            let said = answer.text.split(separator: "\n").joined(separator: "; ")
            throw MachineError(
                "failed",
                "\(words.joined(separator: " ")) failed (exit code \(answer.code))\(said.isEmpty ? "" : ": \(said)")",
                remedy: "put that right, and run this again: it goes on where it was")
        }
    }

    package static func isThere(_ program: String) -> Bool { access(file(of: program), X_OK) == 0 }

    private static func file(of program: String) -> String {
        if program.contains("/") { return program }
        return path.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 } ?? program
    }
}
