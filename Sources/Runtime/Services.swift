import Dialects
import TCSettings

/// Everything that the handlers work with.
public struct Services: Sendable {
    /// Says whether this daemon is the one that works.
    let lease: InstanceLease
    let mode: Settings.Mode
    let agents: AgentBox
    let directory: IdentityBox
    let adapters: AdapterBox
    let sessions: SessionStore
    let tokens: SessionTokens
    let callers: SessionCallers
    let audit: AuditLog
    let refusals: RefusalBudget
    let quotas: QuotaKeeper
    let transcripts: TranscriptStore
    let transcriptIndex: TranscriptIndex
    let transcriptNews: TranscriptNews
    let hosts: HostRegistry
    let events: EventHub
    let activity: Activity
    let draining: Draining
    let meter: Meter
    /// What admins are told of the daemon itself.
    let inspection: DaemonInspection
    let computer: String
}
