import Dialects
import Migrator
import TCMigrations
import TCPOSIX
import TCRuntime
import TCSettings
import TCSystem
import TCTerminal

/// Examines the installation part by part, as far as this user's rights allow. No check waits longer than a few seconds, and none
/// changes anything.
struct Examination {
    let socket: String?
    private let context = ProcessContext.process

    init(socket: String?) { self.socket = socket }

    private static let patience = Duration.seconds(5)

    func checks() async -> [HealthCheck] {
        let settings = settings()
        let daemon = await DaemonAnswer.ask(socket, context, Self.patience)
        let known = Known(settings: settings.loaded, answer: daemon, context: context)
        let database = await DatabaseLook(known: known, patience: Self.patience).look()
        return [installation(known), settings.check, reachable(known)]
            + [database.check] + PermissionLook(known: known, socket: socket).checks()
            + clocks(known, database.facts) + spaces(known) + [log(known), tmux(known)]
    }

    // MARK: - Installed

    /// Checks the installation against its record. A container and an installation by hand have no record, and therefore no table
    /// to compare with.
    private func installation(_ known: Known) -> HealthCheck {
        do {
            let installation = try SystemOptions.installation(in: nil)
            guard access(installation.layout.record, F_OK) == 0 else {
                return .notChecked(.installed, "`telec system install` has installed nothing on this machine")
            }
            let findings = Finding.all(installation.layout, on: try installation.look())
            guard let first = findings.first else { return .ok(.installed, "installed correctly") }
            let rest = findings.count == 1 ? "" : ", and \(findings.count - 1) more"
            return .failed(.installed, first.message + rest, advice: "telec system status lists all of them")
        } catch {
            return .notChecked(
                .installed, "this user can't check the installation: \(Sentence.of(error))",
                advice: "run this as root")
        }
    }

    // MARK: - Settings

    private func settings() -> (loaded: LoadedSettings?, check: HealthCheck) {
        do {
            let loaded = try LoadedSettings.load(context, for: .client)
            _ = try IdentityDirectory(
                mode: loaded.settings.mode, people: loaded.settings.people, uid: context.uid)
            if let failure = loaded.remarks.first(where: \.isFailure) {
                return (loaded, .failed(.settings, "\(failure)", advice: "telec config check lists all problems"))
            }
            let files = loaded.files.isEmpty ? "no files, the defaults apply" : loaded.files.joined(separator: ", ")
            return (loaded, .ok(.settings, "\(loaded.settings.mode.rawValue) mode: \(files)"))
        } catch {
            return (
                nil, .failed(.settings, Sentence.of(error), advice: "correct it, and check with telec config check")
            )
        }
    }

    // MARK: - Daemon

    private func reachable(_ known: Known) -> HealthCheck {
        switch known.answer {
        case .none(let check): return check
        case .answered(let status, _, _, let path):
            guard status.daemon == teleclaudeVersion else {
                return .failed(
                    .daemon, "the daemon at \(path) is \(status.daemon), and this is \(teleclaudeVersion)",
                    advice: "restart the daemon when all programs have the same version")
            }
            if let mode = known.settings?.settings.mode.rawValue, mode != status.mode {
                return .failed(
                    .daemon, "the daemon at \(path) is in \(status.mode) mode, but the settings are for \(mode) mode",
                    advice: "check that it is the daemon you mean, and restart it if so")
            }
            return .ok(.daemon, "teleclauded \(status.daemon) answers at \(path), in \(status.mode) mode")
        }
    }

    // MARK: - Clocks

    private func clocks(_ known: Known, _ facts: DatabaseClock?) -> [HealthCheck] {
        var checks: [HealthCheck] = []
        if case .answered(let status, let asked, let answered, _) = known.answer,
            let said = Timestamp(parsing: status.time)
        {
            checks.append(ClockCheck.judge("the daemon's", said, asked: asked, answered: answered))
        } else {
            checks.append(.notChecked(.clock, "the daemon did not report its time"))
        }
        if let facts {
            checks.append(ClockCheck.judge("the database's", facts.said, asked: facts.asked, answered: facts.answered))
        } else {
            checks.append(.notChecked(.clock, "the database's time is not known to this user"))
        }
        return checks
    }

    // MARK: - Space

    private func spaces(_ known: Known) -> [HealthCheck] {
        var seen: Set<String> = []
        let places = [known.stateFolder, known.databaseFile.map(Path.folder(of:)), known.logFolder].compactMap { $0 }
        let checks = places.filter { seen.insert($0).inserted }.map { path in
            SpaceCheck.judge(path, SpaceCheck.look(at: path), shown: Formatting.bytes)
        }
        guard known.databaseFile == nil else { return checks }
        return checks + [.notChecked(.space, "the database's disk belongs to its server, or is not known to this user")]
    }

    // MARK: - Log

    private func log(_ known: Known) -> HealthCheck {
        guard let folder = known.logFolder, access(folder, F_OK) == 0 else {
            return .notChecked(.log, "the daemon writes its log to its standard error")
        }
        let path = "\(folder)/teleclauded.log"
        return LogCheck.judge(
            path, LogCheck.look(at: path), isOld: access("\(path).1", F_OK) == 0, shown: Formatting.bytes)
    }

    // MARK: - tmux

    private func tmux(_ known: Known) -> HealthCheck {
        let folders = (Console.environment("PATH") ?? "").split(separator: ":").map(String.init)
        let places: [String] = folders.map { "\($0)/tmux" }
        if let found = places.first(where: { access($0, X_OK) == 0 }) { return .ok(.tmux, found) }
        guard known.callerStartsSessions else {
            return .notChecked(.tmux, "this user has none; only users who start sessions need it")
        }
        return .failed(
            .tmux, "there is no tmux in this user's PATH, so this user can't start sessions", advice: "install tmux")
    }
}
