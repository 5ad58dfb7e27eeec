import Dialects
import TCSettings

/// The services with which the route handlers work.
package struct Services: Sendable {
    /// The lease that says whether this daemon is the one that serves the database.
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
    /// The facts about the daemon itself that admins may read.
    let inspection: DaemonInspection
    let computer: String
    /// The latest time that the database knew of when this daemon began; `nil` if it knew of none.
    let timeBefore: Timestamp?
}
