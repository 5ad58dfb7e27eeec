import ArgumentParser
import Dialects
import Migrator
import TCMigrations
import TCPOSIX
import TCSystem
import TCTerminal

struct SystemStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Compare this machine with what an installation writes. Changes nothing.",
        usage: "telec system status [<options>]",
        discussion: """
            Lists what is missing, changed, too open or foreign, and exits with 1 if there is anything.

            EXAMPLES:
              telec system status
              telec system status --json
            """)

    @OptionGroup var options: SystemOptions

    func run() async throws {
        try await options.guarding {
            let installation = try options.installation()
            let (server, remark) = await server(installation)
            let findings = Finding.all(installation.layout, on: try installation.look()) + server
            let document = JSON.object([
                ("version", .integer(1)), ("root", .string(installation.root.path)), ("ok", .boolean(findings.isEmpty)),
                ("findings", .array(findings.map(document))), ("remark", remark.map { .string($0) } ?? .null),
            ])
            options.output.show(document) { text(findings) }
            if let remark { options.output.remark(remark) }
            if !findings.isEmpty { throw ExitCode(1) }
        }
    }

    /// Compares roles and rights on the server, if an installation has made them and root runs the command.
    private func server(_ installation: Installation) async -> (findings: [Finding], remark: String?) {
        guard geteuid() == 0 else { return ([], nil) }
        do {
            guard let server = try await ServerInstallation.present(installation, try .teleclaude()) else {
                return ([], nil)
            }
            return (try await server.plan().findings, nil)
        } catch {
            return ([], "the database was not checked: \(error)")
        }
    }

    private func text(_ findings: [Finding]) -> String {
        if findings.isEmpty { return "installed correctly" }
        let words = findings.map { "\(word($0.kind)): \($0.message)" }
        return (words + ["\(findings.count) to correct: telec system install --dry-run shows how"]).joined(
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
