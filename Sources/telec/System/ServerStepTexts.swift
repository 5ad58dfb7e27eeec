import Dialects
import TCSystem

/// The steps on a server, as text for people and as a document for programs.
enum ServerStepTexts {
    static func text(_ step: ServerStep, showsContents: Bool) -> String {
        let lines = showsContents ? contents(step).map { "    \($0)" } : []
        return ([line(step)] + lines).joined(separator: "\n")
    }

    private static func line(_ step: ServerStep) -> String {
        switch step {
        case .makeRole(let name, _): "create the role \(name)"
        case .makeDatabase(let name, _): "create the database \(name)"
        case .migrate(let ids): "migrate it, as its owner: \(ids.joined(separator: ", "))"
        case .giveRights(let differences, _):
            "set owners and rights (docs/postgresql-roles.sql)"
                + (differences.isEmpty ? "" : ": \(differences.joined(separator: "; "))")
        case .writeSettings(let line): "write to config.yml: \(line.dropLast())"
        }
    }

    private static func contents(_ step: ServerStep) -> [String] {
        switch step {
        case .makeRole(_, let sql), .makeDatabase(_, let sql): ["\(sql);"]
        case .giveRights(_, let script):
            script.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        case .migrate, .writeSettings: []
        }
    }

    static func document(_ step: ServerStep) -> JSON {
        .object([
            ("do", .string(word(step))), ("path", .null), ("text", .string(line(step))),
            ("difference", .array(contents(step).map { .string($0) })),
        ])
    }

    private static func word(_ step: ServerStep) -> String {
        switch step {
        case .makeRole: "make_role"
        case .makeDatabase: "make_database"
        case .migrate: "migrate"
        case .giveRights: "give_rights"
        case .writeSettings: "write_settings"
        }
    }
}
