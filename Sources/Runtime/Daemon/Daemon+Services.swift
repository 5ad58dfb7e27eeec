import Dialects
import Migrator
import TCSettings

extension Daemon {
    func services(
        _ database: Database, _ auditDatabase: Database, _ lease: InstanceLease, _ epoch: Epoch,
        _ transcripts: TranscriptStore, timeBefore: Timestamp?
    ) async throws -> Services {
        let settings = loaded.settings
        let directory = try self.directory(settings)
        let adapters = AdapterDirectory(settings)
        for remark in directory.remarks + adapters.remarks { logger.warning("\(remark)") }
        let fence = Fence(database: database, epoch: epoch)
        let sessions = SessionStore(fence)
        let tokens = SessionTokens(database: database, epoch: epoch)
        try await tokens.rememberTime()
        let hosts = HostRegistry()
        return Services(
            lease: lease, mode: settings.mode, agents: AgentBox(settings), directory: IdentityBox(directory),
            adapters: AdapterBox(adapters), sessions: sessions, tokens: tokens,
            callers: SessionCallers(tokens: tokens, sessions: sessions, hosts: hosts),
            audit: AuditLog(database: database, appending: auditDatabase, epoch: epoch) { [logger] event, error in
                let metadata = event.metadata.merging(["error": "\(error.cause)"]) { $1 }
                logger.error("a failure is not in the audit log", metadata: metadata)
            },
            refusals: RefusalBudget(perMinute: settings.quotas.refusalsPerMinute),
            quotas: QuotaKeeper(settings.quotas),
            transcripts: transcripts, transcriptIndex: TranscriptIndex(fence: fence), transcriptNews: TranscriptNews(),
            hosts: hosts, events: EventHub(), activity: Activity(), draining: Draining(), meter: Meter(),
            inspection: DaemonInspection(
                migrator: Migrator(history: options.history, database: database),
                stateFolder: try options.context.stateFolder()),
            computer: Computer.name, timeBefore: timeBefore)
    }

    func directory(_ settings: Settings) throws(SettingsError) -> IdentityDirectory {
        try IdentityDirectory(
            mode: settings.mode, people: settings.people, adapters: settings.adapters, monitor: settings.monitoring,
            uid: options.context.uid)
    }
}
