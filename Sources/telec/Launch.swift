import Dialects
import Runtime
import Settings
import Terminal

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Starts the host of a session that the daemon has made, and waits until it has called.
struct Launch {
    let started: StartedDocument
    let command: [String]
    let directory: String
    let variables: [String]
    let socketPath: String

    private static let patience = Duration.seconds(20)

    /// The session once it runs. Throws `RuntimeError` when its host does not come up; the session is then closed.
    func run(_ client: DaemonClient) async throws -> SessionDocument {
        let account = try Self.account()
        let folder = HostFolder(sessionID: started.session.sessionID, home: account.home)
        try folder.create(spec(account))
        let host = try HostLauncher.start(folder)
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            let session = try await client.get(
                SessionPath.of(started.session.sessionID), as: OneSessionDocument.self
            ).value.session
            if session.status != "initializing" { return session }
            if host.hasEnded { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        _ = try? await client.post(
            SessionPath.of(started.session.sessionID, "end"), [String: String](), as: OneSessionDocument.self)
        throw RuntimeError(
            .failed, "the session's host did not come up", remedy: "\(folder.log) says why")
    }

    static func account() throws -> Account {
        guard var account = Account.of(uid: geteuid()) else {
            throw RuntimeError(.failed, "uid \(geteuid()) has no account on this machine", remedy: "make one for it")
        }
        // Whoever has set another home works in that one.
        account.home = ProcessContext.process.home ?? account.home
        return account
    }

    private func spec(_ account: Account) -> HostSpec {
        var keys = started.environment
        keys[SessionVariable.token] = started.token
        keys[SessionVariable.id] = started.session.sessionID
        keys[SessionVariable.socket] = socketPath
        return HostSpec(
            sessionID: started.session.sessionID, title: started.session.title ?? "",
            tmuxName: started.session.tmuxName ?? "tc_\(started.session.sessionID)", firstChunk: started.firstChunk,
            socketPath: socketPath,
            token: started.token, directory: directory, command: command,
            environment: HostSpec.environment(
                of: account, from: ProcessContext.process.environment, passing: variables, keys: keys),
            notice: started.notice, agent: started.session.agent)
    }
}
