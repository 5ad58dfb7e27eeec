import Dialects
import TCSettings

/// The description of the daemon's routes in OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0).
enum OpenAPI: JSONSchemaWords {
    static func document(version: String) -> JSON {
        .object([
            ("openapi", "3.1.0"),
            (
                "info",
                .object([
                    ("title", "teleclauded"), ("version", .string(version)),
                    (
                        "description",
                        """
                        Sessions, transcripts and the audit log, over a Unix socket that identifies the caller. A session that the \
                        caller may not see is answered like one that does not exist: 404, with the same words.
                        """
                    ),
                ])
            ),
            ("paths", .object(paths)),
            ("components", .object([("schemas", .object(OpenAPISchemas.all))])),
        ])
    }

    private static var paths: [(key: String, value: JSON)] {
        [
            ("/health", .object([("get", operation("health", "Whether the daemon serves.", "Health"))])),
            ("/whoami", .object([("get", operation("whoami", "Who the caller is to the daemon.", "Identity"))])),
            ("/status", .object([("get", operation("status", "The daemon's version, clock and database.", "Status"))])),
            (
                "/metrics",
                .object([
                    (
                        "get",
                        operation(
                            "metrics", "Figures for Prometheus, for admins and the monitoring account.", nil,
                            type: "text/plain")
                    )
                ])
            ),
            ("/openapi.json", .object([("get", operation("openapi", "This document.", "Document"))])),
            ("/sessions", .object([("get", listSessions), ("post", startSession)])),
            ("/projects", .object([("get", listProjects)])),
            ("/sessions/{id}", onSession([("get", operation("getSession", "One session's row.", "OneSession"))])),
            ("/sessions/{id}/messages", onSession([("post", sendMessage)])),
            ("/sessions/{id}/end", onSession([("post", operation("endSession", "Ends a session.", "OneSession"))])),
            (
                "/sessions/{id}/attach",
                onSession([
                    ("post", operation("attach", "Whether the caller may attach to the terminal.", "OneSession"))
                ])
            ),
            (
                "/sessions/{id}/revive",
                onSession([("post", revive)])
            ),
            ("/sessions/{id}/visibility", onSession([("post", setVisibility)])),
            ("/sessions/{id}/transcript", onSession([("get", transcript)])),
            ("/search", .object([("get", search)])),
            ("/audit", .object([("get", listAudit)])),
            ("/audit/verify", .object([("get", verifyAudit)])),
            ("/audit/export", .object([("get", exportAudit)])),
            ("/audit/chain", .object([("post", beginChain)])),
            ("/report", .object([("get", report)])),
            ("/events", .object([("get", events)])), ("/mcp", .object([("post", mcp)])),
        ] + adapterDoor
    }

    /// The routes that take an adapter's token (docs/adapters.md).
    private static var adapterDoor: [(key: String, value: JSON)] {
        let routes: [(path: String, id: String, summary: String, answer: String, status: String, body: String)] = [
            ("whoami", "adapterWhoami", "Who a platform's user is here.", "SpokenFor", "200", "AdapterWhoami"),
            ("sessions/list", "adapterList", "Sessions that this user may see.", "Sessions", "200", "AdapterList"),
            ("sessions/get", "adapterGet", "One session's row.", "OneSession", "200", "AdapterSession"),
            (
                "sessions/start", "adapterStart", "Has one of the user's hosts start a session.", "OneSession", "201",
                "AdapterStart"
            ),
            ("sessions/send", "adapterSend", "Types into a session.", "Done", "200", "AdapterSend"),
            ("sessions/end", "adapterEnd", "Ends a session.", "OneSession", "200", "AdapterSession"),
        ]
        return routes.map { route in
            let post = operation(route.id, route.summary, route.answer, status: route.status, body: route.body)
            return ("/adapter/\(route.path)", .object([("post", post)]))
        }
    }

