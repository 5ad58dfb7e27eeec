import ArgumentParser

struct SessionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "Use agent sessions: yours, and those that are shared with you.",
        subcommands: [
            ListSessions.self, StartSession.self, GetSession.self, SendToSession.self, TailSession.self,
            AttachSession.self, EndSession.self, ReviveSession.self, ShareSession.self, UnshareSession.self,
        ])
}
