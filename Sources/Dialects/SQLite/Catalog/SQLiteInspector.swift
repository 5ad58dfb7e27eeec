/// Reads a live SQLite database back into a schema value.
package enum SQLiteInspector {
    /// Returns everything in the database that a schema can express, and lists the rest with reasons. Throws `DatabaseError`
    /// only if the database itself can't be read.
    package static func inspect(_ connection: any Connection) throws -> Inspection {
        if connection.isInTransaction { return inspection(of: try SQLiteCatalog.read(connection)) }
        return try connection.snapshot { inspection(of: try SQLiteCatalog.read(connection)) }
    }

    /// Returns the inspection of an empty database in memory in which `schema` has just been created.
    package static func inspectScratch(_ schema: Schema, beside _: any Connection) throws -> Inspection {
        try withScratch(schema) { try inspect($0) }
    }

    /// Runs `body` on a database in memory that holds `schema` and nothing else.
    static func withScratch<T>(_ schema: Schema, _ body: (any Connection) throws -> T) throws -> T {
        let construction = try SQLiteDialect().construct(schema)
        return try withScratch { scratch in
            for statement in construction.tables + construction.afterLoad.map(\.statement) {
                try scratch.execute(SQL(trusted: statement))
            }
            return try body(scratch)
        }
    }

    /// Runs `body` on an empty database in memory.
    static func withScratch<T>(_ body: (any Connection) throws -> T) throws -> T {
        let scratch = try SQLiteDriver(path: ":memory:", options: ConnectionOptions(access: .create)).connect()
        defer { scratch.close() }
        return try body(scratch)
    }

    static func inspection(of catalog: SQLiteCatalog) -> Inspection {
        let keys = SQLiteForeignKeyReader(catalog)
        var inspection = Inspection(schema: Schema())
        var tables: [Table] = []
        let indexTexts = catalog.indexTexts
        inspection.omitted = catalog.tables.compactMap { OwnTables.foreign($0.name, columns: $0.columns.map(\.name)) }
        for source in catalog.tables where !OwnTables.names.contains(source.name) {
            let reader = SQLiteTableReader(source, indexTexts: indexTexts[source.name] ?? [:])
            let foreign = keys.read(source)
            var table = reader.table
            table.foreignKeys = foreign.keys
            tables.append(table)
            inspection.omitted += reader.omitted + foreign.omitted
            inspection.rowidAliases[source.name] = reader.rowidAlias
            let definition = SQLiteDDLParser.parse(source.sql)
            inspection.options[source.name] = definition.map(source.options)
            let isStrict = definition?.isStrict == true
            if isStrict { inspection.heldTables.insert(source.name) }
            let unconverted = isStrict ? source.columns.filter(\.convertsNothingIfStrict) : []
            if !unconverted.isEmpty { inspection.unconvertedColumns[source.name] = Set(unconverted.map(\.name)) }
            let unreadable = SQLiteVirtualColumns.unreadable(in: table)
            if !unreadable.isEmpty { inspection.unreadableColumns[source.name] = unreadable }
            inspection.sequences[source.name] = catalog.sequences[source.name]
            if let counting = reader.rowidAlias, let last = catalog.sequences[source.name] {
                inspection.lastNumbers[source.name] = [counting: last]
            }
            inspection.declaredTypes[source.name] = Dictionary(
                source.columns.map { ($0.name, $0.type) }, uniquingKeysWith: { first, _ in first })
        }
        inspection.tablesWithoutPlaces = Set(
            (catalog.tables + catalog.shadowTables).filter(\.isWithoutRowid).map(\.name))
        let views = readViews(catalog)
        inspection.schema = Schema(tables: tables, views: SQLiteOwnWords.settled(views.transferred, over: tables))
        inspection.omitted += views.omitted + whatHasNoPlace(catalog)
        inspection.fullText = SQLiteFullText.find(in: catalog)
        for text in inspection.fullText where text.content == .own { inspection.rowidAliases[text.name] = "rowid" }
        inspection.rangeTables = SQLiteRangeTable.find(in: catalog)
        for ranges in inspection.rangeTables {
            inspection.rowidAliases[ranges.table.name] = ranges.table.primaryKey?.columns.first
            inspection.tablesWithoutPlaces.insert(ranges.table.name)
        }
        inspection.triggers = catalog.objects.filter { $0.kind == .trigger }.compactMap { trigger in
            trigger.sql.map { SourceTrigger(name: trigger.name, definition: $0, of: trigger.table) }
        }
        inspection.definitions = definitions(catalog)
        inspection.note(catalog.settings)
        inspection.sameEngineCopy = SQLiteSameEngineCopy.make(of: catalog)
        return inspection
    }

    private static func definitions(_ catalog: SQLiteCatalog) -> [Definition] {
        catalog.objects.compactMap { object in
            guard let sql = object.sql, catalog.shadows[object.name] == nil else { return nil }
            if object.isVirtualTable { return Definition("virtual table \(object.name)", text: sql) }
            guard object.kind == .trigger else { return nil }
            let text = SQLiteExpression.withoutQuotesForOthers(sql)
            return Definition("trigger \(object.name)", "trigger \(object.name) on \(object.table)", text: text)
        }
    }

    private static func readViews(_ catalog: SQLiteCatalog) -> (transferred: [View], omitted: [Omission]) {
        let names = SQLiteViewNames(catalog)
        var views: [View] = []
        var omitted: [Omission] = []
        for object in catalog.objects where object.kind == .view {
            if let query = SQLiteViewDefinition.query(of: object.sql ?? "", view: object.name) {
                let expressions = SQLiteExpression(names: names.names(in: query) + [object.name])
                views.append(View(object.name, as: expressions.read(query)))
            } else {
                omitted.append(.init(.view, object.name, reason: "its definition could not be read"))
            }
        }
        return (
            DependencyOrder.sort(views, name: { SQLName.folded($0.name) }, reads: { $0.query.namesFolded }), omitted
        )
    }

    private static func whatHasNoPlace(_ catalog: SQLiteCatalog) -> [Omission] {
        catalog.objects.compactMap { object in
            if let error = catalog.unreadable[object.name], object.kind == .table {
                return .init(.other, object.name, reason: "the table can't be read: \(error.message)")
            }
            if let virtual = catalog.shadows[object.name], object.kind == .table {
                return .init(.shadowTable, object.name, reason: "holds data of the virtual table \(virtual)")
            }
            if object.isVirtualTable {
                let sql = object.sql ?? ""
                let foreign = "is known to SQLite's module \(SQLiteShadowTables.module(of: sql)) only"
                return .init(.virtualTable, object.name, reason: SQLiteFullText.objection(to: sql) ?? foreign)
            }
            if object.kind == .trigger {
                let event = SQLiteTriggerDefinition.event(of: object.sql ?? "") ?? "ON \(object.table)"
                return .init(
                    .trigger, object.name, reason: "\(event): its body is written in SQLite's own words",
                    of: object.table)
            }
            return nil
        }
    }
}

extension SQLiteCatalog {
    /// The texts of all indexes, by the names of their tables and their own names.
    var indexTexts: [String: [String: String]] {
        Dictionary(grouping: objects.filter { $0.kind == .index }, by: \.table).mapValues { indexes in
            Dictionary(indexes.map { ($0.name, $0.sql ?? "") }, uniquingKeysWith: { first, _ in first })
        }
    }
}

extension Inspection {
    /// Notes the numbers of the file's header. An application that misses its own numbers takes the file for another program's, or for
    /// an empty one.
    fileprivate mutating func note(_ settings: [String: Int64]) {
        let set = settings.filter { $0.value != 0 }
        fileNumbers = Dictionary(uniqueKeysWithValues: set.map { ("PRAGMA \($0.key)", $0.value) })
        guard !fileNumbers.isEmpty else { return }
        let pragmas = fileNumbers.sorted { $0.key > $1.key }.map { "\($0.key) = \($0.value)" }
        remarkOnFileNumbers =
            "the numbers in the file's header stay behind: \(pragmas.joined(separator: ", ")); set them again in a file that is "
            + "made from the target for the same application"
    }
}
