import Dialects
import MigrateCommand
import TCBackup
import TCImport
import TCRuntime
import TCSettings
import TCSystem
import TCTerminal
import Transfer

extension Problem {
    /// Returns the problem behind an error of any command of telec. Errors of migrations and transfers are explained as `tc-migrate`
    /// does, but telec has none of the options of `tc-migrate transfer` that a remedy could name.
    static func explaining(_ error: any Error) -> Problem {
        switch error {
        case let error as RuntimeError:
            Problem(
                code: error.code.rawValue, message: error.message, remedy: error.remedy,
                exitCode: exitCode(of: error.code))
        case let error as SettingsError: Problem(error)
        case let error as MachineError:
            Problem(code: error.code.rawValue, message: error.message, remedy: error.remedy)
        case let error as Obstacles: Problem(error)
        case let error as ImportError: Problem(code: error.code, message: "\(error)", remedy: error.remedy)
        case let error as BackupError: Problem(code: error.code, message: error.message, remedy: error.remedy)
        case let error as MigratedWithoutRows: Problem(error)
        case let error as NotTakenBack: Problem(error)
        case SchemaTransferError.filled: Problem(filled: error)
        default: ofMigration(error)
        }
    }

    /// Returns the exit code for an error. A wrong request, or one for something that does not exist, is a usage error.
    private static func exitCode(of code: RuntimeError.Code) -> Int32 {
        switch code {
        case .badRequest, .notFound, .methodNotAllowed, .reasonRequired: 64
        case .unknownToken, .notAllowed, .sessionEnded, .notRunning, .tooManyConnections, .quotaExceeded,
            .auditUnavailable,
            .databaseUnavailable, .fenced, .socketInUse, .socketForeign, .socketFailed, .alreadyRunning, .noDaemon,
            .noPermission, .brokenAnswer, .failed:
            2
        }
    }

    private init(_ error: SettingsError) {
        let place = error.place.map { "\($0): " } ?? ""
        self.init(code: error.code.rawValue, message: place + error.message, remedy: error.remedy)
    }

    private init(_ obstacles: Obstacles) {
        let sentences = obstacles.all.map { "\($0.message); \($0.remedy)" }
        let list = obstacles.all.map { obstacle in
            JSON.object([
                ("path", .string(obstacle.path)), ("message", .string(obstacle.message)),
                ("remedy", .string(obstacle.remedy)),
            ])
        }
        self.init(
            code: "in_the_way", message: sentences.joined(separator: "\n"),
            remedy: sentences.count == 1 ? nil : "nothing was changed", context: [("obstacles", .array(list))])
    }

    private init(_ error: MigratedWithoutRows) {
        self = Problem.explaining(error.cause)
        message +=
            "; the database was at migration \(error.from), is at \(error.to) now, and holds no row of the backup"
    }

    private init(_ error: NotTakenBack) {
        self = Problem.explaining(error.cause)
        message += "; and what the run has begun can't be taken back: \(Problem.explaining(error.failure).message)"
        remedy = error.remedy
    }

    private init(filled error: any Error) {
        self = Problem.ofMigration(error)
        remedy = "name an empty database"
    }
}
