// PostgreSQL as a transfer's source.

extension PostgreSQLDialect: TransferSource {
    /// Returns how a table is read. Rows come in the order in which they lie, because sorting them would cost more than reading
    /// them. A row without a key is identified by its place (https://www.postgresql.org/docs/current/ddl-system-columns.html).
    package func reading(of table: Table, in inspection: Inspection) -> TableReading {
        let key = table.primaryKey?.columns ?? []
        let name = SQLText.identifier(table.name)
        // The rows of each partition have places of their own.
        if inspection.tablesWithoutPlaces.contains(table.name) {
            return TableReading(
                from: "FROM \(name)", key: key.isEmpty ? ["partition and ctid"] : key,
                hiddenKey: key.isEmpty ? "tableoid::regclass::text || ' ' || ctid::text" : nil)
        }
        // Tables that inherit from this one are transferred separately.
        return TableReading(
            from: "FROM ONLY \(name)", key: key.isEmpty ? ["ctid"] : key, hiddenKey: key.isEmpty ? "ctid::text" : nil)
    }

    package func viewTypes(_ view: String, on connection: any Connection) throws -> [ColumnType]? {
        let rows = try connection.query(
            """
            SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relname = \(view) AND c.relnamespace = quote_ident(current_schema())::regnamespace AND a.attnum > 0
            ORDER BY a.attnum
            """)
        return rows.map { PostgreSQLTypeName($0[0].text ?? "").columnType }
    }

    package func translator(of columns: [Column], names: [String: String]) -> any ExpressionTranslator {
        PostgreSQLExpressionTranslation(columns: columns, names: names)
    }

    package func triggers(of inspection: Inspection, over relations: [Table]) -> [TranslatedTrigger] { [] }

    /// Translates a view if its query, without casts of text to text, is in SQL that both databases share, and if it reads no
    /// decimals. SQLite keeps decimals as texts, and computes with them in another way.
    package func query(of view: View, over relations: [Table]) throws(Untranslatable) -> TranslatedView {
        let columns = relations.flatMap(\.columns)
        guard case .native(_, let text) = view.query else { return TranslatedView(view.query, columns: columns) }
        let query = PostgreSQLExpression(columns).withoutTextCasts(text)
        let foreign: Set<String> = ["ANY", "ARRAY", "LIKE", "LOWER", "UPPER", "LATERAL"]
        for token in SQLToken.scan(query) {
            guard !token.isSymbol("~"), token.kind != .word || !foreign.contains(token.text.uppercased()) else {
                throw Untranslatable("\(token.text) means something else in the target: create it there by hand")
            }
        }
        if let objection = PortableSQL.objection(to: query) { throw Untranslatable(objection.reason) }
        let decimals = MentionedNames(columns.filter(\.type.isDecimal).map(\.name))
        if let decimal = decimals.mentioned(in: view.query).first {
            throw Untranslatable("it reads the decimal \(decimal), which computes differently in the target")
        }
        return TranslatedView(.native(sqlite: query, postgresql: query), columns: columns)
    }
}
