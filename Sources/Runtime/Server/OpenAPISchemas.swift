import Dialects
import TCSettings

/// The JSON schemas of the daemon's documents.
enum OpenAPISchemas: JSONSchemaWords {
    static var all: [(key: String, value: JSON)] {
        [
            ("Document", .object([("type", "object")])),
            ("Done", shape([version, ("status", text)])),
            ("Health", shape([version, ("status", text)])),
            ("Problem", problem), ("Status", status), ("Identity", identity), ("Session", session),
            ("Sessions", shape([version, ("sessions", list(of: reference("Session"))), ("next", textOrNull)])),
            (
                "Projects",
                shape([version, ("projects", list(of: reference("Project"))), ("has_more", flag)])
            ),
            (
                "Project",
                shape([("project_path", textOrNull), ("sessions", number), ("last_activity", textOrNull)])
            ),
            ("OneSession", shape([version, ("session", reference("Session"))])),
            ("Started", started), ("StartRequest", startRequest), ("Message", message),
            ("Visibility", shape([("visibility", words(Session.Visibility.allCases.map(\.rawValue)))])),
            ("Found", found), ("Hit", hit), ("Entry", entry),
            ("OneEntry", shape([version, ("entry", reference("Entry"))])),
            ("ChainRequest", shape([("reason", textOrNull)], optional: ["reason"])),
            ("Entries", shape([version, ("entries", list(of: reference("Entry"))), ("next", numberOrNull)])),
            ("Verdict", verdict), ("Report", report),
        ] + adapterDoor
    }

    private static var adapterDoor: [(key: String, value: JSON)] {
        let subject: [(key: String, value: JSON)] = [
            ("platform", words(PlatformIdentity.Platform.allCases.map(\.rawValue))), ("user", text),
        ]
        let id: (key: String, value: JSON) = ("session_id", text)
        let start: [(key: String, value: JSON)] = [
            ("title", title),
            ("project_path", line("string", from: "/", longest: StartRequest.longestPath)),
            ("agent", line("string", longest: StartRequest.longestAgent)),
        ]
        let list: [(key: String, value: JSON)] = [
            ("state", words(Session.State.allCases.map(\.rawValue))), ("project", text), ("limit", number),
            ("after", text),
        ]
        return [
            (
                "SpokenFor",
                shape([
                    version, ("adapter", text), ("person", textOrNull), ("role", textOrNull),
                    ("can_start", flag), ("why_not", textOrNull), ("remedy", textOrNull),
                ])
            ),
            ("AdapterWhoami", shape(subject)), ("AdapterSession", shape(subject + [id])),
            ("AdapterStart", shape(subject + start)),
            ("AdapterList", shape(subject + list, optional: Set(list.map(\.key)))),
            ("AdapterSend", shape(subject + [id] + messageParts, optional: ["enter"], oneOf: ["text", "keys"])),
        ]
    }

    private static var problem: JSON {
        shape([
            ("type", text), ("title", text), ("status", number),
            ("code", words(RuntimeError.Code.allCases.map(\.rawValue))),
            ("detail", text), ("remedy", textOrNull),
        ])
    }

    static var identity: JSON {
        shape([
            version, ("person", textOrNull), ("role", words(Role.allCases.map(\.rawValue))), ("uid", number),
            ("os_username", textOrNull), ("session_id", textOrNull), ("mode", text),
            ("several_people", flag),
        ])
    }

    private static var status: JSON {
        let database = JSON.object([
            ("type", .array(["object", "null"])),
            (
                "properties",
                .object([
                    ("url", text), ("product", text),
                    ("position", words(["current", "behind", "newer", "changed"])), ("time", text),
                    ("audit", textOrNull),
                ])
            ),
        ])
        return shape([
            version, ("daemon", text), ("mode", text), ("uid", number), ("time", text), ("state_folder", textOrNull),
            ("database", database),
        ])
    }

    static var session: JSON { shape(SessionMember.all.map { ($0.name, schema(of: $0.shape)) }) }