    private static var listSessions: JSON {
        operation(
            "listSessions", "Sessions that the caller may see, newest first.", "Sessions",
            parameters: [
                query("state", words(Session.State.allCases.map(\.rawValue))), query("project", line),
                query("agent", line), query("owner", line), query("own", number(0, 1)), query("title", line),
                query("text", line(longest: SessionFilter.longestText)), query("since", moment),
                query("limit", number(1, 500)),
                query("after", line),
            ])
    }

    private static var listProjects: JSON {
        operation(
            "listProjects", "Projects with sessions that the caller may see, those of the newest first.", "Projects",
            parameters: [
                query("state", words(Session.State.allCases.map(\.rawValue))), query("agent", line),
                query("owner", line), query("text", line(longest: SessionFilter.longestText)),
                query("limit", number(1, 2_000)),
            ])
    }

    private static var startSession: JSON {
        operation(
            "startSession", "Creates a session, and returns what its host needs.", "Started", status: "201",
            body: "StartRequest")
    }

    private static var sendMessage: JSON {
        operation("sendMessage", "Types into a session.", "Done", body: "Message")
    }

    private static var revive: JSON {
        operation(
            "revive",
            "Reopens a session for its owner; with ordered, only one that still waits for the start that an adapter has asked for.",
            "Started", parameters: [query("ordered", words(["0", "1"]))])
    }

    private static var setVisibility: JSON {
        operation("setVisibility", "Shares a session, or makes it private again.", "OneSession", body: "Visibility")
    }

    private static var transcript: JSON {
        operation(
            "readTranscript",
            "The recording, as asciicast v3. Reading somebody else's requires a reason and is logged.", nil,
            type: "application/x-asciicast", parameters: [query("reason", line), query("follow", words(["0", "1"]))])
    }

    private static var search: JSON {
        operation(
            "search",
            """
            Sessions in which all these words were said, newest first: own and shared ones, and those of others with a reason, by \
            whoever may read them. Each session of somebody else whose text is shown is logged first.
            """, "Found",
            parameters: [
                query("words", line(longest: TranscriptQuery.longestText)), query("session", line),
                query("project", line), query("owner", line), query("since", moment), query("reason", line),
                query("limit", number(1, Int64(TranscriptQuery.most))), query("after", line),
            ])
    }

    private static var listAudit: JSON {
        operation(
            "listAudit", "Who looked at whose sessions, newest first; non-admins see who looked at theirs.",
            "Entries",
            parameters: [
                query("session", line), query("person", line),
                query("action", words(AuditAction.allCases.map(\.rawValue))),
                query("outcome", words(AuditOutcome.allCases.map(\.rawValue))), query("from", moment),
                query("to", moment), query("limit", number(1, 500)), query("after", number(0, .max)),
            ])
    }

    private static var verifyAudit: JSON {
        operation(
            "verifyAudit", "Checks the chain; with seq and hash, also against a checkpoint.", "Verdict",
            parameters: [query("seq", number(0, .max)), query("hash", hash)])
    }

    private static var exportAudit: JSON {
        operation(
            "exportAudit", "All entries as lines, oldest first.", nil, type: "application/x-ndjson",
            parameters: [query("after", number(0, .max)), query("through", number(0, .max))])
    }

    private static var beginChain: JSON {
        operation(
            "beginChain", "Begins a new chain, so that all entries before it can be archived.", "OneEntry",
            status: "201",
            body: "ChainRequest")
    }

    private static var report: JSON {
        let problem = content("application/problem+json", OpenAPISchemas.reference("Problem"))
        let types = JSON.object([
            ("text/html", .object([("schema", text)])),
            ("application/json", .object([("schema", OpenAPISchemas.reference("Report"))])),
        ])
        return .object([
            ("operationId", "report"),
            ("summary", "Figures on how the installation is used, for admins; each report is logged."),
            (
                "parameters",
                .array([
                    query("format", words(ReportRoute.Format.allCases.map(\.rawValue))),
                    query("days", number(Int64(ReportRequest.days.lowerBound), Int64(ReportRequest.days.upperBound))),
                    query("verify", words(["0", "1"])), query("reason", line),
                ])
            ),
            (
                "responses",
                .object([
                    ("200", .object([("description", "A page, or a document."), ("content", types)])),
                    ("4XX", problem), ("5XX", problem),
                ])
            ),
        ])
    }

