import Dialects
import Migrator
import TCMigrations
import TCRuntime
import TCSettings
import TCSystem

/// The time that the database's clock showed, and the time at which it was asked.
struct DatabaseClock: Sendable {
    var said: Timestamp
    var asked: Timestamp
    var answered: Timestamp
}

/// Examines the database: asks the daemon about it or, if no daemon answers, opens the database itself where this user may do so.
struct DatabaseLook {
    let known: Known
    let patience: Duration

    func look() async -> (check: HealthCheck, facts: DatabaseClock?) {
        if case .answered(let status, let asked, let answered, _) = known.answer {
            if let told = status.database {
                let clock = Timestamp(parsing: told.time).map {
                    DatabaseClock(said: $0, asked: asked, answered: answered)
                }
                return (judge(told.url, told.product, told.position, told.audit), clock)
            }
            // Root belongs to no person in the settings, and may still examine everything.
            guard known.context.uid == 0 else {
                return (
                    .notChecked(.database, "the daemon tells only admins", advice: "run this as one, or as root"), nil
                )
            }
        }
        guard let settings = known.settings?.settings else {
            return (.notChecked(.database, "without the settings it is not known which one it is"), nil)
        }
        guard settings.mode == .singleUser || known.context.uid == 0 else {
            return (
                .notChecked(
                    .database, "only the daemon may open it, and no daemon answers", advice: "run this as root"), nil
            )
        }
        return await read(settings.database)
    }

    private func read(_ url: DatabaseURL) async -> (HealthCheck, DatabaseClock?) {
        do {
            let database = try Database(
                url, options: ConnectionOptions(access: .readOnly, lockTimeout: 2, statementTimeout: 3, poolSize: 1))
            guard !database.isMissing || !hasRecordings else { throw DatabaseFacts.vanished(url) }
            guard !database.isMissing else {
                return (
                    .notChecked(.database, "\(url) does not exist yet: the daemon creates it at its first start"), nil
                )
            }
            let migrator = Migrator(history: try .teleclaude(), database: database)
            let asked = Timestamp.now
            guard let facts = try await TimeLimit.wait(patience, for: { try await DatabaseFacts.read(migrator) }) else {
                return (failure("\(url) did not answer within \(patience)", "check its server"), nil)
            }
            let clock = Timestamp(parsing: facts.time).map { DatabaseClock(said: $0, asked: asked, answered: .now) }
            if facts.position == "current", let folder = known.stateFolder {
                _ = try await TimeLimit.wait(patience) { try await MissingRecordings.refuse(in: folder, of: database) }
            }
            return (judge(facts.url, facts.product, facts.position, facts.audit), clock)
        } catch let error as DatabaseError where [.permission, .authentication].contains(error.kind) {
            // Peer authentication admits only the daemon's own account.
            return (
                .notChecked(
                    .database, "this user may not open it: \(error.sentence)",
                    advice: "run this as an admin while the daemon runs"),
                nil
            )
        } catch {
            return (failure(Sentence.message(error), Sentence.remedy(error) ?? "check its server"), nil)
        }
    }

    /// Whether sessions were recorded, so that there was a database.
    private var hasRecordings: Bool {
        known.stateFolder.map { TranscriptStore.count(in: TranscriptStore.folder(in: $0)) > 0 } ?? false
    }

    private func failure(_ message: String, _ advice: String) -> HealthCheck {
        .failed(.database, message, advice: advice)
    }

    private func judge(_ url: String, _ product: String, _ position: String, _ audit: String?) -> HealthCheck {
        guard position == "current" else {
            let advice =
                position == "behind"
                ? "restart the daemon, which applies pending migrations, or run tc-migrate up"
                : "tc-migrate status says what differs"
            return failure("\(url) (\(product)): its schema is \(position)", advice)
        }
        if let audit {
            return failure(
                "\(url) (\(product)): the audit log's guards have been changed: \(audit)",
                "find out who changed them, and repair the tables: what is not logged may be refused")
        }
        return .ok(.database, "\(url) (\(product)), schema current")
    }
}
