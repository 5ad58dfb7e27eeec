import Dialects
import TCImport
import TCRuntime
import TCSettings

/// Checks the results of a move with the rights of those who are going to use them.
struct MoveProofs {
    let move: SystemMove
    let plan: MovePlan
    let target: Database
    let manifest: MoveManifest

    private var installation: Installation { move.installation }

    func all() async throws -> [MoveReport.Proof] {
        let settings: LoadedSettings
        do {
            settings = try LoadedSettings.load(installation.settingsContext, for: .daemon)
        } catch {
            return [source, .init(what: "settings", verdict: .wrong, words: "\(error)")]
        }
        let people = settings.settings.people.count
        return [
            source, .init(what: "settings", verdict: .right, words: "load, with \(people) people"), try daemon(),
            try await access(settings),
        ]
    }

    /// Checks that the old databases hold the data that were copied. Their files need not be the same: reading a database may change them.
    private var source: MoveReport.Proof {
        let (what, data) = (MoveReport.Proof.oldDatabase, plan.old.data)
        guard let stamp = manifest.stamp else {
            return .init(what: what, verdict: .unchecked, words: "the run that copied it did not note its state")
        }
        if SourceStamp(of: data).text == stamp {
            return .init(what: what, verdict: .right, words: "was not written to since it was copied")
        }
        guard let content = manifest.content else {
            return Self.outdated([data.database], "was opened or written to")
        }
        let difference = SourceContent(of: data).difference(from: content)
        if !difference.changed.isEmpty { return Self.outdated(difference.changed, "was written to") }
        if !difference.incomparable.isEmpty {
            return Self.outdated(difference.incomparable, "was opened or written to")
        }
        return .init(what: what, verdict: .right, words: "was opened since it was copied, and holds the same data")
    }

    private static func outdated(_ databases: [String], _ what: String) -> MoveReport.Proof {
        .init(
            what: MoveReport.Proof.oldDatabase, verdict: .wrong,
            words: "\(databases.joined(separator: " and ")) \(what) after it was copied: "
                + "stop its writers, undo the run with telec system rollback, and start again")
    }

    private func daemon() throws -> MoveReport.Proof {
        let what = "teleclauded --check"
        guard installation.root.isMachine else {
            return .init(what: what, verdict: .unchecked, words: "\(installation.root.path) is not a running machine")
        }
        switch try Trial(installation).outcome() {
        case .runs: return .init(what: what, verdict: .right, words: "settings, database and schema are right")
        case .isNotReady(let words), .doesNotRun(let words): return .init(what: what, verdict: .wrong, words: words)
        }
    }

    /// Checks what the daemon's own rules permit for a session that was brought over: to its owner, to a member and to an admin.
    private func access(_ settings: LoadedSettings) async throws -> MoveReport.Proof {
        let what = "who may read"
        let target = target
        let session = try await ActingAccount.act(as: plan.filling.account) { try await SessionSample.of(target) }
        guard let session else { return .init(what: what, verdict: .unchecked, words: "no session was transferred") }
        let objections = SessionSample.objections(to: session, people: settings.settings.people)
        return objections.isEmpty
            ? .init(
                what: what, verdict: .right,
                words: "its owner may read a session, members may not, and admins are logged")
            : .init(what: what, verdict: .wrong, words: objections.joined(separator: "; "))
    }
}
