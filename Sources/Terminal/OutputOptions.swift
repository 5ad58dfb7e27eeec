import ArgumentParser
import Dialects
import TCPOSIX

/// The output options that all commands share.
package struct OutputOptions: ParsableArguments, Sendable {
    @Flag(help: "Print one JSON document on standard output instead of text.")
    package var json = false

    package init() {}

    /// Prints the text or the document, as the options ask. What others wrote in it reaches no terminal as a control sequence.
    package func show(_ document: JSON, _ text: () -> String) {
        showScript(document) { PrintableText.of(text()) }
    }

    /// Prints a script or the document, as the options ask.
    package func showScript(_ document: JSON, _ text: () -> String) {
        if json { return showJSON(document.rendered()) }
        let shown = text()
        if !shown.isEmpty { Console.source(shown) }
    }

    /// Prints a JSON document.
    package func showJSON(_ document: String) { Console.document(document) }

    /// Prints a remark to standard error, unless JSON was asked for.
    package func remark(_ text: String) { if !json { Console.error(text) } }

    /// Runs a command's body, and turns an error that it throws into one clear sentence, its JSON and an exit code.
    package func guarding(
        _ explain: (any Error) -> Problem, _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
            try Self.requireOutput()
        } catch let code as ExitCode {
            // A "no" that nobody can read is a failure. With any other code the body has said what there is to say.
            if code == .failure { try Self.requireOutput() }
            throw code
        } catch let error as ValidationError {
            throw error
        } catch {
            let problem = explain(error)
            if json { showJSON(problem.document.rendered()) }
            Console.error("error: \(problem.sentence)")
            throw ExitCode(problem.exitCode)
        }
    }

    /// Checks, after each write, that a command which goes on writing still has a reader. Without one, as after `| head -1`, it would go
    /// on until it is ended.
    /// - Throws: `ExitCode`: 0 if the reader has closed the pipe, otherwise that of `requireOutput`.
    package static func requireReader() throws {
        guard Console.lostOutput != nil else { return }
        try requireOutput()
        throw ExitCode.success
    }

    /// Checks that all output was written. Output that a full disk has cut off is an error; a reader that closes the pipe is not.
    /// - Throws: `ExitCode` if not, after a message.
    package static func requireOutput() throws {
        guard let failure = outputFailure else { return }
        Console.error("error: \(failure.message)")
        throw ExitCode(2)
    }

    /// The reason why output was not written, for a command that has more to say about it; `nil` if `requireOutput` throws nothing.
    package static var outputFailure: TextFile.Failure? {
        guard let reason = Console.lostOutput, reason != EPIPE else { return nil }
        return TextFile.Failure(
            message: "standard output can't be written: \(SystemError(reason))", remedy: "give it a place with room")
    }
}
