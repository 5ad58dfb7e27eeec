import Dialects
import TCRuntime
import TCSettings
import TCSystem

/// What came back when the daemon was asked how it is.
enum DaemonAnswer: Sendable {
    case answered(StatusDocument, asked: Timestamp, answered: Timestamp, path: String)
    /// No answer, with the reason.
    case none(HealthCheck)

    static func ask(_ socket: String?, _ context: ProcessContext, _ patience: Duration) async -> DaemonAnswer {
        let path: String
        do { path = try context.socketPath(argument: socket) } catch {
            return .none(.notChecked(.daemon, "where its socket is can't be told: \(Sentence.of(error))"))
        }
        do {
            let asked = Timestamp.now
            let client = DaemonClient(socketPath: path)
            let reply = try await TimeLimit.wait(patience) { try await client.get("/status", as: StatusDocument.self) }
            guard let reply else {
                return .none(
                    .failed(
                        .daemon, "something listens at \(path), and did not answer within \(patience)",
                        advice: "see whether the daemon was stopped or waits for its database, and restart it"))
            }
            return .answered(reply.value, asked: asked, answered: .now, path: path)
        } catch let error as RuntimeError where error.code == .notFound {
            return .none(
                .failed(
                    .daemon, "the daemon at \(path) is of an earlier version: it does not tell how it is",
                    advice: "restart it when all programs are of one version"))
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

/// What is known before anything is looked at.
struct Known: Sendable {
    var settings: LoadedSettings?
    var answer: DaemonAnswer
    var context: ProcessContext

    /// The daemon's own word counts before what this user's settings say.
    var stateFolder: String? { answer.status?.stateFolder ?? (try? context.stateFolder()) }

    /// The file, where the database is one. An admin is told which by the daemon; in single-user mode it is in the settings.
    var databaseFile: String? {
        if let told = answer.status?.database?.url { return (try? DatabaseURL(parsing: told))?.filePath }
        return settings?.settings.database.filePath
    }

    /// On a shared machine root and the daemon's own user are nobody's persons.
    var callerStartsSessions: Bool {
        settings?.settings.mode != .system || context.uid != 0 && context.uid != answer.status?.uid
    }

    /// `nil` in single-user mode, which has none.
    var logFolder: String? { settings?.settings.mode == .system ? SystemFolder.here.log : nil }
}
