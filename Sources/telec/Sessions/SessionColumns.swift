import ArgumentParser
import Migrator
import TCRuntime

/// A column that a list of sessions can show.
enum SessionColumn: String, CaseIterable {
    case id, title, state, agent, activity, owner, project, started, visibility, computer

    var heading: String {
        switch self {
        case .id: "SESSION"
        case .title: "TITLE"
        case .state: "STATE"
        case .agent: "AGENT"
        case .activity: "LAST ACTIVITY"
        case .owner: "OWNER"
        case .project: "PROJECT"
        case .started: "STARTED"
        case .visibility: "VISIBILITY"
        case .computer: "COMPUTER"
        }
    }

    /// The columns that may be cut on a narrow terminal, in the order in which they are cut.
    static let flexible: [SessionColumn] = [.project, .title]
}

/// A choice of columns, as `--columns` names them: `id,title,state`.
struct SessionColumns: ExpressibleByArgument {
    var columns: [SessionColumn]

    static let usual = SessionColumns(columns: [.id, .title, .state, .agent, .activity])

    init(columns: [SessionColumn]) { self.columns = columns }

    init?(argument: String) {
        columns = []
        for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let column = SessionColumn(rawValue: String(word)), !columns.contains(column) else { return nil }
            columns.append(column)
        }
    }

    var defaultValueDescription: String { columns.map(\.rawValue).joined(separator: ",") }
}
