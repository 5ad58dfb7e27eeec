import Foundation
import TestSupport
import Testing

/// Tests the commands of docs/container.md that need no engine. `ci/soak container` does the rest.
struct ContainerPageTests {
    private static var canRun: Bool { geteuid() == 0 && (try? Program(inPath: "openssl")) != nil }

    private static func page() throws -> String { try TestSources.text(of: "docs/container.md") }

    @Test(
        "the secrets' block can be run again: it writes into deployment/ only, and changes nothing that is there",
        .enabled(if: canRun, "root gives files to the containers' user here, and openssl makes passwords"))
    func secrets() async throws {
        let block = try #require(try Self.page().split(separator: "```sh\n").dropFirst().first)
        let commands = try #require(block.firstRange(of: "docker compose")).lowerBound
        let script = String(block[..<commands])
        try await withSandbox { box in
            var made: [String: Sandbox.Entry] = [:]
            for _ in 1...2 {
                let run = try await box.run(
                    Program(inPath: "bash"), ["-c", "umask 022\n\(script)\nls; stat -c '%n %u %a' deployment/*"])
                #expect(
                    run.ending == .exit(0)
                        && run.output == """
                            deployment
                            deployment/app_password 999 400
                            deployment/compose.env 0 644
                            deployment/config.yml 0 644
                            deployment/migrator_password 999 400
                            deployment/secrets.yml 999 400
                            deployment/superuser_password 999 400

                            """,
                    "\(run)")
                let contents = try box.contents()
                #expect(made.isEmpty || contents == made)
                made = contents
            }
        }
    }

    /// The units of a package that is installed, upgraded or started later put their socket into their folder.
    @Test("the socket that people use is in one folder throughout, which is not that of the package's units")
    func folder() throws {
        let folders = try Set(Self.page().matches(of: /\/run\/[a-z-]+(?=[ \/\n])/).map { String($0.output) })
        #expect(folders == ["/run/teleclaude-container"])
    }

    @Test("every command of the deployment knows where the socket is")
    func socket() throws {
        for file in ["docs/container.md", "docker-compose.yml"] {
            let commands = try TestSources.text(of: file).matches(of: /docker compose [^`\n]*--profile deployment/)
            #expect(!commands.isEmpty)
            for command in commands {
                #expect(command.output.contains(" --env-file deployment/compose.env "), "\(file): \(command.output)")
            }
        }
    }
}
