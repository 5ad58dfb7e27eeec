/// What a SELECT's names can mean: the relations that it reads, and what it calls its results.
struct SQLiteScope {
    /// A column: that relation of the scope, that column of it.
    struct Place: Hashable {
        var relation: Int
        /// Folded.
        var column: String
    }

    var relations: [SQLiteRelation] = []
    /// Columns that a join has made one, and of which relations: it is the first one's.
    var merged: [String: Set<Int>] = [:]
    /// What results are called, folded: SQLite takes such a name in WHERE, GROUP BY and HAVING, where there is no such column.
    var aliases: [String: SQLiteTree] = [:]
    /// What the rows are grouped by, in PostgreSQL's words.
    var groups: Set<String> = []
    /// Columns that are shown of one row of a group, and which row that is, in PostgreSQL's words: `ORDER BY …`.
    var picked: (places: Set<Place>, order: String)?
    /// Which columns were read outside of aggregates; `nil` where nobody asks.
    var uses: SQLiteColumnUses?
    /// Whether its columns are found by a qualified name only, as those of a trigger's NEW and OLD.
    var needsQualifier = false

    enum Found { case nothing, several, column(Place, SQLiteExpressionTranslation.ColumnSense) }

    /// Finds `t.name`; `nil` where there is no such relation.
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

/// What one SELECT was found to use while it was said: the columns outside of aggregates, and the aggregates.
final class SQLiteColumnUses {
    var places: [SQLiteScope.Place] = []
    var aggregates: [SQLiteCall] = []
}

extension SQLiteExpressionTranslation {
    /// A column that a name was found to mean, in one of the scopes.
    struct Found {
        var scope: Int
        var place: SQLiteScope.Place
        var sense: ColumnSense
    }

    /// The column that `name` means, from the SELECT that it stands in outwards; `nil` where it means none, or may mean several.
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
            throw Untranslatable("it reads \(relation).\(name), which is nothing that it names")
        }
        return said(found)
    }

    /// A column, else what a result is called, else a string where it stands in double quotes
    /// (https://www.sqlite.org/quirks.html, section 8).
    func named(_ name: String, isQuoted: Bool) throws(Untranslatable) -> Piece {
        if let found = found(name) { return said(found) }
        for (at, scope) in scopes.enumerated() {
            if case .several = scope.find(name) { throw Untranslatable("\(name) may be a column of several tables") }
            guard let alias = scope.aliases[SQLName.folded(name)] else { continue }
            var outside = self
            outside.scopes.removeFirst(at)
            outside.scopes[0].aliases = [:]
            return try outside.piece(alias)
        }
        guard isQuoted else { throw Untranslatable("it reads \(name), which is nothing that it names") }
        return Piece(SQLText.literal(name), .text, literal: name)
    }

    private func said(_ found: Found) -> Piece {
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

/// A table, a view or a query, as another query reads it.
struct SQLiteRelation {
    /// What its columns can be qualified with.
    var name: String
    var columns: [SQLiteExpressionTranslation.ColumnSense]
    /// The columns of its primary key, where it is a table with one; folded, as are all here.
    var primaryKey: [String] = []
    /// Every set of columns that tells its rows apart.
    var keys: [Set<String>] = []
    /// The column that `rowid` means.
    var rowid: String?

    init(_ name: String, _ columns: [SQLiteExpressionTranslation.ColumnSense]) {
        self.name = name
        self.columns = columns
    }

    /// A table with the types that its columns have in PostgreSQL.
    init(_ table: Table) {
        name = table.name
        columns = table.columns.map { .init($0, name: $0.name) }
        primaryKey = table.primaryKey?.columns.map(SQLName.folded) ?? []
        rowid = table.columns.first(where: \.isIdentity)?.name
        let uniques = table.uniques.map(\.columns) + table.indexes.compactMap(\.uniqueColumns)
        let required = uniques.filter { columns in
            columns.allSatisfy { name in
                table.columns.contains { SQLName.equal($0.name, name) && !$0.isNullable && $0.collation == nil }
            }
        }
        keys = (primaryKey.isEmpty ? [] : [Set(primaryKey)]) + required.map { Set($0.map(SQLName.folded)) }
    }

    /// The column of that name, or the one that the row's number is kept in.
    func find(_ name: String) -> SQLiteExpressionTranslation.ColumnSense? {
        if let column = columns.first(where: { SQLName.equal($0.name, name) }) { return column }
        guard let rowid, ["rowid", "oid", "_rowid_"].contains(SQLName.folded(name)) else { return nil }
        return columns.first { $0.name == rowid }
    }
}

extension Index {
    /// The columns that it keeps unique among all rows.
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
