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
            WHERE c.relname = \(view) AND c.relnamespace = \(trusted: PostgreSQLCatalogScope.schema) AND a.attnum > 0
            ORDER BY a.attnum
            """)
        return rows.map { PostgreSQLTypeName($0[0].text ?? "").columnType }
    }

    package func translator(of relation: NamedRelation, names: [String: String]) -> any ExpressionTranslator {
        PostgreSQLExpressionTranslation(columns: relation.table.columns, names: names)
    }

    package func triggers(
        of inspection: Inspection, over relations: [NamedRelation],
        renaming: (_ text: String, _ table: String) throws(Untranslatable) -> String
    ) -> [TranslatedTrigger] {
        inspection.omitted.filter { $0.kind == .trigger }.map { trigger in
            TranslatedTrigger(
                SourceTrigger(name: trigger.name, definition: trigger.reason, of: trigger.table),
                .refused("PostgreSQL's triggers call functions, whose languages have no counterpart"))
        }
    }

    /// Letters beyond ASCII keep their case in SQLite (https://www.sqlite.org/lang_corefunc.html#lower), as they do in PostgreSQL
    /// under the collation C.
    package func remark(on expression: SQLExpression) -> String? {
        guard case .native(_, let text) = expression, !text.contains("COLLATE \"C\"") else { return nil }
        let tokens = SQLToken.scan(text).filter { !$0.isBlank }
        let folds = tokens.indices.contains(where: { at in
            tokens[at].isWord("LOWER") || tokens[at].isWord("UPPER")
                || tokens[at].isSymbol("*") && at > 0 && tokens[at - 1].isSymbol("~")
        })
        return folds ? "lower(), upper() and ILIKE regard only the case of A to Z in the target" : nil
    }

    package func remark(onKeysOf table: Table) -> String? {
        let keys = [table.primaryKey?.columns ?? []] + table.uniques.map(\.columns)
        let indexed = table.indexes.filter(\.isUnique).flatMap(\.parts).compactMap { part -> String? in
            if case .column(let name) = part.key { name } else { nil }
        }
        let named = Set(keys.flatMap { $0 } + indexed)
        let weaker = table.columns.filter { named.contains($0.name) }.compactMap { column in
            PostgreSQLExpressionTranslation.equalTexts(of: column).map { "\(column.name) (\($0))" }
        }
        guard !weaker.isEmpty else { return nil }
        return
            "\(table.name): its keys compare texts in the target, and let values pass that PostgreSQL takes for equal: "
            + weaker.joined(separator: ", ")
    }

    /// No: a column that becomes a uuid has values of its own type.
    package func hasBytes(_ column: String, in table: TableReading, on connection: any Connection) -> Bool { false }

    package func objection(toKeyFrom child: ColumnType, to parent: ColumnType) -> String? {
        guard !PostgreSQLExpressionTranslation.areKeptAlike(child, parent) else { return nil }
        let words = child == parent ? child.word : "\(child.word) and \(parent.word)"
        return "equal values of \(words) may have different texts in the target, where it would refuse them"
    }

    /// Returns a view's query as SQLite computes the same rows. They are compared later (`ViewProof`).
    package func query(of view: View, over relations: [NamedRelation]) throws(Untranslatable) -> TranslatedView {
        guard case .native(_, let text) = view.query else {
            return TranslatedView(view.query, columns: relations.flatMap(\.table.columns))
        }
        let notes = PostgreSQLQueryNotes()
        let rows = try PostgreSQLExpressionTranslation.view(text, over: relations, notes)
        return TranslatedView(
            .native(sqlite: rows.sql, postgresql: text), columns: rows.columns,
            weights: rows.relation(view.name).weights, asksForTime: notes.asksForTime, remarks: notes.remarks)
    }
}
