import Synchronization
import TCRuntime

/// Carries out the requests and actions of the state, each in a task of its own, and posts the results.
final class Worker: Sendable {
    private let client: DaemonClient
    private let doors: SessionDoors
    private let mailbox: Mailbox
    private let reading = Mutex<Task<Void, Never>?>(nil)
    /// The time that the daemon last took to count projects. The longer it is, the longer the worker waits before it asks again.
    private let counting = Mutex(Duration.zero)

    init(_ client: DaemonClient, _ doors: SessionDoors, _ mailbox: Mailbox) {
        (self.client, self.doors, self.mailbox) = (client, doors, mailbox)
    }

    func begin(_ request: Request) {
        switch request {
        case .listen(let seconds): Task { await listen(after: seconds) }
        case .loadProjects(let query, let generation): Task { await loadProjects(query, generation) }
        case .loadPage(let query, let key, let request, let generation):
            Task { await loadPage(query, key, request, generation) }
        case .loadAudit(let request, let generation): Task { await loadAudit(request, generation) }
        case .read(let id, let reason, let view, let number):
            let task = Task { await read(id, reason, view, number) }
            reading.withLock { $0 = task }
        case .stopReading:
            reading.withLock { task in
                task?.cancel()
                task = nil
            }
        case .reloadSoon(let generation):
            Task {
                try? await Task.sleep(for: max(.milliseconds(700), counting.withLock { $0 } * 10))
                mailbox.post(.quiet(generation: generation))
            }
        }
    }

    func begin(_ action: Action) {
        switch action {
        case .start(let wanted):
            act {
                let started = try await self.doors.start(wanted)
                self.mailbox.post(.started(started.session, notice: started.notice))
                return nil
            }
        case .send(let id, let text):
            act {
                let message = MessageRequest(text: text, enter: true)
                _ = try await self.client.post(SessionPath.of(id, "messages"), message, as: DoneDocument.self)
                return "sent"
            }
        case .end(let id):
            act {
                let ended = try await self.doors.end(id)
                return ended.remark ?? ended.words
            }
        case .share(let id, let isShared):
            act {
                let wanted = (isShared ? Session.Visibility.shared : .private).request
                _ = try await self.client.post(SessionPath.of(id, "visibility"), wanted, as: OneSessionDocument.self)
                return isShared ? "shared" : "private again"
            }
        case .attach(let id):
            act {
                self.mailbox.post(.terminal(try await self.doors.terminal(id)))
                return nil
            }
        }
    }

    /// Does what the user has asked for, and posts its outcome.
    private func act(_ body: @escaping @Sendable () async throws -> String?) {
        Task {
            do {
                if let text = try await body() { mailbox.post(.done(text)) }
            } catch {
                mailbox.post(.failed(Self.sentence(error)))
            }
        }
    }

    static func sentence(_ error: any Error) -> String { (error as? RuntimeError)?.description ?? "\(error)" }

    // MARK: what is asked for

