import Dialects
import TCPOSIX
import TCRuntime
import TCSettings
import TCTerminal

/// Starts the host of a session that the daemon has created, and waits until the host has called the daemon.
struct Launch {
    let started: StartedDocument
    let command: [String]
    let directory: String
    let variables: [String]
    let socketPath: String

    private static let patience = Duration.seconds(20)

    /// Returns the session once its command runs or has run. If the session does not come up, it is closed and its processes are ended,
    /// unless the session may have run on this machine before: then nothing is ended.
    /// - Throws: `RuntimeError` if the session does not come up.
    func run(_ client: DaemonClient) async throws -> SessionDocument {
        let account = try Self.account()
        HostFolder.sweep(home: account.home)
        let folder = HostFolder(sessionID: started.session.sessionID, home: account.home)
        let before = LocalSession(sessionID: started.session.sessionID, home: account.home)
        let didRun = before?.mayRun == true
        do {
            // A host that waits for its daemon continues without help, and a second host would interfere with it.
            let start = before?.hasHost == true ? nil : try HostStart(folder, spec(account, before))
            return try await wait(for: start, client)
        } catch let error as RuntimeError {
            if !didRun { await end(client, home: account.home) }
            throw RuntimeError(error.code, error.message, remedy: error.remedy ?? "see \(folder.log)")
        }
    }

    private func wait(for start: HostStart?, _ client: DaemonClient) async throws -> SessionDocument {
        let deadline = ContinuousClock.now + Self.patience
        var trouble = "the session's host did not start within \(Self.patience)"
        while ContinuousClock.now < deadline {
            do {
                let session = try await client.get(
                    SessionPath.of(started.session.sessionID), as: OneSessionDocument.self
                ).value.session
                switch start?.outcome ?? .runs {
                case .failed(let words): throw RuntimeError(.failed, "the command was not started: \(words)")
                case .runs: if session.state != .initializing { return session }
                case .pending: break
                }
            } catch let error as RuntimeError where Self.passes(error.code) {
                trouble = error.message
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw RuntimeError(.failed, trouble)
    }

    /// Whether the error is temporary: a daemon reports it while it is being restarted or is busy.
    private static func passes(_ code: RuntimeError.Code) -> Bool {
        [.noDaemon, .brokenAnswer, .databaseUnavailable, .fenced, .tooManyConnections].contains(code)
    }

    /// Closes the session, and ends the processes of it that run.
    private func end(_ client: DaemonClient, home: String) async {
        _ = try? await client.post(
            SessionPath.of(started.session.sessionID, "end"), [String: String](), as: OneSessionDocument.self)
        await LocalSession(sessionID: started.session.sessionID, home: home)?.end()
    }

    static func account() throws -> Account {
        guard var account = Account.of(uid: geteuid()) else {
            throw RuntimeError(.failed, "uid \(geteuid()) has no account on this machine", remedy: "create one for it")
        }
        // A user who has set another home works in that one.
        account.home = ProcessContext.process.home ?? account.home
        return account
    }

    private func spec(_ account: Account, _ before: LocalSession?) throws -> HostSpec {
        // If the session's terminal still runs, the new host has to use the tmux server on which that terminal was started.
        let living = before.flatMap { $0.mayRun ? $0.tmuxServer : nil }
        let server =
            try living
            ?? TmuxServer.own(
                home: account.home, runtimeFolder: ProcessContext.process.environment["XDG_RUNTIME_DIR"])
        let caller = ProcessContext.process.environment
        var secrets = caller.filter { variables.contains($0.key) }.merging(started.environment) { $1 }
        secrets[SessionVariable.token] = started.token
        let place = [SessionVariable.id: started.session.sessionID, SessionVariable.socket: socketPath]
        let program = HostSpec.Program(
            command: command, directory: directory,
            environment: HostSpec.environment(of: account, from: caller, place: place), secrets: secrets)
        return HostSpec(for: started, running: program, on: server, socketPath: socketPath)
    }
}
