import Dialects
import TCRuntime
import TCSettings
import TCSystem

/// The daemon's answer to the question about its health.
enum DaemonAnswer: Sendable {
    case answered(StatusDocument, asked: Timestamp, answered: Timestamp, path: String)
    /// No answer came; the check holds the reason.
    case none(HealthCheck)

    static func ask(_ socket: String?, _ context: ProcessContext, _ patience: Duration) async -> DaemonAnswer {
        let path: String
        do { path = try context.socketPath(argument: socket) } catch {
            return .none(.notChecked(.daemon, "the place of its socket is not known: \(Sentence.of(error))"))
        }
        do {
            let asked = Timestamp.now
            let client = DaemonClient(socketPath: path)
            let reply = try await TimeLimit.wait(patience) { try await client.get("/status", as: StatusDocument.self) }
            guard let reply else {
                return .none(
                    .failed(
                        .daemon, "a program listens at \(path), but did not answer within \(patience)",
                        advice: "check whether the daemon is suspended or waits for its database, and restart it"))
            }
            return .answered(reply.value, asked: asked, answered: .now, path: path)
        } catch let error as RuntimeError where error.code == .notFound {
            return .none(
                .failed(
                    .daemon, "the daemon at \(path) has an earlier version, which does not report its state",
                    advice: "restart it when all programs have the same version"))
        } catch {
            return .none(.failed(.daemon, Sentence.message(error), advice: Sentence.remedy(error) ?? "see its log"))
        }
    }

    var status: StatusDocument? {
        switch self {
        case .answered(let status, _, _, _): status
        case .none: nil
        }
    }
}

/// The facts that are known before anything is examined.
struct Known: Sendable {
    var settings: LoadedSettings?
    var answer: DaemonAnswer
    var context: ProcessContext

    /// The folder of the daemon's state. The daemon's own answer takes precedence over this user's settings.
    var stateFolder: String? { answer.status?.stateFolder ?? (try? context.stateFolder()) }

    /// The database's file, if the database is a file. The daemon tells an admin its path; in single-user mode the settings hold
    /// it.
    var databaseFile: String? {
        if let told = answer.status?.database?.url { return (try? DatabaseURL(parsing: told))?.filePath }
        return settings?.settings.database.filePath
    }

    /// Whether the caller can start sessions. On a shared machine, root and the daemon's own user belong to no person and can't.
    var callerStartsSessions: Bool {
        settings?.settings.mode != .system || context.uid != 0 && context.uid != answer.status?.uid
    }

    /// The folder of the log; `nil` in single-user mode, which has none.
    var logFolder: String? { settings?.settings.mode == .system ? SystemFolder.here.log : nil }
}
