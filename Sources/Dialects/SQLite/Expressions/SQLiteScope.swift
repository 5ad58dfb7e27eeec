/// The names that a SELECT can use: the relations that it reads, and the aliases of its results.
struct SQLiteScope {
    /// A column: the index of its relation in the scope, and its name.
    struct Place: Hashable {
        var relation: Int
        /// The folded name.
        var column: String
    }

    var relations: [SQLiteRelation] = []
    /// The columns that a join has merged, each with the indexes of its relations. A merged column is read from the first of
    /// them.
    var merged: [String: Set<Int>] = [:]
    /// The results by their folded aliases. SQLite accepts an alias in WHERE, GROUP BY and HAVING if no column has that name.
    var aliases: [String: ExpressionTree] = [:]
    /// The terms of GROUP BY in PostgreSQL's words.
    var groups: Set<String> = []
    /// The columns that are shown from one row of each group, and the `ORDER BY …` that finds this row, in PostgreSQL's words.
    var picked: (places: Set<Place>, order: String)?
    /// Collects the columns that are read outside of aggregates; `nil` if they are not needed.
    var uses: SQLiteColumnUses?
    /// Whether the columns are found only by a qualified name, like those of a trigger's NEW and OLD.
    var needsQualifier = false

    enum Found { case nothing, several, column(Place, SQLiteExpressionTranslation.ColumnSense) }

    /// Finds the column `t.name`; returns `nil` if the scope has no relation of that name.
    func find(_ name: String, of relation: String) -> Found? {
        guard let at = relations.firstIndex(where: { SQLName.equal($0.name, relation) }) else { return nil }
        return relations[at].find(name).map { .column(Place(relation: at, column: SQLName.folded($0.name)), $0) }
            ?? .nothing
    }

    func find(_ name: String) -> Found {
        guard !needsQualifier else { return .nothing }
        let folded = SQLName.folded(name)
        let hits = relations.indices.compactMap { at in relations[at].find(name).map { (at, $0) } }
        guard hits.count > 1 else {
            return hits.first.map { .column(Place(relation: $0.0, column: SQLName.folded($0.1.name)), $0.1) }
                ?? .nothing
        }
        guard let merged = merged[folded], merged.isSuperset(of: hits.map(\.0)) else { return .several }
        return .column(Place(relation: hits[0].0, column: folded), hits[0].1)
    }
}

/// The columns that a SELECT uses outside of aggregates, and its aggregates, collected while it is translated.
final class SQLiteColumnUses {
    var places: [SQLiteScope.Place] = []
    var aggregates: [CallTree] = []
}

extension SQLiteExpressionTranslation {
    /// A column that was found for a name, in one of the scopes.
    struct Found {
        var scope: Int
        var place: SQLiteScope.Place
        var sense: ColumnSense
    }

    /// Returns the column that `name` means, searched from the innermost SELECT outwards; `nil` if it means none, or may mean
    /// several.
    func found(_ name: String, of relation: String? = nil) -> Found? {
        for (at, scope) in scopes.enumerated() {
            switch relation.map({ scope.find(name, of: $0) }) ?? scope.find(name) {
            case .column(let place, let sense)?: return Found(scope: at, place: place, sense: sense)
            case .several?: return nil
            case .nothing? where relation != nil || scope.aliases[SQLName.folded(name)] != nil: return nil
            case .nothing?, nil: continue
            }
        }
        return nil
    }

    func column(_ name: String, of relation: String) throws(Untranslatable) -> Piece {
        guard let found = found(name, of: relation) else {
            throw Untranslatable("it reads \(relation).\(name), which does not exist in its tables")
        }
        return try rendered(found)
    }

    /// Translates a bare name: a column, otherwise the alias of a result, otherwise a string if the name is in double quotes
    /// (https://www.sqlite.org/quirks.html, section 8).
    func named(_ name: String, isQuoted: Bool) throws(Untranslatable) -> Piece {
        if let found = found(name) { return try rendered(found) }
        for (at, scope) in scopes.enumerated() {
            if case .several = scope.find(name) { throw Untranslatable("\(name) may be a column of several tables") }
            guard let alias = scope.aliases[SQLName.folded(name)] else { continue }
            var outside = self
            outside.scopes.removeFirst(at)
            outside.scopes[0].aliases = [:]
            outside.mayShowConverted = mayShowConverted && alias.columnName != nil
            return try outside.piece(alias)
        }
        if isSkipped(name) { throw Untranslatable("it reads \(name), which a rule skips") }
        guard isQuoted else { throw Untranslatable("it reads \(name), which does not exist in its tables") }
        return Piece(SQLText.literal(name), .text, literal: name)
    }

