extension PostgreSQLInspector {
    /// Returns the declared views that somebody has made with another query, by name, each with the statement that makes it so again. The
    /// server writes every query in its own words, so the declared one is made beside, and rolled back. Nobody can tell this of a view of
    /// all columns (`*`): it has those that were there when it was made.
    static func strangeViews(
        _ live: [PostgreSQLViewReader.View], _ declared: Schema, on connection: any Connection
    ) throws -> [String: String] {
        var strange: [String: String] = [:]
        for view in live {
            guard let known = declared[view: view.name], !known.hasStar,
                let made = try query(of: known, over: declared, on: connection),
                SQLToken.compared(made) != SQLToken.compared(view.query)
            else { continue }
            strange[view.name] = "CREATE VIEW \(SQLText.identifier(view.name)) AS \(view.query)"
        }
        return strange
    }

    /// Returns the view's query in the server's words; `nil` if the view can't be made here. It can't be made again then either.
    private static func query(of view: View, over schema: Schema, on connection: any Connection) throws -> String? {
        let name = "tc_view_" + String(UInt64.random(in: .min ... .max), radix: 16)
        let beside = View(name, as: view.query)
        guard let statement = try? DDL.create(beside, over: schema, in: PostgreSQLDialect()) else { return nil }
        do {
            return try withRollback(connection) { isOurs in
                if isOurs { try connection.execute("SET TRANSACTION READ WRITE") }
                try connection.execute(SQL(trusted: statement))
                let text = try connection.queryValue("SELECT pg_get_viewdef(\(name)::regclass, true)")?.text
                return text.map(PostgreSQLViewReader.query)
            }
        } catch let error as DatabaseError where [.permission, .syntax, .exists, .other].contains(error.kind) {
            return nil
        }
    }
}

extension View {
    /// Whether the query shows all columns of something.
    fileprivate var hasStar: Bool {
        query.texts.contains { QueryNames($0).scopes.contains { $0.hasStar || !$0.starsOf.isEmpty } }
    }
}
