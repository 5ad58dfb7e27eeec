import FoundationEssentials
import TCRuntime

@testable import TCTUI

/// Makes a daemon's answers without a daemon.
enum CoreWorld {
    static func session(
        _ number: Int, project: String? = "/p", owner: String? = "Ann", title: String? = nil, status: String = "active"
    ) -> SessionDocument {
        decoded([
            "session_id": "s\(number)", "title": title ?? "Session \(number)", "owner_person": owner, "owner_uid": 1,
            "status": status, "visibility": "private", "project_path": project, "active_agent": "claude",
            "computer": "box", "last_activity": "2026-11-27T09:30:00.000000Z",
        ])
    }

    static func me(severalPeople: Bool = true, role: String = "member") -> WhoamiDocument {
        decoded([
            "person": "Ann", "role": role, "uid": 1, "mode": "system", "several_people": severalPeople,
        ])
    }

    static func projects(_ counts: [(String?, Int)]) -> ProjectsDocument {
        decoded(["projects": counts.map { ["project_path": $0.0 as Any?, "sessions": $0.1] }, "has_more": false])
    }

    static func page(_ sessions: [SessionDocument], next: String? = nil) -> SessionsDocument {
        var document: SessionsDocument = decoded(["sessions": [], "next": next])
        document.sessions = sessions
        return document
    }

    private static func decoded<T: Decodable>(_ members: [String: Any?]) -> T {
        // The tests have made this text themselves, so that decoding it can't fail.
        try! JSONDecoder().decode(T.self, from: Data(text(members).utf8))
    }

    private static func text(_ value: Any?) -> String {
        switch value {
        case let value as [String: Any?]:
            "{" + value.map { "\"\($0.key)\":\(text($0.value))" }.joined(separator: ",") + "}"
        case let value as [Any]: "[" + value.map { text($0) }.joined(separator: ",") + "]"
        case let value as Bool: value ? "true" : "false"
        case let value as Int: "\(value)"
        case let value as String:
            // JSON has control characters as escapes.
            "\""
                + value.unicodeScalars.map { scalar in
                    let hex = String(scalar.value, radix: 16)
                    if scalar == "\"" || scalar == "\\" { return "\\\(scalar)" }
                    return scalar.value < 0x20
                        ? "\\u" + String(repeating: "0", count: 4 - hex.count) + hex : String(scalar)
                }.joined() + "\""
        default: "null"
        }
    }

    /// Returns a state whose list is loaded: these projects, each with its number of sessions.
    static func state(
        _ counts: [(String?, Int)], size: Size = Size(columns: 80, rows: 24), severalPeople: Bool = true,
        owner: String = "Ann"
    ) -> State {
        var state = State(size: size, folder: "/here")
        var effects = state.handle(.connected(me(severalPeople: severalPeople)))
        effects += state.handle(.projects(projects(counts), generation: state.generation))
        answer(effects, &state, counts, owner)
        return state
    }

    /// Answers the requests among the effects, and those that follow from the answers, until there are no more.
    static func answer(_ effects: [Effect], _ state: inout State, _ counts: [(String?, Int)], _ owner: String = "Ann") {
        var effects = effects
        while !effects.isEmpty {
            guard case .request(.loadPage(_, let key, let request, let generation)) = effects.removeFirst() else {
                continue
            }
            let group = counts.firstIndex { GroupKey(path: $0.0) == key } ?? 0
            let count = key == .all ? counts.reduce(0) { $0 + $1.1 } : counts[group].1
            let first = request.page * Pages<SessionDocument>.size
            let last = min(count, first + Pages<SessionDocument>.size)
            let rows = (first..<max(first, last)).map {
                session(group * 1_000_000 + $0, project: counts[group].0, owner: owner)
            }
            let next = last < count ? "after \(last)" : nil
            effects += state.handle(.page(page(rows, next: next), key, request.page, generation: generation))
        }
    }
}

extension State {
    /// Types the text key by key, and returns the resulting effects.
    mutating func type(_ text: String) -> [Effect] {
        text.flatMap { handle(.key($0 == "\n" ? .enter : .character($0))) }
    }
}
