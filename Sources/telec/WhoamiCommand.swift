import ArgumentParser
import TCRuntime
import TCTerminal

struct WhoamiCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Show who you are to the daemon.",
        discussion: """
            EXAMPLES:
              telec whoami
              telec whoami --json
            """)

    @OptionGroup var options: ClientOptions

    func run() async throws {
        try await options.guarding {
            let reply = try await options.client().get("/whoami", as: WhoamiDocument.self)
            let me = reply.value
            options.show(reply) {
                let name = me.person.map(SessionTexts.plain) ?? "nobody in the settings"
                let session = me.sessionID.map { ", from inside session \($0)" } ?? ""
                return "\(name) (\(me.role), uid \(me.uid)\(me.osUsername.map { ", \($0)" } ?? ""))\(session)"
            }
        }
    }
}
