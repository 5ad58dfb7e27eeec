import Dialects
import TCMCP
import TCRuntime
import TCSettings
import TCTerminal

/// The one tool that runs in this program: a session runs as its owner, and this program runs as the owner too.
struct LocalStart: Sendable {
    let client: DaemonClient
    private let tool = ToolList(.ofTheAPI)[.startSession]

    init(client: DaemonClient) { self.client = client }

    func run(_ document: JSON?, _ onStep: (Int64, String) async -> Void) async -> ToolResult {
        do {
            return .done(try await start(try Arguments(document, for: tool), onStep))
        } catch let error as Arguments.Objection {
            return .failed(ToolFailure(code: "bad_request", message: error.message, remedy: nil))
        } catch {
            let problem = Problem.explaining(error)
            return .failed(ToolFailure(code: problem.code, message: problem.message, remedy: problem.remedy))
        }
    }

    /// Ends a session that was started although its request was cancelled.
    func end(_ document: JSON) async {
        guard let id = document["session"]?["session_id"]?.text else { return }
        _ = try? await client.post(SessionPath.of(id, "end"), [String: String](), as: OneSessionDocument.self)
    }

    private func start(_ arguments: Arguments, _ onStep: (Int64, String) async -> Void) async throws -> JSON {
        let path = arguments.text("project_path") ?? ""
        guard path.hasPrefix("/") else {
            throw RuntimeError(.badRequest, "project_path is not an absolute path", remedy: "give the absolute path")
        }
        try requireHere(arguments)
        let start = SessionStart(
            title: arguments.text("title") ?? "", folder: try WorkingFolder.absolute(path),
            agent: arguments.text("agent"), command: arguments.texts("command") ?? [],
            thinkingMode: arguments.text("thinking_mode"), advice: "name an agent, or give a command")
        guard start.agent == nil || start.command.isEmpty else {
            throw RuntimeError(.badRequest, "give an agent or a command, not both")
        }
        await onStep(1, "starting")
        let (session, notice) = try await start.run(client)
        await onStep(2, "the session runs")
        let trouble = await type(arguments.text("message"), into: session.sessionID)
        let reply = try await client.get(SessionPath.of(session.sessionID), as: OneSessionDocument.self)
        let remarks = [notice, trouble].compactMap { $0 }.joined(separator: " ")
        return .object([
            ("version", .integer(1)), ("session", JSON(parsing: reply.text)?["session"] ?? .null),
            ("notice", remarks.isEmpty ? .null : .string(remarks)),
        ])
    }

    private func requireHere(_ arguments: Arguments) throws {
        guard let computer = arguments.text("computer"), computer != "local", computer != Computer.name else { return }
        throw RuntimeError(
            .badRequest, "sessions can only be started on \(Computer.name)", remedy: "leave computer out")
    }

    /// Types the first message. Returns a sentence that says why it was not typed, or `nil`. The session runs in both cases.
    private func type(_ message: String?, into session: String) async -> String? {
        guard let message else { return nil }
        await waitForQuiet(session)
        do {
            _ = try await client.post(
                SessionPath.of(session, "messages"), MessageRequest(text: message, enter: true), as: DoneDocument.self)
            return nil
        } catch {
            return "The message was not typed: \(error)."
        }
    }

    private static let patience = Duration.seconds(15)

    /// Waits until the program has shown something, and then nothing for a while. A program that is starting may discard input
    /// that was typed earlier.
    private func waitForQuiet(_ session: String) async {
        let (deadline, count) = (ContinuousClock.now + Self.patience, ByteCount())
        let following = Task {
            try? await client.stream(SessionPath.of(session, "transcript"), [("follow", "1")]) { bytes in
                await count.add(shown(bytes))
            }
            await count.end()
        }
        defer { following.cancel() }
        var (last, looksAlike) = (0, 0)
        while ContinuousClock.now < deadline, looksAlike < 3, await !count.isOver {
            let size = await count.value
            looksAlike = size > 0 && size == last ? looksAlike + 1 : 0
            last = size
            do { try await Task.sleep(for: .milliseconds(300)) } catch { return }
        }
    }

    /// Returns the number of bytes in lines behind the header.
    private func shown(_ bytes: [UInt8]) -> Int {
        bytes.split(separator: UInt8(ascii: "\n")).filter { $0.first == UInt8(ascii: "[") }.reduce(0) { $0 + $1.count }
    }
}

private actor ByteCount {
    private(set) var value = 0
    /// Whether no more will come.
    private(set) var isOver = false
    func add(_ more: Int) { value += more }
    func end() { isOver = true }
}