    private func listen(after seconds: Int) async {
        try? await Task.sleep(for: .seconds(seconds))
        do {
            let me = try await answered { try await self.client.get("/whoami", as: WhoamiDocument.self).value }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.hear(as: me) }
                group.addTask { try await self.feelPulse() }
                // The connection is over as soon as one of the two ends.
                _ = try await group.next()
                group.cancelAll()
            }
            mailbox.post(.disconnected("The daemon closed the connection; reconnecting"))
        } catch {
            let what = Self.isAway(error) ? "The daemon is not reachable" : "The daemon refuses"
            mailbox.post(.disconnected("\(what), trying again: \(Self.sentence(error))"))
        }
    }

    private func hear(as me: WhoamiDocument) async throws {
        let reader = Mutex(SessionEventReader())
        try await client.stream("/events") { [mailbox] bytes in
            for told in try reader.withLock({ try $0.read(bytes) }) {
                switch told {
                case .listening: mailbox.post(.connected(me))
                case .session(let session, let isNew): mailbox.post(.told(session, isNew: isNew))
                }
            }
            await self.waitForRoom(for: 200)
        }
    }

    /// Asks the daemon every few seconds whether it is well. A suspended daemon keeps its connections, so a connection without events
    /// does not show that the daemon runs.
    /// - Throws: `RuntimeError` if the daemon does not answer in time.
    private func feelPulse() async throws {
        while true {
            try await Task.sleep(for: .seconds(4))
            _ = try await answered { try await self.client.get("/health", as: DoneDocument.self) }
        }
    }

    private func answered<T: Sendable>(_ ask: @escaping @Sendable () async throws -> T) async throws -> T {
        try await withThrowingTaskGroup(of: T.self) { group in
            group.addTask(operation: ask)
            group.addTask {
                try await Task.sleep(for: .seconds(8))
                throw RuntimeError(.noDaemon, "it has not answered for 8 s")
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
    }

    private static func isAway(_ error: any Error) -> Bool {
        guard let error = error as? RuntimeError else { return true }
        return [.noDaemon, .brokenAnswer].contains(error.code)
    }

    /// Waits while the mailbox holds more than `most` events, so that events don't pile up while another program has the terminal.
    private func waitForRoom(for most: Int) async {
        while mailbox.backlog > most, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(20)) }
    }

    private func loadProjects(_ query: ListQuery, _ generation: Int) async {
        do {
            let wanted = query.parameters + [("limit", "2000")]
            let begin = ContinuousClock.now
            let projects = try await client.get("/projects", wanted, as: ProjectsDocument.self).value
            counting.withLock { $0 = ContinuousClock.now - begin }
            mailbox.post(.projects(projects, generation: generation))
        } catch {
            mailbox.post(.projectsFailed(Self.sentence(error), generation: generation))
        }
    }

    private func loadPage(_ query: ListQuery, _ key: GroupKey, _ request: PageRequest, _ generation: Int) async {
        var wanted = query.parameters
        switch key {
        case .project(let path): wanted.append(("project", path))
        case .noProject: wanted.append(("project", ""))
        case .all: break
        }
        wanted += [("limit", String(Pages<SessionDocument>.size)), ("after", request.after)]
        do {
            let page = try await client.get("/sessions", wanted, as: SessionsDocument.self).value
            mailbox.post(.page(page, key, request.page, generation: generation))
        } catch {
            // The state asks for the page again as soon as it hears of the failure, so the pause comes first.
            try? await Task.sleep(for: .seconds(1))
            mailbox.post(.pageFailed(key, Self.sentence(error), generation: generation))
        }
    }

    private func loadAudit(_ request: PageRequest, _ generation: Int) async {
        do {
            let wanted = [("limit", String(Pages<AuditEntry>.size)), ("after", request.after)]
            let document = try await client.get("/audit", wanted, as: AuditDocument.self).value
            mailbox.post(.audit(document, request.page, generation: generation))
        } catch {
            try? await Task.sleep(for: .seconds(1))
            mailbox.post(.auditFailed(Self.sentence(error), generation: generation))
        }
    }

    private func read(_ id: String, _ reason: String?, _ view: TranscriptView, _ number: Int) async {
        let text = Mutex(RecordingText(view))
        let isFirst = Atomic(true)
        do {
            let query: [(String, String?)] = [("reason", reason), ("follow", "1")]
            try await client.stream(SessionPath.of(id, "transcript"), query) { [mailbox] bytes in
                let new = text.withLock { $0.read(bytes) }
                let isAnswer = isFirst.exchange(false, ordering: .relaxed)
                if isAnswer || !new.isEmpty { mailbox.post(.transcript(.text(new), reading: number)) }
                await self.waitForRoom(for: 10)
            }
            mailbox.post(.transcript(.ended, reading: number))
        } catch {
            mailbox.post(.transcript(.failed(Self.sentence(error)), reading: number))
        }
    }
}

extension ListQuery {
    /// The query's parameters by the names that the daemon's routes use.
    var parameters: [(String, String?)] { [("state", state), ("agent", agent), ("owner", owner), ("text", words)] }
}
