import ArgumentParser
import Dialects
import TCRuntime
import TCSystem
import TCTerminal

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check everything that the daemon needs, and say what to do. Changes nothing.",
        usage: "telec doctor [<options>]",
        discussion: """
            Checks installation, settings, daemon, database, permissions, clocks, free space, log and tmux, as far as this user \
            may. The rest is "not checked", which is not a failure. The command waits up to five seconds for a daemon that does \
            not answer.

            Exits with 1 if anything has failed.

            EXAMPLES:
              telec doctor
              sudo telec doctor
              telec doctor --quiet || echo "see telec doctor"
            """)

    @Flag(name: .shortAndLong, help: "Print nothing; only set the exit code.") var quiet = false
    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.guarding {
            let checks = await Examination(socket: options.socket).checks()
            let isWell = !checks.contains { $0.outcome == .failed }
            if !quiet { options.output.show(document(checks, isWell)) { text(checks) } }
            if !isWell { throw ExitCode(1) }
        }
    }

    private func document(_ checks: [HealthCheck], _ isWell: Bool) -> JSON {
        .object([
            ("version", .integer(1)), ("ok", .boolean(isWell)),
            (
                "checks",
                .array(
                    checks.map { check in
                        .object([
                            ("check", .string(check.subject.rawValue)), ("outcome", .string(check.outcome.rawValue)),
                            ("message", .string(check.message)), ("advice", check.advice.map { .string($0) } ?? .null),
                        ])
                    })
            ),
        ])
    }

    private func text(_ checks: [HealthCheck]) -> String {
        let lines = checks.map { check in
            let advice = check.advice.map { "; \($0)" } ?? ""
            return "\(word(check.outcome))  \(check.subject.rawValue): \(PlainLine.of(check.message + advice))"
        }
        return (lines + [verdict(checks)]).joined(separator: "\n")
    }

    private func word(_ outcome: HealthCheck.Outcome) -> String {
        switch outcome {
        case .ok: "ok         "
        case .failed: "FAILED     "
        case .notChecked: "not checked"
        }
    }

    private func verdict(_ checks: [HealthCheck]) -> String {
        let failed = checks.count { $0.outcome == .failed }
        let unknown = checks.count { $0.outcome == .notChecked }
        let rest = unknown == 0 ? "" : ", \(unknown) not checked"
        return failed == 0 ? "no check has failed\(rest)" : "\(failed) failed\(rest)"
    }
}