    private static func schema(of shape: SessionMember.Shape) -> JSON {
        switch shape {
        case .text: text
        case .textOrNull: textOrNull
        case .numberOrNull: numberOrNull
        case .words(let known): words(known)
        case .host: host
        }
    }

    private static var host: JSON {
        let presences = HostPresence.Word.allCases.map(\.rawValue)
        return .object([
            ("type", .array(["object", "null"])),
            (
                "properties",
                .object([("state", words(presences)), ("since", textOrNull), ("reason", textOrNull)])
            ), ("required", .array(["state", "since", "reason"])),
        ])
    }

    private static var started: JSON {
        shape([
            version, ("session", reference("Session")), ("token", text), ("first_chunk", number),
            ("command", .object([("type", .array(["array", "null"])), ("items", text)])),
            ("environment", .object([("type", "object"), ("additionalProperties", text)])), ("notice", textOrNull),
        ])
    }

    /// A title has at least one character that shows.
    private static var title: JSON {
        line(
            "string", from: #"[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f]"#,
            longest: StartRequest.longestTitle)
    }

    private static var startRequest: JSON {
        shape(
            [
                ("title", title),
                ("project_path", line("string", from: "/", longest: StartRequest.longestPath)),
                ("agent", line("string", "null", longest: StartRequest.longestAgent)), ("preferences", textOrNull),
            ], optional: ["agent", "preferences"])
    }

    private static var message: JSON { shape(messageParts, optional: ["enter"], oneOf: ["text", "keys"]) }

    private static var messageParts: [(key: String, value: JSON)] {
        [
            ("text", .object([("type", "string"), ("maxLength", .integer(Int64(MessageRequest.longest)))])),
            ("enter", flag), ("keys", keys),
        ]
    }

    private static var keys: JSON {
        .object([
            ("type", "array"), ("minItems", .integer(1)), ("maxItems", .integer(Int64(MessageRequest.longest))),
            ("items", words(TerminalKey.names)),
            (
                "description",
                .string("All keys together are at most \(MessageRequest.longest) bytes, as a terminal sends them.")
            ),
        ])
    }

    private static var found: JSON {
        shape([
            version, ("searched", words(FoundPage.words)), ("hits", list(of: reference("Hit"))), ("next", textOrNull),
        ])
    }

    private static var hit: JSON {
        shape([("session", reference("Session")), ("said_at", text), ("snippet", text), ("matches", number)])
    }

    static var entry: JSON {
        shape([
            ("seq", number), ("at", text), ("person", textOrNull), ("uid", number), ("role", text), ("action", text),
            ("session_id", textOrNull), ("owner_person", textOrNull), ("owner_uid", numberOrNull), ("outcome", text),
            ("reason", textOrNull), ("caller_session", textOrNull), ("previous_hash", text), ("hash", text),
        ])
    }

    private static var verdict: JSON {
        let flaw = JSON.object([
            ("type", .array(["object", "null"])),
            ("properties", .object([("kind", text), ("seq", number), ("reason", text)])),
        ])
        return shape([
            version, ("verdict", words(["intact", "broken"])), ("entries", number),
            ("after", .object([("type", "object"), ("properties", .object([("seq", number), ("hash", text)]))])),
            ("seq", number), ("hash", text), ("flaw", flaw),
        ])
    }
}

extension OpenAPISchemas {
    /// Returns the schema of a text that begins with `start`, has no control characters, and is at most `longest` code points
    /// long.
    static func line(_ types: String..., from start: String = "", longest: Int) -> JSON {
        .object([
            ("type", types.count == 1 ? .string(types[0]) : .array(types.map { .string($0) })),
            ("maxLength", .integer(Int64(longest))),
            ("pattern", .string("^\(start)[^\\u0000-\\u001f\\u007f-\\u009f]*$")),
        ])
    }

    static func reference(_ name: String) -> JSON {
        .object([("$ref", .string("#/components/schemas/\(name)"))])
    }
}
