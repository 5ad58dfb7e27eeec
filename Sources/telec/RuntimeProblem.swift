import Dialects
import TCRuntime
import TCSettings
import TCTerminal

extension Problem {
    init(_ error: any Error) {
        switch error {
        case let error as RuntimeError:
            self.init(
                code: error.code.rawValue, message: error.message, remedy: error.remedy,
                exitCode: Problem.exitCode(of: error.code))
        case let error as SettingsError:
            let place = error.place.map { "\($0): " } ?? ""
            self.init(code: error.code, message: place + error.message, remedy: error.remedy)
        case let error as DatabaseError: self.init(error)
        case let error as TextFile.Failure: self.init(code: "file", message: error.message, remedy: error.remedy)
        default: self.init(code: "failed", message: "\(error)", remedy: nil)
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
}
