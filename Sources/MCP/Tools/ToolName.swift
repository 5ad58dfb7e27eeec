/// The tools that an agent can call. A tool that the original program also had keeps its name there.
package enum ToolName: String, Sendable, CaseIterable {
    case whoami
    case listSessions = "list_sessions"
    case getSession = "get_session"
    case getSessionData = "get_session_data"
    case startSession = "start_session"
    case sendMessage = "send_message"
    case endSession = "end_session"
    case listProjects = "list_projects"
    case listAgents = "list_agents"
    case listAudit = "list_audit"
}
