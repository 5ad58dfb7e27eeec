import TCPOSIX
import TCRuntime

/// Runs the system's own programs.
package enum SystemCommand {
    package struct Answer: Sendable {
        package var code: Int32
        /// The text of both output streams.
        package var text: String
    }

    /// The search path. It has only the system's folders, because the caller's PATH may have been changed.
    private static let path = "/usr/sbin:/usr/bin:/sbin:/bin"

    /// Runs a command to its end.
    /// - Throws: `MachineError` if the command can't be started.
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
            throw MachineError(.failed, error.message, remedy: error.remedy ?? "check that it is installed")
        }
    }

    /// Runs a command like `run`, and throws if it fails.
    static func require(_ words: [String]) throws(MachineError) { try requireSuccess(try run(words), of: words) }

    /// Throws if the command with these words failed.
    static func requireSuccess(_ answer: Answer, of words: [String]) throws(MachineError) {
        guard answer.code != 0 else { return }
        let said = answer.text.split(separator: "\n").joined(separator: "; ")
        throw MachineError(
            .failed,
            "\(words.joined(separator: " ")) failed (exit code \(answer.code))\(said.isEmpty ? "" : ": \(said)")",
            remedy: "correct that, and run this again: it continues where it stopped")
    }

    package static func isThere(_ program: String) -> Bool { access(file(of: program), X_OK) == 0 }

    private static func file(of program: String) -> String {
        if program.contains("/") { return program }
        return path.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 } ?? program
    }
}