    /// The description of `/mcp`, which reports refusals in the protocol's own form instead of a problem document.
    private static var mcp: JSON {
        let message = JSON.object([("schema", OpenAPISchemas.reference("Document"))])
        let one = content("application/json", OpenAPISchemas.reference("Document"))
        return .object([
            ("operationId", "mcp"), ("summary", "The Model Context Protocol, one message per request (docs/mcp.md)."),
            (
                "requestBody",
                .object([("required", .boolean(true)), ("content", .object([("application/json", message)]))])
            ),
            (
                "responses",
                .object([
                    (
                        "200",
                        .object([
                            ("description", "An answer, or events that end with it."),
                            ("content", .object([("application/json", message), ("text/event-stream", .object([]))])),
                        ])
                    ), ("202", .object([("description", "A message that needs no answer.")])), ("4XX", one),
                    ("5XX", one),
                ])
            ),
        ])
    }

    private static var events: JSON {
        operation("events", "Changes of sessions as they happen.", nil, type: "text/event-stream")
    }
}

extension OpenAPI {
    // The schemas and operations that the descriptions consist of.

    private static func number(_ least: Int64, _ most: Int64) -> JSON {
        .object([("type", "integer"), ("minimum", .integer(least)), ("maximum", .integer(most))])
    }

    /// The schema of a text without NUL, which no database of ours stores in a text.
    private static var line: JSON { .object([("type", "string"), ("pattern", "^[^\\u0000]*$")]) }

    private static func line(longest: Int) -> JSON {
        .object([
            ("type", "string"), ("pattern", "^[^\\u0000]*$"), ("maxLength", .integer(Int64(longest))),
        ])
    }

    private static var hash: JSON { .object([("type", "string"), ("pattern", "^[0-9a-f]{64}$")]) }

    private static var moment: JSON { .object([("type", "string"), ("format", "date-time")]) }

    private static func query(_ name: String, _ schema: JSON) -> JSON {
        .object([("name", .string(name)), ("in", "query"), ("schema", schema)])
    }

    /// Describes routes of one session, whose id is in their path.
    private static func onSession(_ operations: [(key: String, value: JSON)]) -> JSON {
        let id = JSON.object([("name", "id"), ("in", "path"), ("required", .boolean(true)), ("schema", text)])
        return .object([("parameters", .array([id]))] + operations)
    }

    private static func operation(
        _ id: String, _ summary: String, _ schema: String?, status: String = "200", type: String = "application/json",
        parameters: [JSON] = [], body: String? = nil
    ) -> JSON {
        let answer = content(type, schema.map(OpenAPISchemas.reference) ?? text)
        let problem = content("application/problem+json", OpenAPISchemas.reference("Problem"))
        var members: [(key: String, value: JSON)] = [("operationId", .string(id)), ("summary", .string(summary))]
        if !parameters.isEmpty { members.append(("parameters", .array(parameters))) }
        if let body {
            members.append(
                (
                    "requestBody",
                    .object([
                        ("required", .boolean(true)),
                        (
                            "content",
                            .object([("application/json", .object([("schema", OpenAPISchemas.reference(body))]))])
                        ),
                    ])
                ))
        }
        members.append(("responses", .object([(status, answer), ("4XX", problem), ("5XX", problem)])))
        return .object(members)
    }

    private static func content(_ type: String, _ schema: JSON) -> JSON {
        .object([
            ("description", .string(type)),
            ("content", .object([(type, .object([("schema", schema)]))])),
        ])
    }
}
