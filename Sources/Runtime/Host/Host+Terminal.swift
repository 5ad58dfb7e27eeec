import Dialects
import NIOCore
import TCPOSIX

/// The terminal: the command in tmux, and the events that tmux reports.
extension Host {
    /// How often the host tries to make a terminal before it gives up.
    private static let attempts = 6

    /// Records the terminal until the session is over.
    func record(_ pane: [String]) async {
        let following = Task { await followAgent() }
        do {
            try await holdTerminal(pane)
        } catch {
            noteFailure("\(error)")
            recorder.output(Array("telec: \(error)\r\n".utf8), at: .now)
            try? folder.note("\(error)", in: folder.failure)
        }
        following.cancel()
        await following.value
        await finish()
    }

    /// How long the daemon is not called while the command is neither started nor given up.
    private static let firstAttempt = Duration.seconds(10)

    /// Waits until the command has been started, or could not be, so that the daemon never takes a session for a running one whose
    /// command does not exist.
    func waitForFirstAttempt() async {
        let deadline = ContinuousClock.now + Self.firstAttempt
        while !folder.hasCommandStarted, startFailure == nil, exitCode == nil, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Why the command could not be started, for the daemon; `nil` if it was, or may still be.
    var startFailure: String? {
        (failure ?? folder.text(in: folder.failure)).map { String($0.prefix(HostRegistry.longestFailure)) }
    }

    func noteFailure(_ words: String) {
        failure = words
        logger.error("the command was not started", metadata: ["error": "\(words)"])
    }

    /// Makes the terminal, or attaches to it again, and stays until the command has ended. If somebody detaches this client, it
    /// attaches again. If the server goes away while the terminal is being made, another server is started.
    ///
    /// - Throws: `RuntimeError` with tmux's message if no terminal can be made.
    private func holdTerminal(_ pane: [String]) async throws {
        var failures = 0
        var secrets: SecretPipe?
        defer { withExtendedLifetime(secrets) {} }
        starting = try? await spec.tmuxServer.lock()
        if terminal == .gone { folder.forgetCommand() }
        while true {
            let command = terminal == .gone && !folder.hasCommandStarted ? pane : nil
            if command != nil {
                // The last pane may have emptied the pipe. A pipe removes its file when it ends, so it ends before the next is made.
                secrets = nil
                secrets = try SecretPipe(folder.secrets, spec.secrets)
            }
            await openTerminal(command)
            if folder.exitCode() != nil || isEnding { return }
            switch terminal {
            case .there:
                failures = 0
                isUnheard = wasAttached
            case .gone where folder.hasCommandStarted: return
            case .gone, .unknown:
                failures += 1
                isUnheard = wasAttached
                try noteFailedAttempt(failures)
            }
            try await Task.sleep(for: .milliseconds(50 << min(failures, Self.attempts)))
            starting = try? await spec.tmuxServer.lock()
            if failures > 1, lastWords == nil, starting != nil { spec.tmuxServer.giveUpIfEnding(spec.environment) }
        }
    }

    /// Attaches to the terminal, which is made first if there is a command for it, and stays as long as the client does.
    private func openTerminal(_ command: [String]?) async {
        lastWords = nil
        if command != nil { (recorded, wasAttached, isUnheard) = (nil, false, false) }
        held = command == nil && recorded == nil && notedPane == nil ? [] : nil
        do {
            try await hear(
                try await Tmux.open(spec.tmuxServer, spec.tmuxName, command: command, environment: spec.environment))
        } catch {
            lastWords = "\(error)"
        }
        starting = nil
    }

    /// Logs the attempts 1, 2, 4 and so on.
    ///
    /// - Throws: `RuntimeError` with tmux's message if this was the last attempt to start the command.
    private func noteFailedAttempt(_ number: Int) throws(RuntimeError) {
        let words = lastWords ?? "tmux ended without a word"
        guard number < Self.attempts || folder.hasCommandStarted else { throw RuntimeError(.failed, words) }
        if number & (number - 1) == 0 {
            logger.warning("there is no way to the terminal: trying again", metadata: ["tmux": "\(words)"])
        }
    }

    private enum Terminal {
        case there
        case gone
        /// tmux can't be asked, or does not know the session although the command still has a terminal: its socket was removed,
        /// or there are too many processes. The host asks again; the session has not ended.
        case unknown
    }

    private var terminal: Terminal {
        let isThere = Tmux.hasSession(spec.tmuxServer, spec.tmuxName, spec.environment)
        if isThere == true { return .there }
        guard let command = folder.command() else { return .gone }
        if isThere == nil { return .unknown }
        return command.isThere && ProcessFacts.hasTerminal(command.pid) ? .unknown : .gone
    }

    private func hear(_ tmux: Tmux) async throws {
        client = tmux
        defer {
            client = nil
            release()
            giveUpTyping()
            tmux.reap()
        }
        var reader = ControlModeReader()
        do {
            try await tmux.channel.executeThenClose { inbound, outbound in
                typist = outbound
                defer { typist = nil }
                for try await buffer in inbound {
                    for event in reader.read(buffer.readableBytesView) { take(event) }
                }
            }
        } catch {
            // If a client was killed, its pipe breaks.
            lastWords = lastWords ?? "\(error)"
        }
    }

    /// Sends a command to tmux.
    ///
    /// - Throws: If no tmux client is attached to the terminal.
    func type(_ command: String) async throws {
        guard let typist else { throw RuntimeError(.notRunning, "the session's terminal is gone") }
        try await typist.write(ByteBuffer(string: command))
    }

    private func take(_ event: ControlEvent) {
        switch event {
        case .output(let pane, let bytes): hear(bytes, of: pane)
        case .layout(let sizes):
            let pane = recordedPane() ?? (sizes.count == 1 ? sizes.first?.pane : nil)
            guard let size = sizes.first(where: { $0.pane == pane }) else { return }
            recorder.resize(columns: size.columns, rows: size.rows, at: .now)
        case .typed(let mark): noteTyped(mark)
        case .pane(let pane):
            if recorded?.isNoted != true { recorded = (pane, false) }
            release()
        case .failure(let text):
            release()
            noteRefusal()
            lastWords = "tmux: \(text)"
            logger.warning("tmux: \(text)")
        case .started:
            starting = nil
            markUnheard()
            wasAttached = true
            if held != nil { Task { await askForPane() } }
            Task { await noteStart() }
        case .exit: break
        }
    }

    private func hear(_ bytes: [UInt8], of pane: String) {
        guard held == nil else {
            held?.append((pane, bytes))
            return
        }
        if recordedPane(hearing: pane) == pane { take(bytes) }
    }

    /// Asks tmux for the command's pane, which the host of an older version did not note. What is typed goes there, too.
    private func askForPane() async {
        do {
            try await type(ControlCommand.askForPane(of: spec.tmuxName))
        } catch {
            release()
        }
    }

    /// Records what was held back while tmux was asked for the command's pane, as far as it is of that pane.
    private func release() {
        let waiting = held ?? []
        held = nil
        for (pane, bytes) in waiting { hear(bytes, of: pane) }
    }

    /// Leaves a marker where output may be missing: tmux repeats nothing to a client that attaches later.
    func markUnheard() {
        guard isUnheard else { return }
        isUnheard = false
        recorder.output(mark.flush(), at: .now)
        recorder.gap("the terminal was not heard for a while")
    }

    private func take(_ output: [UInt8]) {
        let (isDrained, rest) = mark.read(output) { $0 == folder.text(in: folder.mark) }
        recorder.output(rest, at: .now)
        if isDrained, let secret = folder.text(in: folder.mark) { try? folder.noteEnd(secret, in: folder.drained) }
        if recorder.count >= Self.chunkBytes { cut() }
    }

    /// Returns the pane that is recorded: the command's. What its user shows in other windows and panes concerns no reader. Until the
    /// command's pane is noted it is the first pane that is heard; for a session of an older version, which did not note it, tmux is asked.
    private func recordedPane(hearing pane: String? = nil) -> String? {
        if recorded?.isNoted != true {
            if let noted = notedPane {
                recorded = (noted, true)
            } else if recorded == nil, let pane {
                recorded = (pane, false)
            }
        }
        return recorded?.pane
    }

    /// Tells the process that started this host that the command runs, or has run. The existence of a terminal is not enough.
    private func noteStart() async {
        guard let launch = spec.launch else { return }
        while !folder.hasCommandStarted, exitCode == nil { try? await Task.sleep(for: .milliseconds(20)) }
        try? folder.note(launch, in: folder.running)
    }
}