    /// Whether the name is that of a column which the source has and the target does not get.
    private func isSkipped(_ name: String) -> Bool {
        let relations = scopes.filter { !$0.needsQualifier }.flatMap(\.relations)
        return relations.contains { $0.skippedColumns.contains(SQLName.folded(name)) }
    }

    private func rendered(_ found: Found) throws(Untranslatable) -> Piece {
        guard found.sense.conversion == nil || mayShowConverted else { throw Self.unlikeSource(found.sense.name) }
        let scope = scopes[found.scope]
        let relation = scope.relations[found.place.relation].name
        let sql = "\(SQLText.identifier(relation)).\(SQLText.identifier(found.sense.name))"
        if let picked = scope.picked, picked.places.contains(found.place) {
            return Self.piece(found.sense, "(array_agg(\(sql) \(picked.order)))[1]").edited { $0.isNullable = true }
        }
        scope.uses?.places.append(found.place)
        return Self.piece(found.sense, sql)
    }
}

/// A table, a view or a query that another query reads.
struct SQLiteRelation {
    /// The name that can qualify the relation's columns.
    var name: String
    var columns: [SQLiteExpressionTranslation.ColumnSense]
    /// The folded names of the primary key's columns; empty if there is no primary key.
    var primaryKey: [String] = []
    /// The sets of columns that identify a row, by folded names.
    var keys: [Set<String>] = []
    /// The name of the column that `rowid` means.
    var rowid: String?
    /// The folded names of the columns that the target does not get, so that such a name in double quotes is no string.
    var skippedColumns: Set<String> = []
    /// The folded names of the columns that `*` does not show. Full-text tables alone have such ones.
    var hiddenColumns: Set<String> = []

    init(_ name: String, _ columns: [SQLiteExpressionTranslation.ColumnSense]) {
        self.name = name
        self.columns = columns
    }

    /// Creates the relation of a table whose columns have their types in PostgreSQL.
    init(_ relation: NamedRelation) {
        let table = relation.table
        name = table.name
        columns = table.columns.map { .init($0, of: relation, name: $0.name) }
        primaryKey = table.primaryKey?.columns.map(SQLName.folded) ?? []
        rowid = table.columns.first(where: \.isIdentity)?.name
        skippedColumns = Set(relation.skippedColumns.map(SQLName.folded))
        hiddenColumns = Set(relation.hiddenColumns.map(SQLName.folded))
        let uniques = table.uniques.map(\.columns) + table.indexes.compactMap(\.uniqueColumns)
        let required = uniques.filter { columns in
            columns.allSatisfy { name in
                table.columns.contains { SQLName.equal($0.name, name) && !$0.isNullable && $0.collation == nil }
            }
        }
        keys = (primaryKey.isEmpty ? [] : [Set(primaryKey)]) + required.map { Set($0.map(SQLName.folded)) }
    }

    /// The columns that `*` and NATURAL mean.
    var shownColumns: [SQLiteExpressionTranslation.ColumnSense] {
        columns.filter { !hiddenColumns.contains(SQLName.folded($0.name)) }
    }

    /// Returns the column of that name, or the column that holds the rowid if the name is one of the rowid's names.
    func find(_ name: String) -> SQLiteExpressionTranslation.ColumnSense? {
        if let column = columns.first(where: { SQLName.equal($0.name, name) }) { return column }
        guard let rowid, ["rowid", "oid", "_rowid_"].contains(SQLName.folded(name)) else { return nil }
        return columns.first { $0.name == rowid }
    }
}

extension Index {
    /// The columns that the index keeps unique among all rows; `nil` if it does not do so.
    fileprivate var uniqueColumns: [String]? {
        guard isUnique, condition == nil else { return nil }
        var columns: [String] = []
        for part in parts {
            guard case .column(let name) = part.key, part.collation == nil || part.collation == .binary else {
                return nil
            }
            columns.append(name)
        }
        return columns
    }
}
