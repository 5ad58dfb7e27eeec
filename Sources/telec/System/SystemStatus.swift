import ArgumentParser
import Dialects
import TCSystem
import TCTerminal

struct SystemStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Compare this machine with what an installation lays down. Changes nothing.",
        usage: "telec system status [<options>]",
        discussion: """
            Names what is missing, changed, too open or not ours, and exits with 1 when there is any of it.

            EXAMPLES:
              telec system status
              telec system status --json
            """)

    @OptionGroup var options: SystemOptions

    func run() async throws {
        try await options.guarding {
            let installation = try options.installation()
            let findings = Finding.all(installation.layout, on: try installation.look())
            let document = JSON.object([
                ("version", .integer(1)), ("root", .string(installation.root.path)), ("ok", .boolean(findings.isEmpty)),
                ("findings", .array(findings.map(document))),
            ])
            options.output.show(document) { text(findings) }
            if !findings.isEmpty { throw ExitCode(1) }
        }
    }

    private func text(_ findings: [Finding]) -> String {
        if findings.isEmpty { return "installed, and as it should be" }
        let words = findings.map { "\(word($0.kind)): \($0.message)" }
        return (words + ["\(findings.count) to put right: telec system install --dry-run shows how"]).joined(
            separator: "\n")
    }

    private func word(_ kind: Finding.Kind) -> String { kind.rawValue.replacing("_", with: " ") }

    private func document(_ finding: Finding) -> JSON {
        .object([
            ("kind", .string(finding.kind.rawValue)), ("path", finding.path.isEmpty ? .null : .string(finding.path)),
            ("message", .string(finding.message)),
        ])
    }
}
